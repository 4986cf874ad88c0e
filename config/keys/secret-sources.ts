import { z } from "zod";
import { field, key } from "../key";
import { isBaseUrl, text } from "../parts";

const address = text.refine(isBaseUrl, "a URL like https://vault.lan:8200, without a / at its end");
const token = text.regex(/^[\x21-\x7e]+$/, "a token of ASCII letters without spaces");
const ca = text.min(1, "a PEM certificate").optional();
const TRUSTED = { meaning: "The authority of its certificate, PEM.", byDefault: "the public authorities" };

const appRole = z.strictObject(
  {
    id: field(token, { meaning: "The role's id." }),
    secret: field(token, { meaning: "The role's secret id." }),
    mount: field(text.regex(/^[\w-]+$/, "a name").default("approle"), { meaning: "Where AppRole is mounted." }),
  },
  "a mapping with id and secret",
);

const vault = z
  .strictObject(
    {
      address: field(address, { kind: "http(s) URL", meaning: "Of Vault or OpenBao." }),
      token: field(token.optional(), { meaning: "A token that may read; or `appRole`.", byDefault: "none" }),
      appRole: field(appRole.optional(), { meaning: "Signs in by AppRole.", byDefault: "none" }),
      namespace: field(token.optional(), { meaning: "Sent as `X-Vault-Namespace`.", byDefault: "none" }),
      ca: field(ca, TRUSTED),
    },
    "a mapping with address, and token or appRole",
  )
  .refine((given) => (given.token === undefined) !== (given.appRole === undefined), "exactly one of token and appRole");

const onePassword = z.strictObject(
  {
    address: field(address, { kind: "http(s) URL", meaning: "Of 1Password Connect." }),
    token: field(token, { meaning: "An access token of Connect." }),
    ca: field(ca, TRUSTED),
  },
  "a mapping with address and token",
);

const sources = z.strictObject(
  {
    vault: field(vault.optional(), {
      meaning: "HashiCorp Vault or OpenBao, KV version 2: `vault://MOUNT/PATH#FIELD`.",
      byDefault: "none",
    }),
    onePassword: field(onePassword.optional(), {
      meaning: "1Password Connect: `op://VAULT/ITEM/FIELD`, by name or id.",
      byDefault: "none",
    }),
    files: field(z.boolean("true or false").default(false), { meaning: "Files of this machine: `file:///PATH`." }),
    commands: field(z.boolean("true or false").default(false), {
      meaning: 'What a program prints, without a shell: `command:["PROGRAM", "ARGUMENT"]`.',
    }),
  },
  "a mapping with vault, onePassword, files, commands",
);

/** Where values of `secrets` come from that are kept elsewhere. */
export const secretSourceKeys = {
  secretSources: key(sources.optional(), {
    kind: "mapping of sources",
    secret: true,
    meaning: "Where values of `secrets` that name a place are read, by each `up`.",
    see: "[Secrets](operations.md#secrets-kept-elsewhere)",
    byDefault: "none",
    example: { vault: { address: "https://vault.lan:8200", token: "VALUE" }, files: true },
  }),
};
