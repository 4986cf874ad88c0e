import { z } from "zod";
import { pattern } from "../lib/schema-parts";
import { hasUrlPassword } from "../lib/url-password";
import { PUBLIC, parseEgress } from "./egress-hosts";
import { remotePlace } from "./remote";
import { RemoteProtocol, SignInGrant, SignInOwner } from "./remote-types";
import { command, reference, secret } from "./schema-fields";
import { TransportType } from "./types";

/** Headers that the gateway writes itself, or that say how a message is carried. */
const OWN_HEADERS = [
  ...["accept", "accept-encoding", "connection", "content-length", "content-type", "expect", "host", "keep-alive"],
  ...["last-event-id", "te", "trailer", "transfer-encoding", "upgrade"],
];

/** Returns what was expected instead of this URL; undefined when a remote server may be there. */
function urlProblem(text: string): string | undefined {
  const place = remotePlace(text);
  const { protocol = "", hash = "" } = place === undefined ? {} : new URL(text);
  if (place === undefined || !["https:", "http:"].includes(protocol)) return "a URL like https://mcp.example.com/mcp";
  if (hasUrlPassword(text) || /^[a-z]+:\/\/[^/?#]*@/i.test(text))
    return "a URL without a user and a password: use headers, with a secret";
  if (hash) return "a URL without a fragment (#)";
  const target = parseEgress(place);
  if (typeof target === "string") return `a URL of another host: ${target}`;
  if (protocol === "http:" && !target.isPrivate) return "https: what goes to a public host has to be encrypted";
}

const url = z.string("a URL like https://mcp.example.com/mcp").superRefine((text, context) => {
  const expected = urlProblem(text);
  if (expected) context.addIssue({ code: "custom", message: expected });
});

/** `transport` of a server that runs elsewhere. */
export const remoteTransport = z.strictObject({
  type: z.literal(TransportType.Remote),
  command: command.max(0, "nothing: the server is started elsewhere").default([]),
  url,
  protocol: z
    .enum(RemoteProtocol, `one of ${Object.values(RemoteProtocol).join(", ")}`)
    .default(RemoteProtocol.StreamableHttp),
});

const headerValue = z
  .strictObject(
    {
      secret: secret.shape.name.optional(),
      value: pattern(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, "text of ASCII characters on one line").optional(),
    },
    "a mapping with secret, value or both",
  )
  .superRefine(({ secret: name, value }, context) => {
    const isFilled = value === undefined || value.includes("{}");
    if (name === undefined && value === undefined)
      context.addIssue({ code: "custom", message: "secret, value or both" });
    if (name !== undefined && !isFilled)
      context.addIssue({ code: "custom", path: ["value"], message: "a text with {} in it, for the secret" });
  });

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, "a header's name of letters, digits and '-'")
  .refine(
    (name) => !OWN_HEADERS.includes(name.toLowerCase()) && !/^(mcp|proxy)-/i.test(name),
    "a header that the gateway does not write itself",
  );

const ISSUER = "a URL like https://login.example.com, without user, query and fragment";

const issuer = z.string(ISSUER).superRefine((text, context) => {
  const { protocol, search = "", hash = "", username = "" } = URL.parse(text) ?? {};
  if (protocol !== "https:" || search || hash || username || text.includes("@"))
    return context.addIssue({ code: "custom", message: ISSUER });
  const target = parseEgress(remotePlace(text) ?? "");
  if (typeof target === "string") context.addIssue({ code: "custom", message: `a URL of another host: ${target}` });
});

const place = z.string("text like login.example.com:443").superRefine((text, context) => {
  const target = parseEgress(text);
  if (typeof target === "string" || target.wildcard || text === PUBLIC)
    context.addIssue({ code: "custom", message: typeof target === "string" ? target : "one host, by its name" });
});

const oauth = z.strictObject(
  {
    issuer,
    hosts: z.array(place, "a list of host:port").max(8, "at most 8 of them").optional(),
    clientId: pattern(/^[\x21-\x7e]{1,500}$/, "the client's id, without spaces").optional(),
    clientSecret: reference.optional(),
    credentials: z.enum(SignInOwner, `one of ${Object.values(SignInOwner).join(", ")}`).optional(),
    grant: z.enum(SignInGrant, `one of ${Object.values(SignInGrant).join(", ")}`).optional(),
    scopes: z
      .array(pattern(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, "a scope, without spaces"), "a list of scopes")
      .max(50, "at most 50 of them")
      .optional(),
  },
  "a mapping with issuer",
);

/** `headers`, `oauth` and `tls` of a manifest. */
export const remoteFields = {
  headers: z.record(headerName, headerValue, "a mapping of header names to mappings").optional(),
  oauth: oauth.optional(),
  tls: z
    .strictObject(
      { ca: reference.optional(), certificate: reference.optional(), key: reference.optional() },
      "a mapping",
    )
    .optional(),
};
