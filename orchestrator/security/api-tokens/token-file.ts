import { readFileSync } from "node:fs";
import { z } from "zod";
import { tokenSchema } from "../../../config/orchestrator-config";
import { writeAtomically } from "../../../lib/atomic-file";

const keptTokenSchema = tokenSchema.extend({
  label: z.string().optional(),
  /** Milliseconds since 1970. */
  created: z.number(),
  /** Name of the principal that made it. */
  createdBy: z.string(),
  /** Milliseconds since 1970 from which on it is refused; absent: never. */
  until: z.number().optional(),
});

/** A token that was made through the API, as it is stored: of its value there is a hash alone. */
export type KeptToken = z.infer<typeof keptTokenSchema>;

/** Reads the stored tokens. @throws Error when the file is there and holds something else */
export function readTokens(file: string): KeptToken[] {
  return readAs(file, z.array(keptTokenSchema), "the tokens made through the API", "it revokes them all") ?? [];
}

/** Reads when tokens were last used: milliseconds since 1970, by the principal's name. @throws Error as readTokens */
export function readUses(file: string): Record<string, number> {
  return readAs(file, z.record(z.string(), z.number()), "when tokens were last used", "nothing else is lost") ?? {};
}

/** @throws Error when the disk does not take it: the file is then as it was */
export function writeJson(file: string, value: unknown, durable = false): void {
  writeAtomically(file, JSON.stringify(value, undefined, 1), { mode: 0o600, durable });
}

/** @returns undefined when there is no file */
function readAs<Value>(file: string, schema: z.ZodType<Value>, what: string, loss: string): Value | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${file}: got ${why}, expected ${what} as JSON; when it is removed, ${loss}`);
  }
}
