import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Gateway } from "../gateway/gateway-api";
import type { ContainerUsage } from "../servers/docker/stats";
import type { Servers } from "../servers/server-info";

/** The engine, as far as the metrics tell of it. */
export interface EngineFacts {
  version: string;
  apiVersion: string;
  os: string;
  kernel: string;
  containers: { running: number; stopped: number };
  /** Bytes by what takes them; absent while Docker still counts. */
  disk?: { images: number; containers: number; volumes: number; buildCache: number };
}

/** What a scrape asks. Nothing waits but the engine, and that not long. */
export interface MetricSources {
  config: OrchestratorConfig;
  servers: Pick<Servers, "list">;
  gateway: Pick<Gateway, "usage" | "sessions">;
  stats: { list(): ContainerUsage[] };
  engine: { info(): Promise<EngineFacts> };
  audit: { readonly dropped: number; healthy(): boolean };
}
