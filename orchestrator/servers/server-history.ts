import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { serverEventSchema } from "../../api/schemas/server-events";
import { ServerStatus } from "../../api/server-status";
import { writeAtomically } from "../../lib/atomic-file";
import { parseJson } from "../../lib/json";
import { Owner } from "../../manifest/container/labels";
import type { ServerInfo } from "./server-info";
import { transitions } from "./transitions";

/** Events that are kept of a server. */
const KEEP = 100;
/** Servers of which events are kept, those that are gone among them. */
const SERVERS = 500;
/** Characters of a reason: it may end with a server's own words. */
const REASON = 1_000;
/** Milliseconds in which events are gathered before they are written. */
const WRITE_MS = 1_000;

export type ServerEvent = z.output<typeof serverEventSchema>;

/** What was last seen of a server: enough to tell what has changed since. */
const seenSchema = z.object({
  status: z.enum(ServerStatus),
  generation: z.string(),
  managedBy: z.enum(Owner),
  runtime: z.object({ restarts: z.int(), oomKills: z.int() }),
});
const keptSchema = z.object({ seen: seenSchema.optional(), events: z.array(serverEventSchema) });
type Kept = z.output<typeof keptSchema>;

/**
 * The latest starts, stops and failures of each server with their reasons, on the orchestrator's volume: a file for each
 * server. What a server did while the orchestrator was away is told when it is seen again. A disk that takes nothing costs
 * what was to be written, no more.
 */
export class ServerHistory {
  readonly #servers: Map<string, Kept>;
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param folder made with the first event
   * @param failed called when a file cannot be written
   * @param now milliseconds since 1970
   */
  constructor(
    private readonly folder: string,
    private readonly failed: (error: Error) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.#servers = read(folder);
  }

  /** A server's events, the newest first. */
  of(server: string): ServerEvent[] {
    return this.#servers.get(server)?.events.toReversed() ?? [];
  }

  /** Takes a change of a server. @param previous undefined: it is seen for the first time */
  see(name: string, current: ServerInfo | undefined, previous?: ServerInfo): void {
    if ((current ?? previous)?.copyOf !== undefined) return; // a throwaway copy
    const kept = this.#of(name);
    const before = previous ?? kept.seen;
    const isLate = previous === undefined && kept.seen !== undefined;
    kept.seen = current && seenOf(current);
    for (const { type, data } of transitions(before, current)) {
      const reason = typeof data.reason === "string" ? { reason: data.reason.slice(0, REASON) } : {};
      this.#add(name, { type: type as ServerEvent["type"], ...reason, ...(isLate ? { late: true } : {}) });
    }
    this.#write(name);
  }

  /** Notes that somebody asked for an action. @param by name of their token */
  asked(name: string, action: NonNullable<ServerEvent["action"]>, by: string): void {
    this.#add(name, { type: "server.asked", action, by });
  }

  /** Writes what still waits. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const name of this.#changed) this.#writeNow(name);
    this.#changed.clear();
  }

  #of(name: string): Kept {
    const kept = this.#servers.get(name) ?? { events: [] };
    this.#servers.set(name, kept);
    return kept;
  }

  #add(name: string, event: Omit<ServerEvent, "time">): void {
    const { events } = this.#of(name);
    events.push({ time: new Date(this.now()).toISOString(), ...event });
    if (events.length > KEEP) events.shift();
    this.#write(name);
  }

  #write(name: string): void {
    this.#changed.add(name);
    this.#timer ??= setTimeout(() => this.close(), WRITE_MS).unref();
  }

  #writeNow(name: string): void {
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeAtomically(join(this.folder, `${name}.json`), JSON.stringify(this.#servers.get(name)), { mode: 0o600 });
    } catch (error) {
      this.failed(error as Error);
    }
  }
}

function seenOf({ status, generation, managedBy, runtime: { restarts, oomKills } }: ServerInfo): Kept["seen"] {
  return { status, generation, managedBy, runtime: { restarts, oomKills } };
}

/** Reads what was kept; damaged files are left out, and beyond SERVERS those that are gone longest are removed. */
function read(folder: string): Map<string, Kept> {
  const found = files(folder).flatMap((file) => {
    const { data } = keptSchema.safeParse(contentOf(join(folder, file)));
    return data ? [{ file, name: file.slice(0, -".json".length), kept: data }] : [];
  });
  const latest = ({ kept }: { kept: Kept }): number => Date.parse(kept.events.at(-1)?.time ?? "") || 0;
  const sorted = found.sort((a, b) => Number(!a.kept.seen) - Number(!b.kept.seen) || latest(b) - latest(a));
  for (const { file } of sorted.slice(SERVERS)) rmSync(join(folder, file), { force: true });
  return new Map(sorted.slice(0, SERVERS).map(({ name, kept }) => [name, kept]));
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".json") && !file.startsWith("."));
  } catch {
    return []; // there was none yet
  }
}

function contentOf(file: string): unknown {
  try {
    return parseJson(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
