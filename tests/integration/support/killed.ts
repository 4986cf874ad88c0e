import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./command";
import { ROOT, type TestStack } from "./stack";

/** All processes below one, and itself. */
function tree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {} // it ended meanwhile
  }
  const below = (pid: number): number[] => [
    pid,
    ...[...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => below(child)),
  ];
  return below(root);
}

/**
 * Runs `bin/dind-mcp COMMAND` on the stack until a moment, then kills it and every process below it with SIGKILL.
 * @throws Error when it ends by itself before that
 */
export async function killedAt(stack: TestStack, command: string, moment: () => Promise<void>): Promise<void> {
  const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
  const child = spawn(join(ROOT, "bin/dind-mcp"), [command], { env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  child.stderr.on("data", (chunk) => (text += chunk));
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`it ended by itself:\n${text}`);
    await moment();
  }, 90_000);
  for (const pid of tree(child.pid ?? 0)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {} // it ended meanwhile
  }
  await ended;
}
