import type { Build, Resources, Scratch, Secret, Storage } from "./part-types";

/** How it is known that a companion can be used. Exactly one of `command` and `port`. Durations like `500ms`, `30s`, `5m`. */
export interface ServiceHealth {
  /** Program and arguments, no shell, run in the companion's container: healthy when it ends with 0. */
  command?: string[];
  /** TCP port of the companion: healthy when it takes a connection. */
  port?: number;
  /** Time between checks once healthy. @default "30s" */
  interval: string;
  /** Time for one check. @default "5s" */
  timeout: string;
  /** Failures in a row until unhealthy. @default 3 */
  retries: number;
  /** Time to start in, when failures do not count. The server waits for it. @default "30s" */
  startPeriod: string;
  /** Time between checks until the first success. @default "500ms" */
  startInterval: string;
}

/**
 * A companion: a container of the server's own on its private network, like a database, a cache or a browser. It has the
 * walls of a server.
 */
export interface Service {
  /** The host name by which the server reaches it: a lower-case DNS label of at most 24 characters. */
  name: string;
  /** Image reference with a tag or digest. Exactly one of `image` and `build`. */
  image?: string;
  /** How to build the image, from a folder in the server's. Exactly one of `image` and `build`. */
  build?: Build;
  /** Program and arguments, no shell. Empty: the image's own entry point. @default [] */
  command: string[];
  /** Arguments of the image's own entry point, in place of its own; not with `command`. @default the image's */
  arguments?: string[];
  /** Environment, plain values only: it is readable in `docker inspect`. @default {} */
  env: Record<string, string>;
  /** Files, and variables of its process. A secret of the server of the same name has the same value. @default [] */
  secrets: Secret[];
  /** Folders of its own that outlive its container. @default [] */
  storage: Storage[];
  /** More folders in memory that it may write to, besides `/tmp`, each of `scratch.size`; empty at every start. @default [] */
  tmpfs: string[];
  /** May use the server's ways out (`egress`), through the same proxy; otherwise it has none. @default false */
  egress: boolean;
  resources: Resources;
  /** It is or starts a browser, which needs more room than the usual: as for a server. @default false */
  browser: boolean;
  scratch: Scratch;
  /** Size of `/dev/shm`, counted in `resources.memory` and at most that. @default "64m", with `browser` "256m" */
  sharedMemory: string;
  /** Numeric user and group id, 11000 to 14995, of this companion alone. */
  user: number;
  health: ServiceHealth;
  /** Working directory. @default the image's */
  workdir?: string;
}

/**
 * A companion of several servers: a database or a cache of the catalog (`NAME/service.yaml`), reached by the servers that
 * name it in `uses`. It has no way out.
 */
export interface SharedService extends Omit<Service, "egress"> {
  /** What it is for, in at most 100 characters. */
  description: string;
  /** Names of variables and options that only sound like secrets, as of a server. @default none */
  notSecrets?: string[];
}
