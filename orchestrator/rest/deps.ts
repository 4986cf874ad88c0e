import type { Manifest } from "../../mcp/types";
import type { Audit } from "../audit/entry";
import type { AuditPage, AuditQuery } from "../audit/query";
import type { OrchestratorConfig } from "../config";
import type { Events } from "../events";
import type { Gateway } from "../gateway/gateway-api";
import type { Guard } from "../security/guard-api";
import type { LogOptions } from "../servers/lifecycle";
import type { LogLine } from "../servers/logs";
import type { ServerInfo, Servers } from "../servers/server-info";
import type { ContainerUsage } from "../servers/stats";

// What the REST API asks of the other parts. An error with a `status` of 400 to 599 is an answer: its message is for the
// caller. A ProblemsError is answered with all its problems. Any other error is a fault of ours: 500, and into the log.

/** What an operator does with a server that is there, whoever manages it. */
export interface Lifecycle {
  /** Each gives the server's state when Docker has done it. */
  start(name: string): Promise<ServerInfo>;
  stop(name: string): Promise<ServerInfo>;
  restart(name: string): Promise<ServerInfo>;
  /** The server's log, oldest line first. */
  logs(name: string, options: LogOptions): AsyncIterable<LogLine>;
}

/** Extra servers, beside the catalog's. */
export interface Deployer {
  /**
   * Creates and starts a server; progress goes to the events.
   * @param secrets value by secret's name
   * @throws ProblemsError with everything the policy or the host does not allow
   */
  deploy(manifest: Manifest, secrets: Record<string, string>): Promise<ServerInfo>;
  /** Removes a server that was deployed so, with its volumes and network. */
  remove(name: string): Promise<void>;
}

/** Measurements, some seconds old at most. */
export interface Stats {
  /** The latest; undefined when none is known. Never waits. */
  server(name: string): ContainerUsage | undefined;
}

/** The engine as an operator sees it. */
export interface EngineInfo {
  version: string;
  apiVersion: string;
  os: string;
  kernel: string;
  cpus: number;
  /** Bytes. */
  memory: number;
  containers: { running: number; stopped: number };
  /** Bytes by what takes them; absent while Docker still counts. */
  disk?: { images: number; containers: number; volumes: number; buildCache: number };
}

export interface Engine {
  info(): Promise<EngineInfo>;
  /** @throws Error when the engine does not answer */
  ping(): Promise<void>;
}

/** Something in the engine that nobody owns. */
export interface CleanupItem {
  kind: "container" | "image" | "network" | "volume";
  id: string;
  name: string;
  /** Why nobody owns it. */
  reason: string;
  /** Space it takes, where Docker knows it. */
  bytes?: number;
  /** Why it could not be removed. */
  error?: string;
}

export interface Cleanup {
  /** What nobody owns; changes nothing. */
  list(): Promise<CleanupItem[]>;
  /** Removes that. Gives the same list, with an `error` where it did not work. */
  remove(): Promise<CleanupItem[]>;
}

/** The audit log, as it is read and written. */
export interface AuditLog extends Audit {
  query(query: AuditQuery): Promise<AuditPage>;
  /** False while entries cannot be written to disk. */
  healthy(): boolean;
}

/** Where faults of ours are told. */
export interface Log {
  error(context: Record<string, unknown>, message: string): void;
}

/** Everything the HTTP side of port 18080 stands on. */
export interface RestDeps {
  config: OrchestratorConfig;
  guard: Guard;
  gateway: Gateway;
  servers: Servers;
  lifecycle: Lifecycle;
  deployer: Deployer;
  stats: Stats;
  engine: Engine;
  cleanup: Cleanup;
  audit: AuditLog;
  events: Events;
  log: Log;
  /** Folder with Swagger UI's swagger-ui.css and swagger-ui-bundle.js. */
  staticFolder: string;
}
