import type { SecretReference } from "./remote-types";

// What servers and their companions are described with.

/** An image that is built inside the engine. */
export interface Build {
  /** Build context, relative to the server's folder and inside it. @default "." */
  context: string;
  /** Dockerfile, relative to the context. @default "Dockerfile" */
  dockerfile: string;
  /** Build arguments. They stay readable in the image: never secrets. @default {} */
  args: Record<string, string>;
  /** Stage to build. @default the last stage */
  target?: string;
}

/**
 * Where the egress proxy puts a secret, so that the server never has it: into the server's own requests to one host, over
 * HTTPS. The server's file and variable hold a placeholder of the same look, which is worth nothing.
 */
export interface Inject {
  /** `host:port`, one of `egress`, without a wildcard. */
  host: string;
  /** The header that carries it, in place of whatever the server sent. */
  header: string;
  /** The header's value, with `{}` where the secret goes, like `Bearer {}`. @default "{}" */
  value: string;
  /** Authorities of a host whose certificate no public one has signed, PEM: a secret of the server. @default the public ones */
  ca?: SecretReference;
}

/** A value that reaches the server as a file, and as a variable of its process if it wants one; never in the container's environment, an argument or a label. */
export interface Secret {
  /** Name in the stack's config: `secrets.<server>.<name>`. Lower case letters, digits, `-`, `_`. */
  name: string;
  /** Where the server reads it, a file in /run/secrets. @default "/run/secrets/<name>" */
  file?: string;
  /**
   * Variable that the server's own process gets with the value, and nothing else in the container; ends of line behind it
   * are left out. Without a value an optional one is not set. @default none: the server reads the file
   */
  env?: string;
  /**
   * `SERVICE.SECRET`: the value is that of this secret of a shared service that the server uses, and is set there. Of servers
   * alone. @default none: it has a value of its own
   */
  from?: string;
  /** Keeps the value out of the server: the egress proxy puts it into requests. Of servers alone. @default none: the server has it */
  inject?: Inject;
  /** What it is and where one gets it. */
  description?: string;
  /** Refuse to start without a value. @default true */
  required: boolean;
}

/** A folder of the server's own that outlives its container, its image and the engine's data. */
export interface Storage {
  /** Name of the folder: lower-case letters, digits, `-`, `_`. Another name is another folder, a new one. */
  name: string;
  /** Absolute path in the container. */
  path: string;
  /** How much it may hold, like `256m` or `1g`. No file of the server can grow larger; more in all is told. @default "1g" */
  size: string;
  /** Whether programs in it can be run. @default false */
  exec: boolean;
}

/** Limits of the server's container, for all its sessions together. Limits only: nothing is set aside for a server. */
export interface Resources {
  /** Processors, 0.05 to 64. @default 1 */
  cpus: number;
  /** Memory, swap included, in Docker's style: `256m`, `1g`; more than 16m. @default "512m", with `browser` "1g" */
  memory: string;
  /** Processes and threads, 8 to 32768. @default 128, with `browser` 512 */
  processes: number;
}

/** `/tmp`: in memory, empty at every start, and counted in `resources.memory`. */
export interface Scratch {
  /** At most `resources.memory`. @default "64m", with `browser` "256m" */
  size: string;
  /** Whether programs may be run from there, and from `cacheDir`; some unpack themselves there. @default false */
  exec: boolean;
}
