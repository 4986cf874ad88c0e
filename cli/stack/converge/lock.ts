import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { CliError, ExitCode } from "../../errors";
import { note } from "../../output";
import { stackName } from "../../project";
import { pulumi } from "../state";

/** What Pulumi's file backend writes into a lock. */
interface Lock {
  pid: number;
  hostname: string;
  username: string;
}

/**
 * Removes the lock of a run that was killed. Other launchers wait for each other by a lock of their own; this one may be
 * of a plain `pulumi up` as well, so it goes only when its process is gone. Backends that are no folder of this machine
 * are left to Pulumi.
 * @returns true when there was one
 * @throws CliError when somebody is at work
 */
export async function clearStaleLock(): Promise<boolean> {
  const locks = readLocks(process.env.PULUMI_BACKEND_URL ?? "");
  if (locks.length === 0) return false;
  const live = locks.find((lock) => lock.hostname !== hostname() || isPulumi(lock.pid));
  if (live) {
    const text = `pulumi (process ${live.pid} of ${live.username} on ${live.hostname}) is changing the stack`;
    const fix = 'wait for it; or, when it is no more: eval "$(bin/dind-mcp env)" && pulumi cancel';
    throw new CliError(text, ExitCode.Failed, fix);
  }
  note(`an earlier run (process ${locks.map(({ pid }) => pid).join(", ")}) was killed: its lock goes`);
  const { code, stderr } = await pulumi(["cancel", "--yes"]);
  if (code !== 0) throw new CliError(`pulumi cancel: ${stderr.trim()}`);
  return true;
}

function readLocks(backend: string): Lock[] {
  if (!backend.startsWith("file://")) return [];
  const folder = join(backend.slice("file://".length), ".pulumi/locks/organization/dind-mcp", stackName());
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json")); // each has its attributes beside it
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Lock);
}

/** A process of that number runs, and is a pulumi: numbers are given again, and one that is dead may not be collected yet. */
function isPulumi(pid: number): boolean {
  try {
    const [program = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return basename(program).startsWith("pulumi");
  } catch {
    return false;
  }
}
