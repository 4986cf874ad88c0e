import type { ServerStatus } from "../../api/server-status";
import type { Owner } from "../../manifest/container/labels";
import type { RemoteProtocol } from "../../manifest/remote-types";
import type { Manifest } from "../../manifest/types";

/** Where the gateway reaches the server. */
export type ServerAddress = { type: "stdio"; socket: string } | { type: "http" | "sse"; url: string } | RemoteAddress;

/** Where a server is that runs elsewhere, and the way to it. */
export interface RemoteAddress {
  type: "remote";
  protocol: RemoteProtocol;
  url: string;
  /** The egress proxy, by its address in the server's network: so it knows whose rules hold. */
  proxy: { host: string; port: number };
  /** The folder of its secrets: a file for each, by name. */
  secrets: string;
}

/** Facts that only a server in a container of the engine has. */
export interface ContainerRuntime {
  kind: "container";
  id: string;
  name: string;
  image: {
    id: string;
    /** Repository digest, when the image came from a registry. */
    digest?: string;
    /** RFC 3339: when it was made, if it says so. */
    created?: string;
  };
  /** Restarts by Docker's policy since the container was made. */
  restarts: number;
  /** Times the kernel killed a process of it for memory, since the orchestrator started. */
  oomKills: number;
}

/** A server that runs elsewhere: nothing of it is here. */
export interface RemoteRuntime {
  kind: "remote";
  /** Nobody here starts it again, or ends its processes. */
  restarts: 0;
  oomKills: 0;
}

/** What a server runs on; `kind` tells which. */
export type Runtime = ContainerRuntime | RemoteRuntime;

/** A companion of a server, or a shared service that it uses, as it is. */
export interface CompanionInfo {
  /** Its name in the manifest. */
  name: string;
  /** Name of its container. */
  container: string;
  /** A shared service. @default false */
  shared?: boolean;
  status: ServerStatus;
  /** What is wrong, in words. */
  reason?: string;
}

/** One server, whatever it runs on. */
export interface ServerInfo {
  name: string;
  manifest: Manifest;
  /** `pulumi`: declared in the catalog. `api`: deployed through the REST API. */
  managedBy: Owner;
  status: ServerStatus;
  /** What is wrong, in words: the health check's last output, the exit code, "out of memory", a companion that fails. */
  reason?: string;
  /** Absent when it has none. */
  companions?: CompanionInfo[];
  /** Changes whenever the server's process does: sessions of an older generation are dead. */
  generation: string;
  /** RFC 3339. */
  startedAt?: string;
  address: ServerAddress;
  runtime: Runtime;
  /** The server that this is a throwaway copy of (servers/docker/learn/): its rules hold, and /mcp leaves the copy out. */
  copyOf?: string;
}

/** Servers as the engine declares them, with its events followed. */
export interface FollowedServers extends Servers {
  /** True once all were looked at. Before that, an empty list does not mean that there are no servers. */
  readonly synced: boolean;
  /** True while the engine's events arrive. */
  readonly connected: boolean;
}

/** A server in a container of the engine. */
export type ContainerServer = ServerInfo & { runtime: ContainerRuntime };

/** A storage of a server, and what it holds. */
export interface ServerStorage {
  name: string;
  /** Where the server has it. */
  path: string;
  /** Bytes it may hold. */
  size: number;
  /** Bytes it holds, as last measured; absent before the first time. */
  used?: number;
}

/** All servers, kept up to date. */
export interface Servers {
  list(): ServerInfo[];
  get(name: string): ServerInfo | undefined;
  /**
   * Calls the listener at every change, with `current` undefined when the server is gone. Returns what unsubscribes
   * it.
   */
  onChange(
    listener: (name: string, current: ServerInfo | undefined, previous: ServerInfo | undefined) => void,
  ): () => void;
  /**
   * Bytes the server uses, without the page cache of files, and may use; at most some seconds old. Undefined when not
   * known. Never waits.
   */
  memory(name: string): { usage: number; limit: number } | undefined;
}
