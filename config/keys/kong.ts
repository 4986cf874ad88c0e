import { z } from "zod";
import { field, key } from "../key";
import { isBaseUrl, text } from "../parts";

const kong = z.strictObject(
  {
    admin: field(
      text.refine(
        isBaseUrl,
        "a URL like http://kong.lan:8001 or http://kong.lan:8001/workspace, without a / at its end",
      ),
      { kind: "http(s) URL", meaning: "The Admin API; a workspace is a path." },
    ),
    token: field(text.regex(/^[\x21-\x7e]+$/, "a token of ASCII letters without spaces").optional(), {
      meaning: "Sent as `Kong-Admin-Token`.",
      byDefault: "none",
    }),
    ca: field(text.min(1, "a PEM certificate").optional(), {
      meaning: "The authority of its certificate, PEM.",
      byDefault: "the public authorities",
    }),
  },
  "a mapping with admin",
);

/** A Kong Gateway in front of the fleet. */
export const kongKeys = {
  kong: key(kong.optional(), {
    kind: "mapping of `admin`, `token`, `ca`",
    secret: true,
    meaning: "The Admin API that `bin/dind-mcp kong push` speaks with.",
    see: "[Kong](proxies.md#kong)",
    byDefault: "none",
    example: { admin: "http://kong.lan:8001", token: "VALUE" },
  }),
};
