import { z } from "zod";
import { clashes } from "./clashes";
import { KEYS } from "./keys";

/** What the stack's config may hold. */
export const settingsSchema = z.strictObject(KEYS).superRefine((settings, context) => {
  for (const { path, message } of clashes(settings)) context.addIssue({ code: "custom", path, message });
});

/** The stack's config, checked. `databaseDsn` and `secrets` are plain here: wrap them with pulumi.secret before any use. */
export type Settings = z.infer<typeof settingsSchema> & {
  /** The host's address in the engine's network. */
  networkGateway: string;
};

/** A bearer token to be made. */
export type TokenSettings = Settings["tokens"][number];
