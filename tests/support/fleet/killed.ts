import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../eventually";
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

type Command = string | string[];

/** Starts `bin/dind-mcp COMMAND` on the stack and waits for a moment. @throws Error when it ends by itself before that */
async function startedUntil(stack: TestStack, command: Command, moment: () => Promise<void>, patience = 90_000) {
  const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
  const child = spawn(join(ROOT, "bin/dind-mcp"), [command].flat(), { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { text: "" };
  child.stdout.on("data", (chunk) => (said.text += chunk));
  child.stderr.on("data", (chunk) => (said.text += chunk));
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`it ended by itself:\n${said.text}`);
    await moment();
  }, patience);
  return { child, said, ended };
}

/** Runs a command until a moment, then kills it and every process below it with SIGKILL. */
export async function killedAt(
  stack: TestStack,
  command: Command,
  moment: () => Promise<void>,
  patience?: number,
): Promise<void> {
  const { child, ended } = await startedUntil(stack, command, moment, patience);
  for (const pid of tree(child.pid ?? 0)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {} // it ended meanwhile
  }
  await ended;
}

/** Runs a command until a moment, then sends it SIGINT as a supervisor does. @returns its exit code, and all it said */
export async function interruptedAt(stack: TestStack, command: Command, moment: () => Promise<void>) {
  const { child, said, ended } = await startedUntil(stack, command, moment);
  child.kill("SIGINT");
  return { code: await ended, text: said.text };
}

/** Resolves while Pulumi's state says that a resource of a type is being made: a moment of milliseconds. */
export async function pendingOf(stack: TestStack, type: string): Promise<void> {
  const file = join(stack.folder, ".pulumi/stacks/dind-mcp", `${stack.name}.json`);
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 1))) {
    try {
      const { checkpoint } = JSON.parse(readFileSync(file, "utf8"));
      const pending: { resource: { type: string } }[] = checkpoint.latest?.pending_operations ?? [];
      if (pending.some(({ resource }) => resource.type.endsWith(`:${type}`))) return;
    } catch {} // it is being written
  }
  throw new Error(`no ${type} was being made within 60 s`);
}
