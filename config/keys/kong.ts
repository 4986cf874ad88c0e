import { z } from "zod";
import { field, key } from "../key";
import { isBaseUrl, text } from "../parts";

const kong = z
  .strictObject(
    {
      admin: field(
        text
          .refine(
            isBaseUrl,
            "a URL like http://kong.lan:8001 or http://kong.lan:8001/workspace, without a / at its end",
          )
          .optional(),
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
      /** Stands for the word. */
      embedded: z.literal(true).optional(),
    },
    "a mapping with admin, or embedded",
  )
  .refine(({ admin, embedded }) => admin !== undefined || embedded, { path: ["admin"], error: "the Admin API's URL" });

/** A Kong Gateway in front of the fleet. */
export const kongKeys = {
  kong: key(kong.optional(), {
    kind: "mapping of `admin`, `token`, `ca`",
    words: { embedded: { embedded: true } },
    secret: true,
    meaning: "The Admin API of `kong push`; or `embedded`, no secret: a Kong inside the engine.",
    see: "[Kong](proxies.md#kong)",
    byDefault: "none",
    example: { admin: "http://kong.lan:8001", token: "VALUE" },
  }),
};
