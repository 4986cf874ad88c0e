import { z } from "zod";
import { duration, line, pattern, section, whole } from "../lib/schema-parts";
import { PUBLIC, parseEgress } from "./egress-hosts";
import { FOLDER_NAME } from "./lent-folders";
import { remoteFields, remoteTransport } from "./remote-schema";
import {
  absolutePath,
  build,
  HOUR,
  imageReference,
  MINUTE,
  roomFields,
  SECOND,
  serverSecret,
  started,
  storage,
  user,
  value,
  variables,
} from "./schema-fields";
import { hostLabel, MOST_SERVICES, serviceSchema } from "./service-schema";
import { Listen, type Manifest, SessionMode, TransportType, VolumeName } from "./types";

const toolNames = z.array(pattern(/^[A-Za-z0-9_./-]{1,128}$/, "a tool's name"), "a list of tool names").optional();

/** @param usual the path that most servers have */
const listening = <T extends TransportType>(type: T, usual: string) =>
  z.strictObject({
    type: z.literal(type),
    ...started,
    port: whole(1, 65_535),
    listen: z.enum(Listen, `one of ${Object.values(Listen).join(", ")}`).optional(),
    path: pattern(/^\/[A-Za-z0-9._~/-]*$/, `a URL path like ${usual}`).default(usual),
  });

const transport = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal(TransportType.Stdio), ...started }),
    listening(TransportType.StreamableHttp, "/mcp"),
    listening(TransportType.Sse, "/sse"),
    remoteTransport,
  ],
  {
    error: (issue) =>
      issue.code === "invalid_union" ? `one of ${Object.values(TransportType).join(", ")}` : "a mapping",
  },
);

const mount = z.strictObject(
  {
    volume: z.enum(VolumeName, `a known volume: ${Object.values(VolumeName).join(", ")}`).optional(),
    folder: pattern(...FOLDER_NAME).optional(),
    path: absolutePath,
    readOnly: z.boolean("true or false").default(true),
  },
  "a mapping",
);

const egressTarget = z.string("text like api.example.com:443, or public").superRefine((text, context) => {
  const target = text === PUBLIC || parseEgress(text);
  if (typeof target === "string") context.addIssue({ code: "custom", message: target });
});
const EGRESS_WORDS: Record<string, string[]> = { none: [], [PUBLIC]: [PUBLIC] };
const egress = z.preprocess(
  (given) => (typeof given === "string" ? (EGRESS_WORDS[given] ?? given) : given),
  z.array(egressTarget, "none, public, or a list of host:port"),
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
  ...remoteFields,
  env: variables,
  notSecrets: z.array(value.min(1, "a name"), "a list of names").optional(),
  secrets: z.array(serverSecret, "a list").default([]),
  mounts: z.array(mount, "a list").default([]),
  storage: z.array(storage, "a list").default([]),
  home: z.boolean("true or false").default(false),
  egress: egress.default([]),
  transparentEgress: z.boolean("true or false").default(false),
  database: z.boolean("true or false").default(false),
  services: z.array(serviceSchema, "a list").max(MOST_SERVICES, `at most ${MOST_SERVICES} of them`).default([]),
  uses: z.array(hostLabel, "a list of names").default([]),
  ...roomFields,
  cacheDir: absolutePath.optional(),
  user,
  health: section({
    interval: duration(SECOND, HOUR).default("30s"),
    timeout: duration(100, 10 * MINUTE).default("30s"), // both that of timeouts.start: withDefaults in manifest.ts
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
