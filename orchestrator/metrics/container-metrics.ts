import type { Registry } from "prom-client";
import type { ContainerUsage } from "../servers/docker/stats";
import type { MetricSources } from "./sources";
import { type Row, table } from "./table";

/** Adds the metrics of the stack's containers. @returns a function that updates them at a scrape */
export function containerMetrics(registry: Registry, { stats }: MetricSources): () => void {
  const all: [fill: ReturnType<typeof table>, value: (usage: ContainerUsage) => number][] = [];
  const add = (name: string, help: string, value: (usage: ContainerUsage) => number): void => {
    all.push([table(registry, name, help, ["container", "server"]), value]);
  };
  add("dind_mcp_container_cpu_seconds_total", "Processor time of a container.", ({ cpuSeconds }) => cpuSeconds);
  add("dind_mcp_container_memory_bytes", "Memory in use, without cache that could be dropped.", ({ memory }) => memory);
  add("dind_mcp_container_memory_limit_bytes", "Memory a container may use.", ({ memoryLimit }) => memoryLimit);
  add("dind_mcp_container_processes", "Processes and threads of a container.", ({ pids }) => pids);
  add("dind_mcp_container_network_received_bytes_total", "Bytes received, all networks.", ({ received }) => received);
  add("dind_mcp_container_network_sent_bytes_total", "Bytes sent, all networks.", ({ sent }) => sent);
  return () => {
    const list = stats.list();
    for (const [fill, value] of all)
      fill(list.map((usage): Row => [[usage.container, usage.server ?? ""], value(usage)]));
  };
}
