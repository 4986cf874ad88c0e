import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Discovery } from "../discovery/create-discovery";
import type { Gateway, SignIns } from "../gateway/gateway-api";
import type { Engine } from "../servers/docker/engine-info";
import type { ContainerUsage } from "../servers/docker/stats";
import type { StorageUse } from "../servers/docker/storage-use";
import type { Servers } from "../servers/server-info";

/** Where a scrape gets its numbers. It waits only for the engine's answer, with a short limit. */
export interface MetricSources {
  config: OrchestratorConfig;
  servers: Pick<Servers, "list">;
  gateway: Pick<Gateway, "usage" | "sessions">;
  signIns: Pick<SignIns, "of">;
  stats: { list(): ContainerUsage[] };
  storage: Pick<StorageUse, "of">;
  engine: Pick<Engine, "info" | "disk">;
  discovery: Pick<Discovery, "consul">;
  audit: { readonly dropped: number; healthy(): boolean };
  /** Folder of the engine's certificates. @default where the stack mounts it */
  certificates?: string;
  /** File that says when the stack was last backed up. @default where `backup` leaves it */
  lastBackup?: string;
}
