import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Door } from "./door";

/** A command may take this long: 60 seconds. */
const PATIENCE_MS = 60_000;
/** What a program may still do once it has the tools, before it is ended: 2 seconds. */
const AFTER_TOOLS_MS = 2_000;

/** What a command came to. */
export interface Ended {
  output: string;
  /** Undefined when it was ended by us. */
  code?: number;
}

/**
 * Runs a command of a client with a home of its own, and nothing of ours in its environment. It ends by itself, or shortly
 * after it has the tools. Everything that it started is gone afterwards.
 */
export async function start(
  program: string,
  args: string[],
  home: string,
  env: Record<string, string>,
  door: Door,
): Promise<Ended> {
  const script = /\.[cm]?js$/.test(program);
  const child = spawn(script ? process.execPath : program, [...(script ? [program] : []), ...args], {
    cwd: `${home}/work`,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // one group, with what it starts
    env: {
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      TERM: "dumb",
      CI: "1",
      ...env,
    },
  });
  const stop = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {} // it ended by itself
  };
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => {
      output = (output + part).slice(-20_000);
    });
  }
  process.once("exit", stop);
  const patience = setTimeout(stop, PATIENCE_MS);
  let ending: NodeJS.Timeout | undefined;
  door.onTools = () => {
    ending ??= setTimeout(stop, AFTER_TOOLS_MS);
  };
  const code = await new Promise<number | undefined>((resolve) => {
    child.once("error", (error) => {
      output += error.message;
      resolve(127);
    });
    // Not `close`: a daemon that it leaves holds its output.
    child.once("exit", (status) => resolve(status ?? undefined));
  });
  door.onTools = () => {};
  clearTimeout(patience);
  clearTimeout(ending);
  stop();
  process.off("exit", stop);
  endDaemons(home);
  return { output: plain(output), ...(code === undefined ? {} : { code }) };
}

/** Without the colours that some write whatever one tells them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const plain = (text: string): string => text.replace(/\x1b\[[0-9;]*m/g, "");

/** Processes with this home that left the group: one of these clients keeps a daemon. */
function endDaemons(home: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOME=${home}`))
        process.kill(Number(pid), "SIGKILL");
    } catch {} // it ended, or is none of ours
  }
}
