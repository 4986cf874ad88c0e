import { z } from "zod";
import { pattern } from "../../lib/schema-parts";
import { field, key } from "../key";
import { flag, text } from "../parts";

/** As an image reference begins: a name with a dot or a port, or localhost. */
const host = pattern(
  /^(?=[^/]*[.:]|localhost$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/,
  "a registry's host as images are named by it, like ghcr.io or registry.lan:5000",
);

const registry = z
  .strictObject(
    {
      username: field(text.min(1, "a user's name").optional(), {
        meaning: "Who pulls.",
        byDefault: "nobody: it wants no password",
      }),
      password: field(text.min(1, "a password or a token").optional(), {
        meaning: "The password, or a token that may read.",
      }),
      ca: field(text.min(1, "a PEM certificate, or a file's path").optional(), {
        meaning: "The authority of its certificate: a PEM text, or the path of a file from the project's folder.",
        more: "Trusted for this registry alone. A change replaces the engine container; servers come back.",
        byDefault: "the public authorities",
      }),
      plainHttp: field(flag.default(false), {
        meaning: "Speak HTTP with it, or HTTPS with a certificate that nobody checks: for a lab.",
        more: "A change replaces the engine container; servers come back.",
      }),
    },
    "a mapping with username and password, ca, or both",
  )
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: "both username and password, or neither",
  })
  .refine(({ ca, plainHttp }) => ca === undefined || !plainHttp, { error: "ca or plainHttp, not both" });

/** Registries that want to know who pulls, or that have a private authority. */
export const imageRegistryKeys = {
  registries: key(z.record(host, registry, "a mapping of hosts to username and password").default({}), {
    kind: "mapping by host",
    secret: true,
    meaning: "Private registries, for the images of the catalog: pulled ones, and bases of built ones.",
    see: "[Private registries](operations.md#private-registries)",
    example: { "registry.lan:5000": { password: "VALUE", username: "puller" } },
  }),
};
