import type { Registry } from "prom-client";
import { PATHS } from "../../config/orchestrator-config";
import { within } from "../../lib/within";
import { certificateEnds } from "../servers/docker/certificate-ends";
import type { MetricSources } from "./sources";
import { type Row, table } from "./table";

/** Milliseconds the engine may take to answer before it counts as down. Prometheus itself waits 10 s for a scrape. */
const PATIENCE_MS = 3_000;

/**
 * Adds the metrics of engine, certificates, audit log and program.
 * @returns a function that updates them at a scrape
 */
export function engineMetrics(
  registry: Registry,
  { config, engine, audit, certificates = PATHS.certificates }: MetricSources,
): () => Promise<void> {
  const build = table(registry, "dind_mcp_build_info", "This program.", ["version", "stack", "node"]);
  const up = table(registry, "dind_mcp_engine_up", "1: the engine answers.");
  const info = table(registry, "dind_mcp_engine_info", "The engine.", ["version", "api_version", "os", "kernel"]);
  const containers = table(registry, "dind_mcp_engine_containers", "Containers in the engine.", ["state"]);
  const disk = table(registry, "dind_mcp_engine_disk_bytes", "Disk space in the engine, by what takes it.", ["type"]);
  const expiry = table(
    registry,
    "dind_mcp_certificate_expiry_timestamp_seconds",
    "End of a certificate of the engine, in seconds since 1970.",
    ["certificate"],
  );
  const dropped = table(
    registry,
    "dind_mcp_audit_dropped_total",
    "Entries of the audit log that could not be written.",
  );
  const written = table(registry, "dind_mcp_audit_healthy", "1: the audit log can be written.");

  return async () => {
    const [facts, used, ends] = await Promise.all([
      known(engine.info()),
      known(engine.disk()),
      certificateEnds(certificates),
    ]);
    build([[[config.version, config.stack, process.version], 1]]);
    up([[[], facts ? 1 : 0]]);
    info(facts ? [[[facts.version, facts.apiVersion, facts.os, facts.kernel], 1]] : []);
    containers(facts ? Object.entries(facts.containers).map(([state, count]): Row => [[state], count]) : []);
    disk(used ? DISK.map((type): Row => [[snake(type)], used[type]]) : []);
    expiry(Object.entries(ends).map(([name, end]): Row => [[name], end]));
    dropped([[[], audit.dropped]]);
    written([[[], Number(audit.healthy())]]);
  };
}

const DISK = ["images", "containers", "volumes", "buildCache"] as const;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Returns an answer if it comes in time. On a large disk Docker counts longer, and the next scrape gets the result. */
const known = <Answer>(asked: Promise<Answer>): Promise<Answer | undefined> =>
  within(PATIENCE_MS, asked).catch(() => undefined);
