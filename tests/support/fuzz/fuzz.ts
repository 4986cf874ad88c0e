import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../mcp-init/mcp-init";
import { closeConnections, McpClient } from "../orchestrator/gateway/mcp-client";
import { Neighbour } from "../orchestrator/gateway/neighbour";
import type { Era } from "../orchestrator/gateway/talkative";
import { ERAS, FuzzSite } from "./fuzz-site";
import { talkTo } from "./patient-client";
import { Random } from "./random";
import { annoy } from "./rude-client";

/** Milliseconds in which all that evil servers have of processes is gone: idle time-outs of 1 s, and looks for them. */
const GONE_MS = 60_000;
/** Milliseconds for timers that were left behind. */
const LATE_MS = 2_000;
/** Clients of each kind at a time: mostly they wait. */
const AT_ONCE = 3;
/** Requests of a rude client in one step. */
const RUDE = 5;
const PATHS = [
  "/servers/trodden/mcp",
  "/mcp",
  "/servers/none/mcp",
  "/servers/trodden/messages?sessionId=x",
  "/servers/trodden/sse",
];

/** What a run came to. */
export interface Fuzzed {
  requests: number;
  rude: number;
  calls: number;
  /** Milliseconds of a neighbour's slowest call. */
  worst: number;
  /** Bytes. */
  memory: number;
}

/** One thing that is done again and again. @param random of this step alone, so that it can be repeated */
type Step = (random: Random) => Promise<void>;

/**
 * Servers and clients that misbehave, of both eras, over sockets and HTTP. Whatever they do: a neighbour's calls go on, each
 * request gets one answer, the memory is bounded, no process is left, and the gateway lives.
 * @throws Error what did not hold, with the lane and its step
 */
export async function fuzz(seed: string, seconds: number): Promise<Fuzzed> {
  const site = await FuzzSite.open(seed);
  try {
    const neighbour = await Neighbour.start(site.url("good"));
    const end = Date.now() + seconds * 1_000;
    const did = { requests: 0, rude: 0, held: new Map<string, number>() };
    const failures: string[] = [];
    const lane = async (name: string, step: Step): Promise<void> => {
      let count = 0;
      const one = async (): Promise<void> => {
        while (Date.now() < end && failures.length === 0) {
          const at = count++;
          await step(new Random(seed, name, at))
            .then(() => site.check())
            .catch((error: Error) => failures.push(`${name}, step ${at}: ${error.message}`));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, one));
    };
    const lanes = ERAS.flatMap((era) => [
      ...site.names.map((name) => lane(`${era} client of ${name}`, (random) => talk(site, era, random, name, did))),
      lane(`${era} client of all`, (random) => talk(site, era, random, undefined, did)),
      lane(`rude ${era} client`, async (random) => {
        await annoyed(site, era, random);
        did.rude += RUDE;
      }),
    ]);
    await Promise.all(lanes);
    if (failures.length > 0) throw new Error(`${failures.join("\n\n")}\n${site.gateway.errors.slice(-1_500)}`);
    await neighbour.stop();
    closeConnections();
    await until(
      "what is left",
      () => site.left(did.held),
      (some) => some.length === 0,
      GONE_MS,
    );
    await sleep(LATE_MS);
    site.check();
    const { requests, rude } = did;
    return { requests, rude, calls: neighbour.calls, worst: neighbour.worst, memory: site.memory };
  } finally {
    await site.close();
  }
}

/** @param name of the server; undefined: one of them, behind the URL of all */
async function talk(
  site: FuzzSite,
  era: Era,
  random: Random,
  name: string | undefined,
  did: { requests: number; held: Map<string, number> },
): Promise<void> {
  const server = name ?? random.pick(site.names);
  const toolOf = (tool: string): string => (name === undefined ? `${server}__${tool}` : tool);
  const { requests, held } = await talkTo(site.url(name), era, random, toolOf);
  did.requests += requests;
  did.held.set(server, (did.held.get(server) ?? 0) + held);
}

async function annoyed(site: FuzzSite, era: Era, random: Random): Promise<void> {
  const path = random.pick(PATHS);
  const client = new McpClient(site.url("trodden"));
  await client.initialize(); // there may be no room
  for (let left = RUDE; left > 0; left--) {
    await annoy(new URL(site.gateway.url), path, client.session ?? "", era, random);
  }
  if (client.session) await client.delete();
}
