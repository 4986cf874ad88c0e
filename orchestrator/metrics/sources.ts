import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Gateway } from "../gateway/gateway-api";
import type { Engine } from "../servers/docker/engine-info";
import type { ContainerUsage } from "../servers/docker/stats";
import type { Servers } from "../servers/server-info";

/** What a scrape asks for. Only the engine's answer is waited for, and not for long. */
export interface MetricSources {
  config: OrchestratorConfig;
  servers: Pick<Servers, "list">;
  gateway: Pick<Gateway, "usage" | "sessions">;
  stats: { list(): ContainerUsage[] };
  engine: Pick<Engine, "info" | "disk">;
  audit: { readonly dropped: number; healthy(): boolean };
}
