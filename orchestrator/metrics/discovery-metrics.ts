import type { Registry } from "prom-client";
import type { MetricSources } from "./sources";
import { type Row, table } from "./table";

/** Adds the metrics of Consul; without one they have no series. @returns a function that updates them at a scrape */
export function discoveryMetrics(registry: Registry, { discovery }: MetricSources): () => void {
  const add = (name: string, help: string, more: string[] = []) => table(registry, name, help, ["agent", ...more]);
  const up = add("dind_mcp_consul_up", "1: Consul has the fleet as it is.");
  const services = add("dind_mcp_consul_services", "Services of the fleet that Consul's agent has.");
  const changes = add("dind_mcp_consul_changes_total", "Services registered and deregistered.", ["change"]);
  const failures = add("dind_mcp_consul_failures_total", "Comparisons with Consul that failed.");
  return () => {
    const all = [discovery.consul() ?? []].flat();
    up(all.map(({ address, state }): Row => [[address], Number(state === "registered")]));
    services(all.map(({ address, services }): Row => [[address], services.length]));
    failures(all.map(({ address, counts }): Row => [[address], counts.failures]));
    changes(
      all.flatMap(({ address, counts }): Row[] =>
        (["registered", "deregistered"] as const).map((change) => [[address, change], counts[change]]),
      ),
    );
  };
}
