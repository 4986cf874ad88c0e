import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { oneLine } from "../../lib/plain-text";
import { looksLikeSecret } from "../../manifest/secret-names";
import type { Loose } from "./found";
import { type Started, saysMcp, started, tellingNames } from "./looks-like";
import { folderOf, namespace, type Process, processAt, processes, variablesOf } from "./proc";

const SHELLS = /^(sh|bash|dash|zsh|fish|ash)$/;
/** What runners and shells set for what they start. */
const BY_THE_WAY =
  /^(npm_.*|NODE|INIT_CWD|COLOR|EDITOR|PWD|OLDPWD|SHLVL|_|PATH|HOME|UV_.*|VIRTUAL_ENV|NODE_ENV|LC_.*|LANG)$/i;
/** Milliseconds from the wish to end to the kill. */
const GRACE_MS = 5_000;

interface Candidate {
  process: Process;
  how: Started;
}

/**
 * MCP servers that run as processes of this machine, in no container. Of a chain (npx, its shell, its program) the first.
 * @param own folders whose programs are this program's
 */
export function looseProcesses(known: ReadonlySet<string>, own: string[], all = processes()): Loose[] {
  const ours = new Set(ancestors(process.pid, all).map(({ pid }) => pid));
  const here = namespace("self", "pid");
  const candidates = new Map<number, Candidate>();
  for (const one of all) {
    const how = started(one.words);
    if (!how || ours.has(one.pid) || namespace(one.pid, "pid") !== here) continue;
    if (own.some((folder) => one.words.some((word) => word.startsWith(`${folder}/`)))) continue;
    if (tellingNames(how).some((name) => saysMcp(name, known))) candidates.set(one.pid, { process: one, how });
  }
  const firsts = [...candidates.values()].filter(
    (one) => !ancestors(one.process.parent, all).some(({ pid }) => candidates.has(pid)),
  );
  return firsts.map((one) => loose(one, all));
}

function ancestors(pid: number, all: Process[]): Process[] {
  const found: Process[] = [];
  for (let at = pid; at > 0 && found.length < 64; ) {
    const one = all.find((other) => other.pid === at);
    if (!one) break;
    found.push(one);
    at = one.parent;
  }
  return found;
}

function loose({ process: one, how }: Candidate, all: Process[]): Loose {
  const { pid, uid, parent } = one;
  const above = ancestors(parent, all);
  const starter = above.filter(({ pid: number }) => number > 1).find(({ name }) => !SHELLS.test(name));
  const variables = variablesOf(pid);
  const keys = [...variables].filter(([name, value]) => looksLikeSecret(name, value));
  // Of one whose starter has ended, nobody knows what was set for it and what it had anyway.
  const inherited = parent === 1 ? new Map<string, string>() : variablesOf(parent);
  const own = [...variables].filter(([name, value]) => !BY_THE_WAY.test(name) && inherited.get(name) !== value);
  const given = inherited.size === 0 ? keys : own;
  const user = userName(uid);
  const folder = folderOf(pid);
  return {
    kind: "process",
    what: oneLine(how.what, 100),
    where: `process ${pid}`,
    of: starter ? `${oneLine(starter.name, 40)} (${starter.pid})` : "nobody any more",
    reach: {
      user,
      network: namespace(pid, "net") === namespace("self", "net") ? "open" : "of its own",
      folders: namespace(pid, "mnt") === namespace("self", "mnt") ? [`all that ${user} may read and write`] : [],
      variables: [...new Set([...given, ...keys].map(([name]) => name))].sort(),
    },
    name:
      how.what
        .split("/")
        .at(-1)
        ?.replace(/\.\w+$/, "") ?? "",
    server: {
      command: how.command,
      args: how.args,
      env: Object.fromEntries(given),
      ...(folder ? { cwd: folder } : {}),
    },
    ...(folder ? { folder } : {}),
    stop: () => end(one),
  };
}

function userName(uid: number): string {
  const found = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find((fields) => fields[2] === String(uid));
  return found?.[0] ?? `user ${uid}`;
}

/** Ends a process and all that it started: first asked to, then killed. A number that is another's by now is left alone. */
async function end(first: Process): Promise<void> {
  const all = processes();
  const chain = all.filter((one) => ancestors(one.pid, all).some(({ pid }) => pid === first.pid));
  const alive = (): Process[] => chain.filter(({ pid, began }) => processAt(pid)?.began === began);
  const signal = (name: NodeJS.Signals): void => {
    for (const { pid } of alive()) {
      try {
        process.kill(pid, name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
  };
  signal("SIGTERM");
  for (let waited = 0; waited < GRACE_MS && alive().length > 0; waited += 100) await sleep(100);
  signal("SIGKILL");
}
