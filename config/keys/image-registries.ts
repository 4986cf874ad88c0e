import { z } from "zod";
import { pattern } from "../../lib/schema-parts";
import { field, key } from "../key";
import { flag, text } from "../parts";

/** As an image reference begins: a name with a dot or a port, or localhost. */
const host = pattern(
  /^(?=[^/]*[.:]|localhost$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/,
  "a registry's host as images are named by it, like ghcr.io or registry.lan:5000",
);

const registry = z.strictObject(
  {
    username: field(text.min(1, "a user's name"), { meaning: "Who pulls." }),
    password: field(text.min(1, "a password or a token"), { meaning: "The password, or a token that may read." }),
    plainHttp: field(flag.default(false), {
      meaning: "Speak HTTP with it, or HTTPS with a certificate that nobody checks: for a lab.",
      more: "A change replaces the engine container; servers come back.",
    }),
  },
  "a mapping with username and password",
);

/** Registries that want to know who pulls. */
export const imageRegistryKeys = {
  registries: key(z.record(host, registry, "a mapping of hosts to username and password").default({}), {
    kind: "mapping by host",
    secret: true,
    meaning: "Private registries, for the images of the catalog: pulled ones, and bases of built ones.",
    see: "[Private registries](operations.md#private-registries)",
    example: { "registry.lan:5000": { password: "VALUE", username: "puller" } },
  }),
};
