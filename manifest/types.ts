/** How a server speaks MCP. */
export const TransportType = { Stdio: "stdio", StreamableHttp: "streamable-http" } as const;
export type TransportType = (typeof TransportType)[keyof typeof TransportType];

/** Who gets a server process. */
export const SessionMode = { PerClient: "per-client", Shared: "shared" } as const;
export type SessionMode = (typeof SessionMode)[keyof typeof SessionMode];

/** The volumes that a server can mount. */
export const VolumeName = { Workspace: "workspace" } as const;
export type VolumeName = (typeof VolumeName)[keyof typeof VolumeName];

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

/** How the server is started and reached. */
export interface Transport {
  /** `stdio`: one process a session, on its stdin and stdout. `streamable-http`: one process that listens. */
  type: TransportType;
  /** Program and arguments, no shell. Required for stdio; empty for HTTP means the image's own. @default [] */
  command: string[];
  /** TCP port the server listens on. Required for HTTP, and HTTP only. */
  port?: number;
  /** URL path of the MCP endpoint, HTTP only. @default "/mcp" */
  path?: string;
}

/** A value that reaches the server as a file, never as environment, argument or label. */
export interface Secret {
  /** Name in the stack's config: `secrets.<server>.<name>`. Lower case letters, digits, `-`, `_`. */
  name: string;
  /** Where the server reads it, a file in /run/secrets. @default "/run/secrets/<name>" */
  file?: string;
  /** What it is and where one gets it. */
  description?: string;
  /** Refuse to start without a value. @default true */
  required: boolean;
}

/** A shared volume in the server's file system. */
export interface Mount {
  /** Which volume; today there is `workspace`. */
  volume: VolumeName;
  /** Absolute path in the container. */
  path: string;
  /** @default true */
  readOnly: boolean;
}

/** Limits of the server's container, for all its sessions together. */
export interface Resources {
  /** Processors, 0.05 to 64. @default 0.5 */
  cpus: number;
  /** Memory, swap included, in Docker's style: `256m`, `1g`; more than 16m. @default "256m" */
  memory: string;
  /** Processes and threads, 8 to 32768. @default 128 */
  processes: number;
}

/** The health check: it opens an MCP session. Durations like `500ms`, `30s`, `5m`, `1h`. */
export interface Health {
  /** Time between checks once healthy. @default "30s" */
  interval: string;
  /** Time for one check. @default "5s" */
  timeout: string;
  /** Failures in a row until unhealthy. @default 3 */
  retries: number;
  /** Time to start in, when failures do not count. @default "30s" */
  startPeriod: string;
  /** Time between checks until the first success: how soon a started server is known to be ready. @default "500ms" */
  startInterval: string;
}

/** How clients' sessions become processes. */
export interface Sessions {
  /** `per-client`: a process for each client. `shared`: one for all; only for servers that keep no client state. @default "per-client" */
  mode: SessionMode;
  /** Sessions at the same time, 1 to 1024. @default 8 */
  max: number;
  /** An idle session is ended after this time. @default "10m" */
  idleTimeout: string;
  /** Processes started before a client comes; at most `max`. @default 0 */
  warmPool: number;
  /** Time from the end of a session until its process group is killed. @default "2s" */
  grace: string;
}

/** Which of the server's tools clients see, by their exact names. */
export interface Tools {
  /** Only these. @default all */
  allow?: string[];
  /** All but these; wins over `allow`. @default [] */
  deny?: string[];
}

/** Limits of waiting. */
export interface Timeouts {
  /** For the answer to one request. @default "60s" */
  call: string;
  /** For a new session's first answer. @default "30s" */
  start: string;
}

/** One MCP server, complete: every default filled in. The content of `server.yaml`. */
export interface Manifest {
  /** Name of the server and of its folder: a lower-case DNS label of at most 32 characters. */
  name: string;
  /** Name for people, at most 100 characters. @default name */
  title?: string;
  /** What the server does, in at most 100 characters. */
  description: string;
  /** Exact version, like `1.2.0`; no range, not `latest`. */
  version: string;
  /** Image reference with a tag or digest. Exactly one of `image` and `build`. */
  image?: string;
  /** How to build the image. Exactly one of `image` and `build`. */
  build?: Build;
  transport: Transport;
  /** Environment, plain values only: it is readable in `docker inspect`. `X_FILE` may say where a secret's file is. @default {} */
  env: Record<string, string>;
  /**
   * Names of variables in `env` and `build.args`, and options of `transport.command`, that only sound like secrets;
   * `# not a secret` behind the value does the same. @default none
   */
  notSecrets?: string[];
  /** What must stay out of `env`: values that reach the server as files. @default [] */
  secrets: Secret[];
  /** Shared volumes in the server's file system; everything else is read-only and its own. @default [] */
  mounts: Mount[];
  /** What the server may reach outside, as `host:port`; `*.example.com` stands for every name below it. `none` or nothing: no way out. @default [] */
  egress: string[];
  /** Joins the network of the PostgreSQL database (host `database`) and gets its address as the secret `dsn`. @default false */
  database: boolean;
  resources: Resources;
  /** Numeric user and group id, 11000 to 14995, of this server alone; it also gives the server its subnet. */
  user: number;
  health: Health;
  sessions: Sessions;
  tools: Tools;
  timeouts: Timeouts;
  /** Working directory. @default the image's */
  workdir?: string;
}
