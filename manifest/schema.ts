import { z } from "zod";
import { duration, line, pattern, section, whole } from "../lib/schema-parts";
import { MEBIBYTE, parseBytes, SIZE } from "../lib/sizes";
import { parseEgress } from "./egress-hosts";
import { type Manifest, SessionMode, TransportType, VolumeName } from "./types";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const absolutePath = pattern(
  /^(\/[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/,
  "an absolute path like /data: letters, digits, '.', '_', '-', no '..', no '/' at the end",
);
// `..` is refused, and so is `/`: Docker would take another folder than the one written here.
const relativePath = pattern(
  /^(?!.*(^|\/)\.\.(\/|$))[A-Za-z0-9._-][A-Za-z0-9._/-]*$/,
  "a path inside the server's folder, without '..'",
);
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a name of letters, digits and '_'");
const quoted = "text (numbers and true/false go in quotes)";
const value = z.string(quoted).refine((text) => !text.includes("\0"), "text without a NUL character");
const variables = z.record(variable, value, "a mapping of names to text").default({});
const command = z.array(value, "a list of texts: the program and its arguments");
const toolNames = z.array(pattern(/^[A-Za-z0-9_./-]{1,128}$/, "a tool's name"), "a list of tool names").optional();

const imageReference = pattern(
  /^[a-z0-9][a-z0-9._-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*(:(?!latest$|latest@)[\w][\w.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
  "an image reference with a tag (not 'latest', which changes under the same name) or a digest",
);

const transport = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal(TransportType.Stdio), command: command.min(1, "at least the program to run") }),
    z.strictObject({
      type: z.literal(TransportType.StreamableHttp),
      command: command.default([]),
      port: whole(1, 65_535),
      path: pattern(/^\/[A-Za-z0-9._~/-]*$/, "a URL path like /mcp").default("/mcp"),
    }),
  ],
  {
    error: (issue) =>
      issue.code === "invalid_union" ? `one of ${Object.values(TransportType).join(", ")}` : "a mapping",
  },
);

const build = z.strictObject(
  {
    context: relativePath.default("."),
    dockerfile: relativePath.default("Dockerfile"),
    args: variables,
    target: pattern(/^[a-z0-9][a-z0-9._-]*$/, "a stage's name").optional(),
  },
  "a mapping",
);

const secret = z.strictObject(
  {
    name: pattern(/^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$/, "lower-case letters, digits, '-' and '_', at most 64"),
    file: pattern(/^\/run\/secrets\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/, "a file in /run/secrets").optional(),
    description: line(200).optional(),
    required: z.boolean("true or false").default(true),
  },
  "a mapping",
);

const mount = z.strictObject(
  {
    volume: z.enum(VolumeName, `a known volume: ${Object.values(VolumeName).join(", ")}`),
    path: absolutePath,
    readOnly: z.boolean("true or false").default(true),
  },
  "a mapping",
);

const egressTarget = z.string("text like api.example.com:443").superRefine((text, context) => {
  const target = parseEgress(text);
  if (typeof target === "string") context.addIssue({ code: "custom", message: target });
});
const egress = z.preprocess(
  (given) => (given === "none" ? [] : given),
  z.array(egressTarget, "none, or a list of host:port"),
);

const size = pattern(SIZE, "a size like 256m or 1g").refine(
  (text) => (parseBytes(text) ?? Infinity) > 16 * MEBIBYTE,
  "more than 16m: less does not hold any server's process",
);

/** What `server.yaml` may hold, field by field. What spans fields is in rules.ts. Field by field documented in types.ts. */
export const manifestSchema = z.strictObject({
  name: pattern(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, "a lower-case DNS label of at most 32 characters, no slash"),
  title: line(100).optional(),
  description: line(100),
  version: pattern(
    /^(?!latest$)[A-Za-z0-9][A-Za-z0-9.+_-]{0,99}$/,
    "an exact version like 1.2.0: no range, not 'latest'",
  ).refine((text) => !/(^|\.)[xX*](\.|$)/.test(text), "an exact version like 1.2.0: no range, not 'latest'"),
  image: imageReference.optional(),
  build: build.optional(),
  transport,
  env: variables,
  notSecrets: z.array(value.min(1, "a name"), "a list of names").optional(),
  secrets: z.array(secret, "a list").default([]),
  mounts: z.array(mount, "a list").default([]),
  egress: egress.default([]),
  database: z.boolean("true or false").default(false),
  resources: section({
    cpus: z
      .number("a number from 0.05 to 64")
      .min(0.05, "a number from 0.05 to 64")
      .max(64, "a number from 0.05 to 64")
      .default(0.5),
    memory: size.default("256m"),
    processes: whole(8, 32_768).default(128),
  }),
  user: whole(11_000, 14_995),
  health: section({
    interval: duration(SECOND, HOUR).default("30s"),
    timeout: duration(100, 10 * MINUTE).default("5s"),
    retries: whole(1, 100).default(3),
    startPeriod: duration(0, 10 * MINUTE).default("30s"),
    startInterval: duration(100, MINUTE).default("500ms"),
  }),
  sessions: section({
    mode: z.enum(SessionMode, `one of ${Object.values(SessionMode).join(", ")}`).default(SessionMode.PerClient),
    max: whole(1, 1_024).default(8),
    idleTimeout: duration(SECOND, 24 * HOUR).default("10m"),
    warmPool: whole(0, 1_024).default(0),
    grace: duration(0, 10 * MINUTE).default("2s"),
  }),
  tools: section({ allow: toolNames, deny: toolNames }),
  timeouts: section({
    call: duration(100, 24 * HOUR).default("60s"),
    start: duration(100, 10 * MINUTE).default("30s"),
  }),
  workdir: absolutePath.optional(),
});

// The interfaces come first: these lines do not compile when the schema and the interfaces differ. `transport` is a
// union here and one interface there, because a package for other languages cannot express the union.
type Output = z.output<typeof manifestSchema>;
const fits = <Wide, _Narrow extends Wide>(): void => {};
fits<Manifest, Output>();
fits<Omit<Output, "transport">, Omit<Manifest, "transport">>();
