import { setTimeout as sleep } from "node:timers/promises";
import type { EngineClient } from "../../../../lib/docker-client";
import { type ContainerUsage, usageOf } from "../stats";

/** The most that a container used at a time. */
export interface Peaks {
  /** Bytes, those in /tmp and /dev/shm included. */
  memory: number;
  /** Bytes in /tmp and /dev/shm; 0 where the kernel does not tell (cgroup v1). */
  shared: number;
  /** Processes and threads. */
  processes: number;
  /** Processors, over five seconds. */
  cpus: number;
}

const EVERY_MS = 1_000;
/** Measurements that a rate of processors spans. */
const SPAN = 5;

/** Measures a container every second, until the signal. What is shorter than a second it may miss. */
export async function measure(client: EngineClient, id: string, peaks: Peaks, signal: AbortSignal): Promise<void> {
  const times: { at: number; cpuSeconds: number }[] = [];
  const container = client.api.getContainer(id);
  while (!signal.aborted) {
    const answer = await container.stats({ stream: false, "one-shot": true }).catch(() => undefined);
    if (answer) {
      const stats = answer.memory_stats?.stats as unknown as Record<string, number> | undefined;
      times.push({ at: Date.now(), cpuSeconds: usageOf(answer).cpuSeconds });
      raise(peaks, usageOf(answer), stats?.shmem ?? 0, cpusOver(times.slice(-SPAN - 1)));
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

function raise(
  peaks: Peaks,
  { memory, pids }: Pick<ContainerUsage, "memory" | "pids">,
  shared: number,
  cpus: number,
): void {
  peaks.memory = Math.max(peaks.memory, memory);
  peaks.shared = Math.max(peaks.shared, shared);
  peaks.processes = Math.max(peaks.processes, pids);
  peaks.cpus = Math.max(peaks.cpus, cpus);
}

function cpusOver(times: { at: number; cpuSeconds: number }[]): number {
  const [first, last] = [times[0], times.at(-1)];
  if (times.length <= SPAN || !first || !last) return 0;
  return ((last.cpuSeconds - first.cpuSeconds) * 1_000) / (last.at - first.at);
}
