import { z } from "zod";
import { Scope } from "../api/scopes";
import { line, pattern, whole } from "../lib/schema-parts";
import { parseBytes } from "../lib/sizes";

// The config keys of the management layer. What an operator does not say here has its default in orchestrator-config.ts.

const flag = z.boolean("true or false");
const port = whole(1, 65_535);
const list = (item: z.ZodType<string>) => z.array(item, "a list of texts");
const hostName = pattern(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, "a host name or IPv4 address, without a port");
const names = list(pattern(/^[a-z0-9][a-z0-9-]*$/, "a server's name")).optional();
const tools = list(line(256, "SERVER__TOOL, with * at the end for any rest")).optional();
const url = z.url({ protocol: /^https?$/, error: "an http or https URL" });

const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
const isUrl = (text: string): boolean => text === "" || url.safeParse(text).success;
const origin = z.string("text").refine(isOrigin, "an origin like https://app.example.com, without a path");

const token = z.strictObject(
  {
    /** Who it is, in the audit log and in the output `tokens`. */
    name: pattern(/^[a-z][a-z0-9-]{0,31}$/, "a name of 1 to 32 small letters, digits and '-', a letter first"),
    scopes: z
      .array(z.enum(Scope, `one of ${Object.values(Scope).join(", ")}`), "a list of scopes")
      .min(1, "at least one scope"),
    /** Servers it may use. @default all */
    servers: names,
    /** Tools it may use, as SERVER__TOOL. @default all */
    tools: z.strictObject({ allow: tools, deny: tools }, "a mapping with allow and deny").optional(),
  },
  "a mapping with name and scopes",
);

/** A bearer token to be made. */
export type TokenSettings = z.infer<typeof token>;

const TOKENS: TokenSettings[] = [
  { name: "mcp", scopes: [Scope.Mcp] },
  { name: "read", scopes: [Scope.Read] },
  { name: "admin", scopes: [Scope.Mcp, Scope.Read, Scope.Admin] },
];

/** The orchestrator's part of settings.ts. */
export const orchestratorKeys = {
  /** Host port of the REST API and MCP. */
  apiPort: port.default(18080),
  /** Host port of the Prometheus metrics. */
  metricsPort: port.default(19090),
  /** Host port of the engine's Docker API without TLS. */
  dockerPort: port.default(12375),
  /** What that port serves: harmless GETs, everything without a token, or nothing. */
  dockerApi: z.enum(["read-only", "full", "off"], "read-only, full or off").default("read-only"),
  /** How clients reach the API, when it is not by bindAddress and apiPort: behind a proxy with TLS. */
  publicUrl: z
    .string("text")
    .refine((text) => text === "" || isOrigin(text), "an origin like https://mcp.example.com, without a path")
    .default(""),
  /** More names and addresses that a request's Host header may hold. */
  allowedHosts: list(hostName).default([]),
  /** Web pages that may call, besides the allowed hosts' own. */
  allowedOrigins: list(origin).default([]),
  /** Tools whose definition changed: told, or hidden until they are approved. */
  toolChanges: z.enum(["report", "block"], "report or block").default("report"),
  /** What the audit log keeps of a call's arguments: their names, their values, nothing. */
  auditArguments: z.enum(["redacted", "full", "none"], "redacted, full or none").default("redacted"),
  /** MCP sessions of all clients together. */
  maxSessions: whole(1, 100_000).default(1_000),
  /** For each token; 0 = no limit. */
  requestsPerMinute: whole(0, 1_000_000).default(0),
  /** OTLP over HTTP; empty = no traces. */
  tracingEndpoint: z.string("text").refine(isUrl, "an http or https URL").default(""),
  /** JWTs of this issuer are taken besides the stack's own tokens. */
  oauth: z
    .strictObject({ issuer: url, audience: line(512).optional(), jwksUri: url.optional() }, "a mapping with issuer")
    .optional(),
  /** What may be deployed through the API. */
  deploy: z
    .strictObject(
      {
        enabled: flag.optional(),
        images: list(line(512)).optional(),
        servers: whole(0, 64).optional(),
        cpus: z.number("a number of processors").positive("more than 0").optional(),
        memory: z
          .string("text")
          .refine((size) => parseBytes(size) !== undefined, "a size like 512m")
          .optional(),
        processes: whole(8, 4_096).optional(),
        workspace: z.enum(["none", "read-only", "read-write"], "none, read-only or read-write").optional(),
      },
      "a mapping",
    )
    .optional(),
  /** Bearer tokens to make. */
  tokens: z.array(token, "a list of tokens").default(TOKENS),
} as const;
