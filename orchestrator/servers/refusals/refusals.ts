import { RefusalKind } from "../../../api/refusal-kind";
import { oneLine } from "../../../lib/plain-text";
import { type Fragment, merged } from "../../../manifest/fragment";
import type { EgressPlace } from "../docker/egress-requests";
import type { LogLine } from "../docker/logs";
import type { ContainerUsage } from "../docker/stats";
import type { ServerInfo, ServerStorage } from "../server-info";
import { adviceFor } from "./advice";
import type { Heard } from "./heard-refusals";
import { refusalsIn } from "./said";

/** Something that a server was kept from. */
export interface Refusal {
  kind: RefusalKind;
  /** The path, the host with its port, or the limit. */
  what: string;
  why: string;
  /** Who tells: the egress proxy, the server's log, the error of a tool, the kernel's counters. */
  source: "proxy" | "log" | "answer" | "kernel";
  count: number;
  /** Milliseconds since 1970; absent for a counter. */
  last?: number;
  /** What in the manifest would allow it; absent where nothing would. */
  add?: Fragment;
}

/** What is known of a server. */
export interface Known {
  server: Pick<ServerInfo, "manifest"> & { runtime: Pick<ServerInfo["runtime"], "oomKills"> };
  egress: EgressPlace[];
  log: LogLine[];
  heard: Heard[];
  usage?: Pick<ContainerUsage, "throttledSeconds" | "throttledShare">;
  storage: ServerStorage[];
}

/** From this share of its periods on a server counts as short of processors; bursts at a session's start are less. */
const THROTTLED_SHARE = 0.1;
const THROTTLED_SECONDS = 2;

/** Everything that a server was kept from, the latest first, and what would allow it. Pure. */
export function refusals(known: Known): Refusal[] {
  const hosts = ofProxy(known.egress);
  const asked = new Set(hosts.map(({ what }) => what.replace(/:\d+$/, "")));
  const told = ofPrograms(known).filter(({ kind, what }) => kind !== RefusalKind.Host || !asked.has(what));
  const all = [...hosts, ...told, ...ofCounters(known)];
  return all.sort((a, b) => (b.last ?? 0) - (a.last ?? 0));
}

/** All that would allow them, as one part of a manifest. Pure. */
export function allowing(all: Refusal[]): Fragment {
  return merged(all.flatMap(({ add }) => (add ? [add] : [])));
}

function ofProxy(egress: EgressPlace[]): Refusal[] {
  return egress
    .filter(({ outcome }) => outcome === "refused")
    .map(({ host, port, reason = "", count, last, add }) => ({
      ...{ kind: RefusalKind.Host, what: oneLine(`${host}:${port}`), why: reason, source: "proxy", count, last },
      ...(add === undefined ? {} : { add: { egress: [add] } }),
    }));
}

function ofPrograms({ server, log, heard }: Known): Refusal[] {
  const lines = log.flatMap(({ time, line }) =>
    refusalsIn(line).map((said) => ({ said, count: 1, last: Date.parse(time), source: "log" as const })),
  );
  const found = new Map<string, Refusal>();
  for (const { said, count, last, source } of [
    ...heard.map((one) => ({ ...one, source: "answer" as const })),
    ...lines,
  ]) {
    const key = `${said.kind} ${said.what}`;
    const before = found.get(key);
    // A server often writes into its log what it answers as well: it is one refusal.
    if (before)
      Object.assign(before, {
        count: before.count + (before.source === source ? count : 0),
        last: Math.max(before.last ?? 0, last),
      });
    else found.set(key, { kind: said.kind, what: said.what, source, count, last, ...adviceFor(said, server.manifest) });
  }
  return [...found.values()];
}

/** What the kernel counts, whatever the server says of it. */
function ofCounters({ server: { manifest, runtime }, usage, storage }: Known): Refusal[] {
  const { memory, cpus } = manifest.resources;
  const limit = (kind: RefusalKind, what: string, count: number): Refusal => {
    return { kind, what, source: "kernel", count, ...adviceFor({ kind, what: "" }, manifest) };
  };
  const { throttledSeconds = 0, throttledShare = 0 } = usage ?? {};
  return [
    ...(runtime.oomKills > 0 ? [limit(RefusalKind.Memory, `resources.memory: ${memory}`, runtime.oomKills)] : []),
    ...(throttledShare >= THROTTLED_SHARE && throttledSeconds >= THROTTLED_SECONDS
      ? [limit(RefusalKind.Processor, `resources.cpus: ${cpus}`, Math.round(throttledSeconds))]
      : []),
    ...storage
      .filter(({ size, used = 0 }) => used > size)
      .map(({ path }): Refusal => {
        const advice = adviceFor({ kind: RefusalKind.Room, what: path }, manifest);
        return { kind: RefusalKind.Room, what: path, source: "kernel", count: 1, ...advice };
      }),
  ];
}
