import type { Manifest } from "../../mcp/types";
import type { Audit, AuditEntry, AuditResult } from "../audit/entry";
import type { OrchestratorConfig } from "../config";
import type { Events } from "../events";
import type { Gateway } from "../gateway/gateway-api";
import type { Guard } from "../security/guard-api";
import type { ServerInfo, Servers } from "../servers/server-info";

// What the REST API asks of the other parts. An error with a `status` of 400 to 599 is an answer: its message is for the
// caller. A ProblemsError is answered with all its problems. Any other error is a fault of ours: 500, and into the log.

/** Starts and stops containers of servers, whoever manages them. Each resolves when Docker has done it. */
export interface Lifecycle {
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  restart(name: string): Promise<void>;
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

/** One line of a server's log. */
export interface LogLine {
  /** RFC 3339. */
  time: string;
  stream: "stdout" | "stderr";
  text: string;
}

export interface LogOptions {
  /** Latest lines to begin with. */
  tail: number;
  /** RFC 3339: none older than this. */
  since?: string;
  /** Goes on until the signal. */
  follow: boolean;
  signal: AbortSignal;
}

/** Logs of servers' containers. */
export interface Logs {
  read(name: string, options: LogOptions): AsyncIterable<LogLine>;
}

/** What a server's container uses. */
export interface ServerStats {
  /** RFC 3339: when it was measured. */
  time: string;
  /** Processors in use, 1 = one whole. */
  cpu: number;
  /** Bytes. */
  memory: { usage: number; limit: number };
  /** Processes and threads. */
  processes: { current: number; limit?: number };
  /** Bytes since the container started; 0 without a network. */
  network: { received: number; sent: number };
}

/** Measurements, some seconds old at most. */
export interface Stats {
  /** The latest; undefined when none is known. Never waits. */
  latest(name: string): ServerStats | undefined;
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

export interface AuditQuery {
  /** Milliseconds since 1970: from, inclusive. */
  since?: number;
  /** Milliseconds since 1970: to, exclusive. */
  until?: number;
  kind?: AuditEntry["kind"];
  principal?: string;
  /** Servers that the asker may see. @default all, and entries without a server */
  servers?: ReadonlySet<string>;
  server?: string;
  tool?: string;
  result?: AuditResult;
  limit: number;
  /** From the page before. */
  cursor?: string;
}

/** The audit log, as it is read and written. */
export interface AuditLog extends Audit {
  /** Newest first. */
  query(query: AuditQuery): Promise<{ entries: AuditEntry[]; next?: string }>;
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
  logs: Logs;
  stats: Stats;
  engine: Engine;
  cleanup: Cleanup;
  audit: AuditLog;
  events: Events;
  log: Log;
  /** Folder with Swagger UI's swagger-ui.css and swagger-ui-bundle.js. */
  staticFolder: string;
}
