import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { CliError, ExitCode } from "../../errors";
import { note } from "../../output";
import { stackName } from "../../project";
import { quietPulumi } from "../pulumi";

/** What Pulumi's file backend writes into a lock. */
interface Lock {
  pid: number;
  hostname: string;
  username: string;
}

const FIX = 'wait for it; or, when it is no more: eval "$(bin/dind-mcp env)" && pulumi cancel';

/**
 * Removes the lock of a run that was killed. Launchers wait for each other by another lock. This one may also belong to
 * a plain `pulumi up`, so it is removed only when its process is gone. Leaves backends that are no folder of this
 * machine to Pulumi.
 * @returns true when there was one
 * @throws CliError when another run is under way
 */
export async function clearStaleLock(): Promise<boolean> {
  const locks = readLocks(process.env.PULUMI_BACKEND_URL ?? "");
  if (locks.length === 0) return false;
  const live = locks.find((lock) => lock.hostname !== hostname() || isPulumi(lock.pid));
  if (live) {
    const text = `pulumi (process ${live.pid} of ${live.username} on ${live.hostname}) is changing the stack`;
    throw new CliError(text, ExitCode.Failed, FIX);
  }
  note(`an earlier run (process ${locks.map(({ pid }) => pid).join(", ")}) was killed: its lock goes`);
  const { code, stderr } = await quietPulumi(["cancel", "--yes"]);
  if (code !== 0) throw new CliError(`pulumi cancel: ${stderr.trim()}`);
  return true;
}

function readLocks(backend: string): Lock[] {
  if (!backend.startsWith("file://")) return [];
  const folder = join(backend.slice("file://".length), ".pulumi/locks/organization/dind-mcp", stackName());
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json")); // each has its attributes beside it
  return files.flatMap((file) => readLock(join(folder, file)));
}

/** @throws CliError for a lock that does not name its process: another run may be under way */
function readLock(file: string): Lock[] {
  try {
    return [JSON.parse(readFileSync(file, "utf8")) as Lock];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []; // its run has ended meanwhile
    const text = `the lock ${file}: got ${(error as Error).message}, expected JSON that says which process has it`;
    throw new CliError(text, ExitCode.Failed, FIX);
  }
}

/**
 * True when a process with that number runs and is a pulumi. Numbers are used again, and a dead process may still be
 * listed.
 */
function isPulumi(pid: number): boolean {
  try {
    const [program = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return basename(program).startsWith("pulumi");
  } catch {
    return false;
  }
}
