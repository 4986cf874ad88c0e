import { markdownTable, textTable } from "../../lib/text-table";
import { median } from "../stack/report";
import { aims, type Results } from "./figures";
import type { Load } from "./load";
import { BARE } from "./local";
import { middle, ratio } from "./medians";
import { OURS } from "./ours";
import { SIZES_HEADING, sizeRows } from "./sizes";

const number = (value: number, digits = 0) => (Number.isNaN(value) ? "-" : value.toFixed(digits));

function loadRow(name: string, clients: number, loads: Load[], bare: Load[]): string[] {
  return [
    name,
    String(clients),
    number(middle(loads, (load) => load.rps)),
    number(ratio(loads, bare, (load) => load.rps) * 100),
    number(
      middle(loads, (load) => load.p50),
      2,
    ),
    number(
      middle(loads, (load) => load.p99),
      1,
    ),
    number(
      middle(loads, (load) => load.openMs),
      1,
    ),
    number(middle(loads, (load) => load.cpuMicros)),
    number(middle(loads, (load) => load.rssMb)),
    loads.map((load) => load.rps).join(" "),
  ];
}

/** All of a run, for people. */
export function report(results: Results): string {
  const heading = [
    "",
    "clients",
    "calls/s",
    "% of bare",
    "p50 ms",
    "p99 ms",
    "open ms",
    "CPU us",
    "RSS MB",
    "calls/s of each round",
  ];
  const bare = (clients: number) => results.loads.get(BARE)?.get(clients) ?? [];
  const rows = [1, 16].flatMap((clients) =>
    [...results.loads].map(([name, by]) => loadRow(name, clients, by.get(clients) ?? [], bare(clients))),
  );
  const parts = [
    "Medians of the rounds; CPU: of the gateway's process, a call.",
    textTable([heading, ...rows]),
    "",
    agreement(results),
  ];
  const { sizes, sessions, list, memory, direct, shares } = results;
  if (sizes.size > 0)
    parts.push("", "By the size of the result", textTable([SIZES_HEADING, ...sizeRows(sizes, OURS)]), "");
  if (sessions) {
    const { warm, cold, start } = sessions;
    const times = [warm, cold, start].map((list) => `${number(median(list), 2)} ms`);
    parts.push(`New session: warm ${times[0]}, cold ${times[1]}; the server alone starts in ${times[2]}.`);
  }
  if (list) parts.push(`tools/list at /mcp: ${list.tools} tools, p50 ${number(median(list.times), 2)} ms.`);
  if (memory)
    parts.push(`Memory: ${memory.map((mb) => number(mb)).join(", ")} MB before, with, after 1,000 idle sessions.`);
  parts.push("", "Where the time goes");
  if (direct.length > 0) {
    const published = results.loads.get(OURS)?.get(16) ?? [];
    const without = middle(direct, (load) => load.rps);
    parts.push(
      `Docker's published ports (the host's and the engine's) stand before the gateway: at 16 clients ${number(middle(published, (load) => load.rps))} calls/s through them, ${number(without)} without.`,
    );
  }
  if (shares)
    parts.push("Processor time of the gateway at 16 clients, each part by itself:", textTable(shareRows(shares)));
  return [...parts, "", textTable(aimRows(results))].join("\n");
}

function aimRows(results: Results): string[][] {
  const rows = aims(results).map(({ what, wanted, got, met }) => [
    met === undefined ? "-" : met ? "met" : "MISSED",
    what,
    wanted,
    got,
  ]);
  return [["", "aim", "wanted", "got"], ...rows];
}

/** What README.md keeps of the last run. @param machine what it ran on */
export function page(results: Results, machine: string, day: string): string {
  const heading = ["side", "clients", "calls/s", "p50 ms", "p99 ms", "CPU us a call"];
  const rows = [1, 16].flatMap((clients) =>
    [...results.loads].map(([name, by]) => {
      const loads = by.get(clients) ?? [];
      const cells = [(load: Load) => load.p50, (load: Load) => load.p99].map((of) => number(middle(loads, of), 1));
      const [rps, cpu] = [middle(loads, (load) => load.rps), middle(loads, (load) => load.cpuMicros)];
      return [name, String(clients), number(rps), ...cells, number(cpu)];
    }),
  );
  return [
    `Last run: ${day}, on ${machine}.`,
    markdownTable([heading, ...rows]),
    markdownTable([SIZES_HEADING, ...sizeRows(results.sizes, OURS)]),
    markdownTable(aimRows(results)),
  ].join("\n\n");
}

/** This bench's tool beside the reference. */
function agreement({ tools: { own, reference } }: Results): string {
  if (reference.length === 0) return "The reference tool is not here: --reference FILE.";
  const rps = (loads: Load[]) => number(middle(loads, (load) => load.rps));
  const same = ratio(own, reference, (load) => load.rps);
  return `Same load, this bench's tool and the reference: ${rps(own)} and ${rps(reference)} calls/s, ratio ${number(same, 2)}.`;
}

function shareRows(shares: [string, number][]): string[][] {
  const small = shares.filter(([, share]) => share < 0.01);
  const rest: [string, number] = ["everything below 1 %", small.reduce((sum, [, share]) => sum + share, 0)];
  return [...shares.filter(([, share]) => share >= 0.01), rest].map(([part, share]) => [
    `${number(share * 100, 1)} %`.padStart(7),
    part,
  ]);
}
