import { z } from "zod";
import { line, pattern, section, whole } from "../lib/schema-parts";
import { MEBIBYTE, parseBytes, SIZE } from "../lib/sizes";
import { USUAL } from "./room";

// Fields that a server and its companions have in common.

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const absolutePath = pattern(
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
export const value = z.string(quoted).refine((text) => !text.includes("\0"), "text without a NUL character");
export const variables = z.record(variable, value, "a mapping of names to text").default({});
export const command = z.array(value, "a list of texts: the program and its arguments");

/** What a server or a companion is started by. */
export const started = {
  command: command.default([]),
  arguments: z.array(value, "a list of texts: what stands behind the image's own entry point").optional(),
};

export const imageReference = pattern(
  /^[a-z0-9][a-z0-9._-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*(:(?!latest$|latest@)[\w][\w.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
  "an image reference with a tag (not 'latest', which changes under the same name) or a digest",
);

export const build = z.strictObject(
  {
    context: relativePath.default("."),
    dockerfile: relativePath.default("Dockerfile"),
    args: variables,
    target: pattern(/^[a-z0-9][a-z0-9._-]*$/, "a stage's name").optional(),
  },
  "a mapping",
);

export const secret = z.strictObject(
  {
    name: pattern(/^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$/, "lower-case letters, digits, '-' and '_', at most 64"),
    file: pattern(/^\/run\/secrets\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/, "a file in /run/secrets").optional(),
    env: variable.optional(),
    description: line(200).optional(),
    required: z.boolean("true or false").default(true),
  },
  "a mapping",
);

/** A secret by its name. */
export const reference = z.strictObject({ secret: secret.shape.name }, "a mapping with the name of a secret");

const inject = z.strictObject(
  {
    host: z.string("a host and port, like api.example.com:443"),
    header: pattern(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "a header's name, like X-Api-Key"),
    value: pattern(
      /^(?=.{2,102}$)[\x20-\x7a\x7c\x7e]*\{\}[\x20-\x7a\x7c\x7e]*$/,
      "text of at most 102 characters with {} once, where the secret goes, like Bearer {}",
    ).default("{}"),
    ca: reference.optional(),
  },
  "a mapping",
);

/** A server's, whose value may be that of a shared service's, or stay with the egress proxy. */
export const serverSecret = secret.extend({
  inject: inject.optional(),
  from: pattern(
    /^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?\.[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$/,
    "SERVICE.SECRET: a shared service that the server uses, and a secret of its",
  ).optional(),
});

export const storage = z.strictObject(
  {
    name: pattern(/^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$/, "lower-case letters, digits, '-' and '_', at most 32"),
    path: absolutePath,
    size: pattern(SIZE, "a size like 256m or 1g").default("1g"),
    exec: z.boolean("true or false").default(false),
  },
  "a mapping",
);

const size = pattern(SIZE, "a size like 256m or 1g").refine(
  (text) => (parseBytes(text) ?? Infinity) > 16 * MEBIBYTE,
  "more than 16m: less does not hold any server's process",
);

const room = pattern(SIZE, "a size like 64m or 1g");

/** What bounds a container. Defaults without `browser`: the others are in withDefaults of manifest.ts. */
export const roomFields = {
  resources: section({
    cpus: z
      .number("a number from 0.05 to 64")
      .min(0.05, "a number from 0.05 to 64")
      .max(64, "a number from 0.05 to 64")
      .default(1),
    memory: size.default(USUAL.memory),
    processes: whole(8, 32_768).default(USUAL.processes),
  }),
  browser: z.boolean("true or false").default(false),
  scratch: section({ size: room.default(USUAL.scratch), exec: z.boolean("true or false").default(false) }),
  sharedMemory: room.default(USUAL.sharedMemory),
};

/** A user of a server or a companion: its number also gives a server its subnet. */
export const user = whole(11_000, 14_995);
