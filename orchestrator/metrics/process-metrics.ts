import { readdirSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Registry } from "prom-client";
import { table } from "./table";

/**
 * Adds the metrics of this process, with the usual names of Prometheus clients. prom-client's own set is not used: its
 * event loop histogram and garbage collector observer always run, and cost time on every request.
 * @returns a function that updates them at a scrape
 */
export function processMetrics(registry: Registry): () => void {
  const cpu = table(registry, "process_cpu_seconds_total", "Processor time of the process.");
  const memory = table(registry, "process_resident_memory_bytes", "Memory of the process.");
  const heap = table(registry, "nodejs_heap_size_used_bytes", "Memory in use by JavaScript.");
  const files = table(registry, "process_open_fds", "Open files and connections.");
  const started = table(registry, "process_start_time_seconds", "Start of the process, in seconds since 1970.");
  const utilization = table(
    registry,
    "nodejs_eventloop_utilization",
    "Part of the time since the last scrape in which the process was busy, 0 to 1.",
  );
  const start = Math.round(Date.now() / 1000 - process.uptime());
  let loop = performance.eventLoopUtilization();
  return () => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const now = performance.eventLoopUtilization();
    cpu([[[], (user + system) / 1e6]]);
    memory([[[], rss]]);
    heap([[[], heapUsed]]);
    files([[[], openFiles()]]);
    started([[[], start]]);
    utilization([[[], performance.eventLoopUtilization(now, loop).utilization]]);
    loop = now;
  };
}

function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length - 1; // without the descriptor that reads this folder
  } catch {
    return 0;
  }
}
