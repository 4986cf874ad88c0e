import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../../lib/atomic-file";
import { CliError, ExitCode } from "../errors";
import { stackName } from "../project";
import type { Draft } from "./draft";

const keptSchema = z.object({
  /** RFC 3339. */
  time: z.string(),
  folder: z.string(),
  changes: z.array(z.string()),
  files: z.record(z.string(), z.object({ before: z.string(), after: z.string() })),
});

/** The version of a server that an update replaced. */
export type Kept = z.infer<typeof keptSchema>;

/** A file below the launcher's state, one for each server: the last update alone can be taken back. */
function fileOf(server: string): string {
  return join(process.env.DIND_MCP_STATE ?? "", "updates", stackName(), `${server}.json`);
}

/** Keeps what the folder holds, before it is changed. */
export function keep({ server, folder, changes, files }: Draft, now = new Date()): void {
  const kept: Kept = { time: now.toISOString(), folder, changes, files };
  mkdirSync(dirname(fileOf(server)), { recursive: true });
  writeAtomically(fileOf(server), JSON.stringify(kept), { mode: 0o600, durable: true });
}

/** @throws CliError when no update of the server is known */
export function keptOf(server: string): Kept {
  const file = fileOf(server);
  if (existsSync(file)) return keptSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const fix = "`bin/dind-mcp update` keeps the version that it replaces, of each server the last one";
  throw new CliError(`--rollback: no update of ${server} is known here`, ExitCode.NotFound, fix);
}

/** It is taken back, and cannot be once more. */
export function forget(server: string): void {
  rmSync(fileOf(server), { force: true });
}

/** Writes the newer texts. Each file at once; all of them are known to `keep` before. */
export function writeNew({ folder, files }: Pick<Kept, "folder" | "files">): void {
  for (const [path, { after }] of Object.entries(files)) writeAtomically(join(folder, path), after);
}

/**
 * Writes the texts as they were.
 * @throws CliError when somebody has changed one of them since; nothing is then written
 */
export function writeOld({ folder, files }: Pick<Kept, "folder" | "files">): void {
  const all = Object.entries(files).map(([path, texts]) => ({ path: join(folder, path), ...texts }));
  const others = all.filter(({ path, before, after }) => ![before, after].includes(textOf(path) ?? ""));
  if (others.length > 0) {
    const names = others.map(({ path }) => path).join(", ");
    const got = `${names}: changed since the update, expected as that left it`;
    throw new CliError(got, ExitCode.Failed, "take the change back by hand, with your version control");
  }
  for (const { path, before } of all) writeAtomically(path, before);
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
