import { median } from "../stack/report";
import type { Load } from "./load";
import { BARE, PEERS } from "./local";
import { middle, ratio } from "./medians";
import { OURS, UNPROXIED } from "./ours";
import { type BySize, overPeers, p99Over } from "./sizes";

/** Everything one run of the bench has measured. Lists have one entry a round. */
export interface Results {
  /** By contender, then by clients. */
  loads: Map<string, Map<number, Load[]>>;
  /** Results of 1 kB and more. */
  sizes: BySize;
  /** The same load by this bench's tool and by the reference. */
  tools: { own: Load[]; reference: Load[] };
  /** Milliseconds. */
  sessions?: { warm: number[]; cold: number[]; start: number[] };
  list?: { times: number[]; tools: number };
  /** Megabytes before, with and after the idle sessions. */
  memory?: [number, number, number];
  processes?: number;
  /** The same load, from the orchestrator's own network: no port of Docker in between. */
  direct: Load[];
  shares?: [string, number][];
}

/** One aim of the issue. */
export interface Aim {
  what: string;
  wanted: string;
  got: string;
  /** Undefined when it was not measured. */
  met?: boolean;
}

/** What the issue asks for, as far as it was measured. */
export function aims({ loads, sizes, sessions, list, memory, processes }: Results): Aim[] {
  const of = (name: string, clients: number) => loads.get(name)?.get(clients) ?? [];
  const ours1 = of(OURS, 1);
  const peers = Object.keys(PEERS);
  const rps = (load: Load) => load.rps;
  const p50 = (load: Load) => load.p50;
  const found: Aim[] = [];
  const aim = (what: string, wanted: string, got: number, digits: number, unit: string, met: boolean) =>
    found.push(
      Number.isNaN(got)
        ? { what, wanted, got: "not measured" }
        : { what, wanted, got: `${got.toFixed(digits)}${unit}`, met },
    );

  // Through the published port, which Docker's proxy on the host serves; and at the engine's address, without it.
  for (const [name, way] of [
    [OURS, "published port"],
    [UNPROXIED, "engine's address"],
  ] as const) {
    const [one, sixteen] = [of(name, 1), of(name, 16)];
    const against = Math.min(...peers.map((peer) => ratio(sixteen, of(peer, 16), rps)));
    aim(`${way}: calls/s at 16 clients, against the faster peer`, ">= 2x", against, 2, "x", against >= 2);
    const slower = Math.max(...peers.map((peer) => ratio(one, of(peer, 1), p50)));
    aim(`${way}: p50 at 1 client, against the better peer`, "< 1x", slower, 2, "x", slower < 1);
    const over = p99Over(sixteen, of(BARE, 16));
    aim(`${way}: p99 at 16 clients, above the bare server's`, "<= 10 ms", over, 1, " ms", over <= 10);
    for (const [loads, clients, share] of [
      [sixteen, 16, 0.5],
      [one, 1, 0.85],
    ] as const) {
      const got = ratio(loads, of(BARE, clients), rps);
      const what = `${way}: calls/s at ${clients} clients, against the bare server`;
      aim(what, `>= ${share * 100} %`, got * 100, 0, " %", got >= share);
    }
  }
  const micros = middle(of(OURS, 16), (load) => load.cpuMicros);
  aim("processor time of a call at 16 clients", "<= 150 us", micros, 0, " us", micros <= 150);
  for (const [{ name, clients }, by] of sizes) {
    const [over, times] = [p99Over(by.get(OURS) ?? [], by.get(BARE) ?? []), overPeers(by, OURS)];
    const what = `results of ${name} at ${clients} clients`;
    aim(
      `${what}: calls/s, against the faster peer`,
      ">= 2x",
      Number.isFinite(times) ? times : Number.NaN,
      2,
      "x",
      times >= 2,
    );
    aim(`${what}: p99, above the bare server's`, "<= 10 ms", over, 1, " ms", over <= 10);
  }
  const added = ratio(of("ours, all at /mcp", 1), ours1, p50) - 1;
  aim("p50 that /mcp adds to the pass-through", "<= 20 %", added * 100, 0, " %", added <= 0.2);
  const listing = median(list?.times ?? []);
  const enough = (list?.tools ?? 0) >= 50;
  aim(
    `tools/list over ${list?.tools ?? 50} tools of as many servers`,
    "<= 20 ms",
    listing,
    1,
    " ms",
    listing <= 20 && enough,
  );
  const warm = median(sessions?.warm ?? []);
  aim("new session, warm", "<= 10 ms", warm, 1, " ms", warm <= 10);
  const cold = median(sessions?.cold ?? []) - median(sessions?.start ?? []);
  aim("new session, cold, beyond the server's own start", "<= 30 ms", cold, 1, " ms", cold <= 30);
  const idle = memory?.[1] ?? Number.NaN;
  aim("memory with 1,000 idle sessions", "<= 150 MB", idle, 0, " MB", idle <= 150);
  const bridges = processes ?? Number.NaN;
  aim("processes of the gateway", "1", bridges, 0, "", bridges === 1);
  return found;
}
