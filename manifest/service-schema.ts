import { z } from "zod";
import { duration, line, pattern, whole } from "../lib/schema-parts";
import {
  absolutePath,
  build,
  command,
  HOUR,
  imageReference,
  MINUTE,
  roomFields,
  SECOND,
  secret,
  started,
  storage,
  user,
  value,
  variables,
} from "./schema-fields";
import type { Service, SharedService } from "./service-types";

/** Of one server: each has an address of the server's network, which has 13. */
export const MOST_SERVICES = 8;

export const hostLabel = pattern(
  /^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$/,
  "a lower-case DNS label of at most 24 characters",
);

/** What a companion of one server and a shared service have in common. */
const common = {
  name: hostLabel,
  image: imageReference.optional(),
  build: build.optional(),
  ...started,
  env: variables,
  secrets: z.array(secret, "a list").default([]),
  storage: z.array(storage, "a list").default([]),
  tmpfs: z.array(absolutePath, "a list of paths").default([]),
  ...roomFields,
  user,
  health: z.strictObject(
    {
      command: command.min(1, "a program and its arguments").optional(),
      port: whole(1, 65_535).optional(),
      interval: duration(SECOND, HOUR).default("30s"),
      timeout: duration(100, 10 * MINUTE).default("5s"),
      retries: whole(1, 100).default(3),
      startPeriod: duration(0, 10 * MINUTE).default("30s"),
      startInterval: duration(100, MINUTE).default("500ms"),
    },
    "a mapping with a command or a port",
  ),
  workdir: absolutePath.optional(),
};

/** A companion. Field by field documented in service-types.ts; what spans fields is in service-rules.ts. */
export const serviceSchema = z.strictObject(
  { ...common, egress: z.boolean("true or false: its server's list holds for both").default(false) },
  "a mapping with name, image or build, user and health",
);

/** A shared service, the content of `service.yaml`. */
export const sharedServiceSchema = z.strictObject(
  { ...common, description: line(100), notSecrets: z.array(value.min(1, "a name"), "a list of names").optional() },
  "a mapping with name, description, image or build, user and health",
);

// Does not compile when the schema and the interface differ.
type Output = z.output<typeof serviceSchema>;
const fits = <Wide, _Narrow extends Wide>(): void => {};
fits<Service, Output>();
fits<Output, Service>();
type SharedOutput = z.output<typeof sharedServiceSchema>;
fits<SharedService, SharedOutput>();
fits<SharedOutput, SharedService>();
