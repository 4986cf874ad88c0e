import { join } from "node:path";
import { Registry } from "prom-client";
import { PATHS } from "../config/orchestrator-config";
import { PORTS } from "../config/ports";
import { AuditLog } from "./audit/audit-log";
import { loadConfig } from "./config";
import { DockerApi } from "./docker-api/docker-api";
import { Events } from "./events";
import { McpGateway } from "./gateway/gateway";
import { Front } from "./http/front";
import { lastResort } from "./last-resort";
import { createLog } from "./log";
import { CallMetrics } from "./metrics/call-metrics";
import { Exposition } from "./metrics/exposition";
import { MetricsServer } from "./metrics/metrics-server";
import { createApp } from "./rest/app";
import { AccessGuard } from "./security/guard";
import { createServers } from "./servers/create-servers";
import { openTracer } from "./tracing";

/** Reads what the stack says, puts the parts together, and serves until SIGTERM. */
async function main(): Promise<void> {
  const { config, tokens } = loadConfig();
  const { limits, listen, dockerApi } = config;
  const log = createLog(config.logLevel);
  const events = new Events();
  const audit = new AuditLog({
    ...config.audit,
    folder: join(PATHS.state, "audit"),
    warn: (message) => log.warn(message),
  });
  const registry = new Registry();
  process.on(
    "uncaughtException",
    lastResort(registry, log, (code) => process.exit(code)),
  );
  const observer = new CallMetrics(registry);
  const parts = await createServers({ config, events, log });
  const { servers } = parts;
  const tracer = await openTracer(config, (message) => log.warn(message));
  const gateway = new McpGateway({
    ...{ config, servers, audit, observer, events, tracer },
    warn: (message, error) => log.warn({ error }, message),
  });
  const guard = new AccessGuard({
    config,
    tokens,
    onRefused: (reason) => observer.refused(reason),
    onIssuerUnavailable: (reason) => log.warn({ reason }, "the OAuth issuer does not answer"),
  });

  const front = new Front({ guard, gateway, audit, log, limits, publicUrl: config.publicUrl });
  const rest = await createApp(front, {
    ...{ config, guard, gateway, audit, events, log },
    ...parts,
    staticFolder: join(__dirname, "static"),
  });
  const exposition = new Exposition(registry, { config, gateway, audit, ...parts });
  const metrics = new MetricsServer({ guard, limits, exposition });
  const warn = (message: string) => log.warn(message);
  const docker =
    dockerApi === "off"
      ? undefined
      : new DockerApi({ mode: dockerApi, socketPath: PATHS.dockerSocket, guard, limits, warn });

  await Promise.all([
    front.listen(PORTS.api, listen),
    metrics.listen(PORTS.metrics, listen),
    docker?.listen(PORTS.docker, listen),
  ]);
  log.info({ stack: config.stack, version: config.version, publicUrl: config.publicUrl }, "ready");

  process.once("SIGTERM", async () => {
    log.info("stopping");
    await Promise.all([front.close(), gateway.close(), rest.close(), metrics.close(), docker?.close()]);
    parts.close();
    await Promise.all([audit.close(), tracer?.close()]); // last: the end of every session is in it
    log.info("stopped");
    process.exit(0);
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
