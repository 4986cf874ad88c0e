import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** A process of this machine, as /proc tells it. */
export interface Process {
  pid: number;
  parent: number;
  /** Clock ticks since the machine's start: with the number it is this process and no later one. */
  began: string;
  /** The program's name, as `ps` shows it. */
  name: string;
  words: string[];
  uid: number;
}

const LARGEST = 2 ** 20;

function text(path: string): string {
  try {
    return readFileSync(path, "utf8").slice(0, LARGEST);
  } catch {
    return ""; // it has ended, or is another user's
  }
}

/** A process; undefined when there is none of that number any more. @param proc where /proc is */
export function processAt(pid: number, proc = "/proc"): Process | undefined {
  const stat = text(join(proc, String(pid), "stat"));
  // The name may hold anything, brackets too.
  const [, name = "", rest = ""] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
  const fields = rest.trim().split(" ");
  if (fields.length < 20 || fields[0] === "Z") return undefined;
  const words = text(join(proc, String(pid), "cmdline"))
    .replace(/\0+$/, "")
    .split("\0");
  const [, uid = "-1"] = /^Uid:\s+(\d+)/m.exec(text(join(proc, String(pid), "status"))) ?? [];
  return { pid, parent: Number(fields[1]), began: fields[19] ?? "", name, words, uid: Number(uid) };
}

/** Every process that this one may see; those in containers too. */
export function processes(proc = "/proc"): Process[] {
  const numbers = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  return numbers.flatMap((pid) => processAt(Number(pid), proc) ?? []);
}

/** A namespace of a process, like `net:[4026531840]`; undefined where that is not to be seen. */
export function namespace(pid: number | "self", kind: "net" | "mnt" | "pid", proc = "/proc"): string | undefined {
  try {
    return readlinkSync(join(proc, String(pid), "ns", kind));
  } catch {
    return undefined;
  }
}

/** The folder that a process is in. */
export function folderOf(pid: number, proc = "/proc"): string | undefined {
  try {
    return readlinkSync(join(proc, String(pid), "cwd"));
  } catch {
    return undefined;
  }
}

/** The variables that a process was started with. Their values never leave this program. */
export function variablesOf(pid: number, proc = "/proc"): Map<string, string> {
  const pairs = text(join(proc, String(pid), "environ"))
    .split("\0")
    .filter((one) => one.includes("="));
  return new Map(pairs.map((one) => one.split(/=(.*)/s) as [string, string]));
}
