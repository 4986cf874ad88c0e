import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { AuditLog } from "../audit/audit-log";
import type { Events } from "../events";
import type { Gateway } from "../gateway/gateway-api";
import type { Log } from "../log";
import type { Guard } from "../security/guard-api";
import type { Cleanup } from "../servers/docker/cleanup";
import type { Deployer } from "../servers/docker/deploy/deployer";
import type { Engine } from "../servers/docker/engine-info";
import type { Lifecycle } from "../servers/docker/lifecycle";
import type { StatsPoller } from "../servers/docker/stats";
import type { Servers } from "../servers/server-info";

/**
 * Everything the HTTP side of port 18080 stands on. An error with a `status` of 400 to 599 is an answer: its message is
 * for the caller. A ProblemsError is answered with all its problems. Any other error is a fault: 500, and into the log.
 */
export interface RestDeps {
  config: OrchestratorConfig;
  guard: Guard;
  gateway: Gateway;
  servers: Servers;
  lifecycle: Pick<Lifecycle, "start" | "stop" | "restart" | "logs">;
  deployer: Pick<Deployer, "deploy" | "remove">;
  stats: Pick<StatsPoller, "server">;
  engine: Pick<Engine, "info" | "disk" | "ping">;
  cleanup: Pick<Cleanup, "plan" | "run">;
  audit: Pick<AuditLog, "record" | "query" | "healthy">;
  events: Events;
  /** Hears of faults. */
  log: Pick<Log, "error">;
  /** Folder with Swagger UI's swagger-ui.css and swagger-ui-bundle.js. */
  staticFolder: string;
}
