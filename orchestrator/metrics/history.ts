import type { History as Told } from "../../api/history";
import { HISTORY_MINUTES } from "../../api/history";
import type { ContainerUsage } from "../servers/docker/stats";

const MINUTE_MS = 60_000;

/** What a server's calls came to since the orchestrator started. */
export interface Totals {
  calls: number;
  /** Of these: ended by an error, a time-out, a refusal or a tool's own error. */
  errors: number;
  /** Tool calls by how long they took: upper end in seconds, and how many took no longer. Ascending; the last is +Inf. */
  buckets: [number, number][];
}

/** What the history is made of. */
export interface HistorySources {
  /** By server name. */
  totals(): Promise<Map<string, Totals>>;
  /** The last measurement of every container. */
  usage(): ContainerUsage[];
}

/**
 * What each server did in each minute of the last hour. It reads counters once a minute, so that no call pays for it. It
 * begins anew with the orchestrator; Prometheus keeps more.
 */
export class History {
  readonly #minutes = new Map<string, Told["minutes"]>();
  #before = new Map<string, Totals>();
  #usedBefore = new Map<string, ContainerUsage>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly sources: HistorySources) {}

  /** Looks each minute, until `close`. */
  start(): void {
    this.#timer = setInterval(() => void this.look().catch(() => {}), MINUTE_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** A server's minutes, the oldest first; none for one that is unknown. */
  of(server: string): Told["minutes"] {
    return this.#minutes.get(server) ?? [];
  }

  /** Closes a minute: notes it for servers that ran or were called, and drops what is older than an hour. */
  async look(now = Date.now()): Promise<void> {
    const oldest = now - HISTORY_MINUTES * MINUTE_MS;
    const totals = await this.sources.totals();
    const used = new Map(this.sources.usage().flatMap((usage) => (usage.server ? [[usage.server, usage]] : [])));
    for (const server of new Set([...totals.keys(), ...used.keys(), ...this.#minutes.keys()])) {
      const minute = this.#minute(server, totals.get(server), used.get(server), now);
      const isIdle = minute.calls === 0 && minute.memory === undefined;
      const kept = [...this.of(server), ...(isIdle ? [] : [minute])].filter(({ time }) => Date.parse(time) > oldest);
      if (kept.length === 0) this.#minutes.delete(server);
      else this.#minutes.set(server, kept);
    }
    this.#before = totals;
    this.#usedBefore = used;
  }

  #minute(server: string, totals: Totals | undefined, used: ContainerUsage | undefined, now: number) {
    const before = this.#before.get(server);
    const usedBefore = this.#usedBefore.get(server);
    return {
      time: new Date(now).toISOString(),
      calls: (totals?.calls ?? 0) - (before?.calls ?? 0),
      errors: (totals?.errors ?? 0) - (before?.errors ?? 0),
      p95: quantile(0.95, totals?.buckets ?? [], before?.buckets ?? []),
      cpu: used && usedBefore && shareOf(used, usedBefore),
      memory: used?.memory,
    };
  }
}

/** Processors used between two measurements; undefined when the container started anew between them. */
function shareOf(now: ContainerUsage, before: ContainerUsage): number | undefined {
  const seconds = (now.time - before.time) / 1_000;
  const share = (now.cpuSeconds - before.cpuSeconds) / seconds;
  return seconds > 0 && share >= 0 ? Math.round(share * 1_000) / 1_000 : undefined;
}

/** The end of the bucket that has the quantile of the calls since `before`, in seconds; undefined without calls. */
function quantile(share: number, now: Totals["buckets"], before: Totals["buckets"]): number | undefined {
  const since = now.map(([end, count], at): [number, number] => [end, count - (before[at]?.[1] ?? 0)]);
  const all = since.at(-1)?.[1] ?? 0;
  if (all === 0) return undefined;
  const [end] = since.find(([, count]) => count >= share * all) ?? [];
  // Beyond the last bucket all that is known is its end.
  return end === Number.POSITIVE_INFINITY ? since.at(-2)?.[0] : end;
}
