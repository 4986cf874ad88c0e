import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A CPU profile, as V8 writes it. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/**
 * Profiles a running Node process for some seconds. SIGUSR1 opens its inspector, on the loopback of its own network
 * alone, until it ends.
 * @param inspect the compiled inspect.ts
 */
export async function takeProfile(pid: number, inspect: string, seconds: number): Promise<CpuProfile> {
  process.kill(pid, "SIGUSR1");
  await pause(500);
  const args = ["-t", String(pid), "-n", process.execPath, inspect, String(seconds)];
  const { stdout } = await execute("nsenter", args, { maxBuffer: 2 ** 28, timeout: (seconds + 20) * 1_000 });
  return JSON.parse(stdout) as CpuProfile;
}

/** Share of the busy time that each part took by itself, without what it called, largest first; they add up to 1. */
export function shares(profile: CpuProfile, bundle: string): [part: string, share: number][] {
  const modules = moduleLines(readFileSync(bundle, "utf8"));
  const parts = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOf(callFrame, modules)]));
  const times = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    const part = parts.get(id) ?? "?";
    times.set(part, (times.get(part) ?? 0) + (profile.timeDeltas[index] ?? 0));
  });
  times.delete("idle");
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times].map(([part, time]): [string, number] => [part, time / total]).sort((a, b) => b[1] - a[1]);
}

/** esbuild writes each module's path above its code. */
function moduleLines(bundle: string): [line: number, path: string][] {
  return bundle.split("\n").flatMap((text, line): [number, string][] => {
    const path = /^\/\/ (\S+\.(?:[cm]?[jt]s|json))$/.exec(text)?.[1];
    return path ? [[line, path]] : [];
  });
}

function partOf({ functionName, url, lineNumber }: CpuProfile["nodes"][0]["callFrame"], modules: [number, string][]) {
  if (functionName === "(idle)") return "idle";
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(program)") return "native code and system calls outside JavaScript";
  if (url === "") return builtin(functionName);
  if (url.startsWith("node:")) return nodePart(url);
  const path = modules.findLast(([line]) => line <= lineNumber)?.[1] ?? "?";
  const own = /^orchestrator\/([a-z-]+)/.exec(path)?.[1];
  if (own) return `orchestrator: ${own}`;
  return `package: ${/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path}`;
}

/** Functions of V8 and Node that are not JavaScript. */
function builtin(name: string): string {
  if (name === "parse" || name === "stringify") return "JSON";
  if (/^(write|read|shutdown|connect|open|close|accept)/.test(name)) return "system calls: reading and writing";
  return "other built-in functions";
}

function nodePart(url: string): string {
  if (/http/.test(url)) return "Node: http";
  if (/net|stream|tty|pipe/.test(url)) return "Node: net and streams";
  if (/fs/.test(url)) return "Node: fs";
  if (/crypto/.test(url)) return "Node: crypto";
  if (/timers|task_queues|events|async_hooks|process/.test(url)) return "Node: events, timers, promises";
  return "Node: other";
}
