import type { ContainerStats } from "dockerode";
import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import { eachOf } from "../../../lib/each-of";
import { containerName } from "../../../manifest/container/container-spec";
import { Label } from "../../../manifest/container/labels";
import type { Log } from "../../log";

/** Resources that one running container of the stack uses. */
export interface ContainerUsage {
  container: string;
  /** Name of the server; absent for the stack's own containers. */
  server?: string;
  /** Time of the measurement, in milliseconds since 1970. */
  time: number;
  /** Processor time since the container started. */
  cpuSeconds: number;
  /** Seconds that it waited because its share was used up, and the part of its periods in which it had to. */
  throttledSeconds: number;
  throttledShare: number;
  /** Bytes in use that the kernel could not drop at once: without the page cache of files not read lately. */
  memory: number;
  /** Bytes in use without any page cache of files: what no shortage frees. */
  heldMemory: number;
  /** Bytes it may use; the machine's memory when there is no limit. */
  memoryLimit: number;
  /** Processes and threads. */
  pids: number;
  /** Bytes over all of its networks since the start; 0 without a network. */
  received: number;
  sent: number;
}

/** Docker leaves out what it does not know: a container that ends while it is measured has next to nothing. */
type Answer = { [Part in keyof ContainerStats]?: Partial<NonNullable<ContainerStats[Part]>> };

/** Reads an answer of Docker's stats, of cgroup v1 and v2. */
export function usageOf(answer: Answer): Omit<ContainerUsage, "container" | "server" | "time"> {
  const { usage = 0, limit = 0, stats } = answer.memory_stats ?? {};
  // v1 counts the cgroup's children only in total_*, v2 always.
  const {
    throttled_time: throttled = 0,
    periods = 0,
    throttled_periods: throttledPeriods = 0,
  } = answer.cpu_stats?.throttling_data ?? {};
  const inactive = stats?.total_inactive_file ?? stats?.inactive_file ?? 0;
  const cached = inactive + (stats?.total_active_file ?? stats?.active_file ?? 0);
  const networks = Object.values(answer.networks ?? {});
  const sum = (key: "rx_bytes" | "tx_bytes"): number => networks.reduce((total, one) => total + (one?.[key] ?? 0), 0);
  return {
    cpuSeconds: (answer.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e9,
    throttledSeconds: throttled / 1e9,
    throttledShare: periods > 0 ? throttledPeriods / periods : 0,
    memory: inactive < usage ? usage - inactive : usage,
    heldMemory: cached < usage ? usage - cached : usage,
    memoryLimit: limit,
    pids: answer.pids_stats?.current ?? 0,
    received: sum("rx_bytes"),
    sent: sum("tx_bytes"),
  };
}

const EVERY_MS = 10_000;
const PARALLEL = 3;

/** Measures the stack's containers every 10 s in the background. Readers get the last measurement at once. */
export class StatsPoller {
  #usage = new Map<string, ContainerUsage>();
  #polling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: EngineClient,
    private readonly stack: string,
    private readonly log: Log,
  ) {}

  /** Polls at once, then in a fixed rhythm until `close`. */
  start(): void {
    this.#timer = setInterval(() => void this.poll(), EVERY_MS).unref();
    void this.poll();
  }

  /** Stops polling. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** Sorted by container name. */
  list(): ContainerUsage[] {
    return [...this.#usage.values()].sort((a, b) => (a.container < b.container ? -1 : 1));
  }

  /** Returns a server's last measurement; undefined when it does not run, or has not been measured yet. */
  server(name: string): ContainerUsage | undefined {
    return this.#usage.get(containerName(name));
  }

  /** For `Servers.memory`. */
  memory(name: string): { usage: number; limit: number } | undefined {
    const measured = this.server(name);
    return measured && { usage: measured.heldMemory, limit: measured.memoryLimit };
  }

  /** Measures now, unless a measurement is under way. Never rejects: without an answer the last measurements stay. */
  poll(): Promise<void> {
    this.#polling ??= this.#poll()
      .catch((error) => this.log.debug({ reason: reasonOf(error) }, "stats: no answer from the engine"))
      .finally(() => {
        this.#polling = undefined;
      });
    return this.#polling;
  }

  async #poll(): Promise<void> {
    const filters = { label: [`${Label.Stack}=${this.stack}`], status: ["running"] };
    const running = await this.client.api.listContainers({ filters });
    const measured = new Map<string, ContainerUsage>();
    await eachOf(running, PARALLEL, async ({ Id, Names, Labels }) => {
      const container = Names[0]?.replace(/^\//, "") ?? Id;
      try {
        // One shot: otherwise Docker measures twice, a second apart.
        const options = { stream: false, "one-shot": true } as const;
        const answer = await this.client.api.getContainer(Id).stats(options);
        const server = Labels[Label.Server];
        measured.set(container, { container, ...(server ? { server } : {}), time: Date.now(), ...usageOf(answer) });
      } catch (error) {
        // The container ended since it was listed.
        if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
      }
    });
    this.#usage = measured;
  }
}
