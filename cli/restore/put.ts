import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { writeAtomically } from "../../lib/atomic-file";
import { Said } from "../backup/source/frames";
import { CliError } from "../errors";
import { projectFolder, stackName } from "../project";
import { exportState, importState } from "../stack/state";
import { passphraseFile } from "./look";
import type { Target } from "./target";

/** Puts passphrase, config and state into their places; what is there goes. Can be done again. */
export async function putState({ state, files, passphrase }: Target, newPassphrase: boolean): Promise<void> {
  if (newPassphrase && passphrase !== undefined)
    writeAtomically(passphraseFile(), passphrase, { mode: 0o600, durable: true });
  for (const [file, text] of Object.entries(files)) writeAtomically(file, text, { mode: 0o600, durable: true });
  if (!(await exportState())) await initStack();
  await importState(state);
}

/** Makes the stack beside the work tree: Pulumi would write the salt into the tracked file. */
async function initStack(): Promise<void> {
  const cwd = join(process.env.DIND_MCP_STATE ?? "", "stacks");
  copyFileSync(join(projectFolder(), "Pulumi.yaml"), join(cwd, "Pulumi.yaml"));
  await mustRun("pulumi", ["stack", "init", stackName(), "--non-interactive", "--no-select"], { cwd });
}

/**
 * Unpacks a folder of this machine.
 * @param force files that are there are written over; else they stay
 */
export async function putFolder(folder: string, content: AsyncIterable<Buffer>, force: boolean): Promise<void> {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const keep = force ? "--overwrite" : "--skip-old-files";
  await mustRun("tar", ["-C", folder, "--no-same-owner", keep, "-xf", "-"], { cwd: dirname(folder) }, content);
}

/** @throws CliError with what it said */
async function mustRun(
  command: string,
  args: string[],
  options: { cwd: string },
  input: AsyncIterable<Buffer> = Readable.from([]),
): Promise<void> {
  const child = spawn(command, args, { ...options, stdio: ["pipe", "ignore", "pipe"] });
  const said = new Said();
  child.stderr.on("data", (chunk: Buffer) => said.add(chunk));
  const ended = once(child, "close");
  // A command that ends early says why by itself.
  await pipeline(Readable.from(input), child.stdin).catch(() => {});
  const [code] = await ended;
  if (code !== 0) throw new CliError(`${command} ${args[0]}: ${said.line || `it ended with ${code}`}`);
}
