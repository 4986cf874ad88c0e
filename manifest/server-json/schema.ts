import { z } from "zod";

// The parts of the official registry's `server.json`, schema 2025-12-11, that this project reads and writes. Written
// down anew: the published file names package registries' hosts, which do not belong into this repository.

export const SERVER_JSON_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
/** Where a publisher may keep what is its own; the official registry drops every other key of `_meta`. */
export const PUBLISHER_META = "io.modelcontextprotocol.registry/publisher-provided";
/** Where the registry's answers say what the registry itself knows of a server: status, dates, the latest or not. */
export const OFFICIAL_META = "io.modelcontextprotocol.registry/official";
/** Our own key in the publisher's part. */
export const OUR_META = "io.github.dind-mcp";
/** What the registry takes there at most, in bytes of JSON. */
export const PUBLISHER_META_LIMIT = 4_096;

const text = z.string("text");
const flag = z.boolean("true or false").optional();
const input = z.looseObject({
  description: text.optional(),
  isRequired: flag,
  isSecret: flag,
  format: z.enum(["string", "number", "boolean", "filepath"], "string, number, boolean or filepath").optional(),
  value: text.optional(),
  default: text.optional(),
  placeholder: text.optional(),
  choices: z.array(text, "a list").optional(),
});
const withVariables = input.extend({ variables: z.record(z.string(), input, "a mapping").optional() });
const keyValue = withVariables.extend({ name: text });
const argument = z.discriminatedUnion(
  "type",
  [
    withVariables
      .extend({ type: z.literal("positional"), valueHint: text.optional(), isRepeated: flag })
      .refine(({ value, valueHint }) => value !== undefined || valueHint !== undefined, "a value or a valueHint"),
    withVariables.extend({ type: z.literal("named"), name: text, isRepeated: flag }),
  ],
  { error: "an argument of type positional or named" },
);
const url = text.regex(/^(https?:\/\/|\{)[^\s]+$/, "an http or https URL");
const headers = z.array(keyValue, "a list").optional();
const remote = z.discriminatedUnion(
  "type",
  [
    z.looseObject({ type: z.literal("streamable-http"), url, headers }),
    z.looseObject({ type: z.literal("sse"), url, headers }),
  ],
  { error: "a remote of type streamable-http or sse" },
);
const transport = z.discriminatedUnion("type", [z.looseObject({ type: z.literal("stdio") }), ...remote.options], {
  error: "a transport of type stdio, streamable-http or sse",
});
const RANGE = /^[\^~<>=]|(^|\.)[xX*](\.|$)|\s/;
const version = text
  .min(1, "an exact version")
  .max(255, "an exact version of at most 255 characters")
  .refine((given) => given !== "latest" && !RANGE.test(given), "an exact version: no range, not 'latest'");

const serverPackage = z
  .looseObject({
    registryType: text,
    identifier: text,
    transport,
    registryBaseUrl: text.optional(),
    version: version.optional(),
    fileSha256: text.regex(/^[a-f0-9]{64}$/, "64 hexadecimal digits").optional(),
    runtimeHint: text.optional(),
    runtimeArguments: z.array(argument, "a list").optional(),
    packageArguments: z.array(argument, "a list").optional(),
    environmentVariables: z.array(keyValue, "a list").optional(),
  })
  .refine(
    ({ registryType, version: given }) => registryType !== "oci" || given === undefined,
    "no version: an oci package has it in its identifier",
  );

export const serverJsonSchema = z.looseObject({
  $schema: text.optional(),
  name: text
    .max(200, "at most 200 characters")
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/, "namespace/name, like io.github.user/weather"),
  title: text.min(1, "1 to 100 characters").max(100, "1 to 100 characters").optional(),
  description: text.min(1, "1 to 100 characters").max(100, "1 to 100 characters"),
  version,
  packages: z.array(serverPackage, "a list").optional(),
  remotes: z.array(remote, "a list").optional(),
  _meta: z
    .looseObject({ [PUBLISHER_META]: z.record(z.string(), z.unknown(), "a mapping").optional() }, "a mapping")
    .optional(),
});

export type ServerJson = z.output<typeof serverJsonSchema>;
export type ServerPackage = z.output<typeof serverPackage>;
export type ServerArgument = z.output<typeof argument>;
export type Remote = z.output<typeof remote>;
export type ServerInput = z.output<typeof withVariables>;
