import { z } from "zod";
import { Scope } from "../../api/scopes";
import { parseBlock } from "../../lib/addresses";
import { line, pattern, whole } from "../../lib/schema-parts";
import { parseBytes } from "../../lib/sizes";
import { field, key } from "../key";
import { flag, httpUrl, isAnyOrigin, isBaseUrl, isPublicUrl, list, PUBLIC_URL, port, text } from "../parts";
import { PORTS } from "../ports";

const hostName = pattern(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, "a host name or IPv4 address, without a port");
/** A block of /0 would believe everybody. */
const isProxy = (value: string): boolean => (parseBlock(value)?.prefix ?? 0) > 0;
const origin = text.refine(isAnyOrigin, "an origin like https://app.example.com, without a path");
const publicUrl = text.refine((value) => value === "" || isPublicUrl(value), PUBLIC_URL);
const pageUrl = text.refine(
  (value) => value === "" || (isBaseUrl(value) && new URL(value).pathname === "/"),
  "a URL like https://page.example.com, without a path: the page is at the root of its host",
);
const serverNames = list(pattern(/^[a-z0-9][a-z0-9-]*$/, "a server's name"));
const toolNames = list(line(256, "SERVER__TOOL, with * at the end for any rest")).optional();

const token = z.strictObject(
  {
    name: field(pattern(/^[a-z][a-z0-9-]{0,31}$/, "a name of 1 to 32 small letters, digits and '-', a letter first"), {
      kind: "name",
      meaning: "Who it is, in the audit log and in the output `tokens`.",
    }),
    scopes: field(
      z
        .array(z.enum(Scope, `one of ${Object.values(Scope).join(", ")}`), "a list of scopes")
        .min(1, "at least one scope"),
      {
        kind: `list of ${Object.values(Scope)
          .map((scope) => `\`${scope}\``)
          .join(", ")}`,
        meaning: "What it may do.",
      },
    ),
    servers: field(serverNames.optional(), {
      kind: "list of names",
      meaning: "Servers it may use.",
      byDefault: "all",
    }),
    tools: field(z.strictObject({ allow: toolNames, deny: toolNames }, "a mapping with allow and deny").optional(), {
      kind: "mapping of `allow`, `deny`",
      meaning: "Lists of tools it may and may not use, as `SERVER__TOOL`; `*` at the end stands for any rest.",
      byDefault: "all",
    }),
  },
  "a mapping with name and scopes",
);

const TOKENS: z.infer<typeof token>[] = [
  { name: "mcp", scopes: [Scope.Mcp] },
  { name: "read", scopes: [Scope.Read] },
  { name: "admin", scopes: [Scope.Mcp, Scope.Read, Scope.Admin] },
];

const oauth = z.strictObject(
  {
    issuer: field(httpUrl, { kind: "http(s) URL", meaning: "Who makes the tokens." }),
    audience: field(line(512).optional(), {
      meaning: "The `aud` that a token must carry.",
      byDefault: "the API's URL",
    }),
    jwksUri: field(httpUrl.optional(), {
      kind: "http(s) URL",
      meaning: "Where the issuer's keys are.",
      byDefault: "what the issuer's metadata says",
    }),
  },
  "a mapping with issuer",
);

const deploy = z.strictObject(
  {
    enabled: field(flag.default(true), { meaning: "Whether anything may be." }),
    images: field(list(line(512)).default(["*"]), {
      kind: "list of image references",
      meaning: "Images that may be run; `*` at the end: any rest. Name a private registry: `registry.lan:5000/*`.",
    }),
    servers: field(whole(0, 64).default(8), { meaning: "Extra servers at the same time." }),
    cpus: field(z.number("a number of processors").positive("more than 0").default(1), {
      kind: "number",
      meaning: "Most processors of one of them.",
    }),
    memory: field(text.refine((size) => parseBytes(size) !== undefined, "a size like 512m").default("512m"), {
      kind: "size",
      meaning: "Most memory of one of them.",
    }),
    processes: field(whole(8, 4_096).default(256), { meaning: "Most processes of one of them." }),
    storage: field(text.refine((size) => parseBytes(size) !== undefined, "a size like 512m").default("2g"), {
      kind: "size",
      meaning: "Most storage of one of them, all of it together.",
    }),
    workspace: field(z.enum(["none", "read-only", "read-write"], "none, read-only or read-write").default("none"), {
      meaning: "How they may mount the volume `mcp-workspace`.",
    }),
  },
  "a mapping",
);

/** REST and MCP: where they are reached, by whom, and what may be done through them. */
export const apiKeys = {
  apiPort: key(port.default(PORTS.api), { meaning: "Host port of the REST API and of MCP.", example: 18180 }),
  pagePort: key(z.union([port, z.literal("off")], "a port from 1 to 65535, or off").default(PORTS.page), {
    kind: "number or `off`",
    meaning: "Host port of the web page; `off`: there is none.",
    example: "off",
  }),
  publicUrl: key(publicUrl.default(""), {
    kind: "http(s) URL",
    meaning: "How clients reach the API when that is another way, as behind a TLS proxy; it may have a path.",
    byDefault: "`bindAddress` and `apiPort`",
    example: "https://mcp.example.com",
  }),
  pageUrl: key(pageUrl.default(""), {
    kind: "http(s) URL",
    meaning: "How browsers reach the page when that is another way.",
    byDefault: "`bindAddress` and `pagePort`",
    see: "[Behind TLS](page.md#behind-a-proxy-with-tls)",
    example: "https://page.example.com",
  }),
  allowedHosts: key(list(hostName).default([]), {
    kind: "list of names",
    meaning: "More names and addresses by which the API may be called (the Host header), without ports.",
    more: "Loopback, `bindAddress`, `engineName`, `publicUrl` and `pageUrl` are allowed without it.",
    example: ["mcp.example.com"],
  }),
  trustedProxies: key(
    list(text.refine(isProxy, "an IP address or a subnet like 10.0.0.0/8, not everybody")).default([]),
    {
      kind: "list of IP addresses and subnets",
      meaning: "Proxies in front of the API whose `X-Forwarded-For` says who the client is.",
      more: "The header counts for the audit log and the limit of failed sign-ins; nobody else's is read.",
      see: "[Who the client is](proxies.md#who-the-client-is)",
      example: ["172.30.0.1"],
      orchestrator: "trustedProxies",
    },
  ),
  allowedOrigins: key(list(origin).default([]), {
    kind: "list of origins",
    meaning: "Web pages, desktop apps and extensions that may call the API, besides pages of the allowed hosts.",
    example: ["https://app.example.com"],
    orchestrator: "allowedOrigins",
  }),
  tokens: key(z.array(token, "a list of tokens").default(TOKENS), {
    kind: "list of mappings",
    meaning: "Bearer tokens to make.",
    see: "[Tokens](operations.md#tokens)",
    byDefault: `three: ${TOKENS.map(({ name }) => `\`${name}\``).join(", ")}`,
    example: [
      { name: "reader", scopes: ["mcp"], servers: ["files"], tools: { allow: ["files__read_*"] } },
      { name: "admin", scopes: ["mcp", "read", "admin"] },
    ],
  }),
  oauth: key(oauth.optional(), {
    meaning: "An issuer whose JWTs are taken besides the stack's own tokens.",
    example: { issuer: "https://id.example.com", audience: "https://mcp.example.com" },
    orchestrator: "oauth",
  }),
  deploy: key(deploy.optional(), {
    meaning: "What may be deployed through the API.",
    see: "[Extra servers](api.md#extra-servers)",
    byDefault: "what its fields say",
    example: { servers: 2, images: ["registry.example.com/mcp/*"], memory: "256m" },
    orchestrator: "deploy",
  }),
};
