import type { Build, Resources, Scratch, Secret, Storage } from "./part-types";
import type { HeaderValue, RemoteOAuth, RemoteProtocol, RemoteTls } from "./remote-types";
import type { Service } from "./service-types";

export type * from "./part-types";
export type * from "./remote-types";

/** How a server speaks MCP. */
export const TransportType = {
  Stdio: "stdio",
  StreamableHttp: "streamable-http",
  Sse: "sse",
  Remote: "remote",
} as const;
export type TransportType = (typeof TransportType)[keyof typeof TransportType];

/** Where an HTTP server listens in its container. */
export const Listen = { All: "all", Loopback: "loopback" } as const;
export type Listen = (typeof Listen)[keyof typeof Listen];

/** Who gets a server process. */
export const SessionMode = { PerClient: "per-client", Shared: "shared" } as const;
export type SessionMode = (typeof SessionMode)[keyof typeof SessionMode];

/** The volumes that a server can mount. */
export const VolumeName = { Workspace: "workspace" } as const;
export type VolumeName = (typeof VolumeName)[keyof typeof VolumeName];

/** How the server is started and reached. */
export interface Transport {
  /**
   * `stdio`: one process a session, on its stdin and stdout. `streamable-http`: one process that listens. `sse`: the same with
   * HTTP+SSE, the transport of 2024-11-05. `remote`: it runs elsewhere, at `url`, and has no container here.
   */
  type: TransportType;
  /** Program and arguments, no shell. Empty: the image's own entry point, with its own arguments. @default [] */
  command: string[];
  /** Arguments of the image's own entry point, in place of its own; not with `command`. @default the image's */
  arguments?: string[];
  /** TCP port the server listens on. Required for HTTP, and HTTP only. */
  port?: number;
  /**
   * `all`: on every address of its container. `loopback`: on 127.0.0.1 or ::1 only; mcp-init then passes on what comes to
   * the container's own address. HTTP only. @default "all"
   */
  listen?: Listen;
  /** URL path of the MCP endpoint, with `sse` of its event stream; HTTP only. @default "/mcp", with `sse` "/sse" */
  path?: string;
  /** Where a remote server is: https, or http for a private host; remote only, and required there. */
  url?: string;
  /** How a remote server speaks MCP: `streamable-http`, or `sse` for HTTP+SSE, the transport of 2024-11-05. @default "streamable-http" */
  protocol?: RemoteProtocol;
}

/** A shared volume, or a folder of the host, in the server's file system. */
export interface Mount {
  /** Which volume; today there is `workspace`. Exactly one of `volume` and `folder`. */
  volume?: VolumeName;
  /** Name of a folder of the host that the stack's config lends to this server (`folders`). Exactly one of `volume` and `folder`. */
  folder?: string;
  /** Absolute path in the container. */
  path: string;
  /** A folder that the config lends read-only is so, whatever stands here. @default true */
  readOnly: boolean;
}

/** The health check: it opens an MCP session. Durations like `500ms`, `30s`, `5m`, `1h`. */
export interface Health {
  /** Time between checks once healthy. @default "30s" */
  interval: string;
  /** Time for one check, which opens a session as a client does. @default the value of `timeouts.start` */
  timeout: string;
  /** Failures in a row until unhealthy. @default 3 */
  retries: number;
  /** Time to start in, when failures do not count. @default the value of `timeouts.start` */
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
  /** Image reference with a tag or digest. Exactly one of `image` and `build`; with `remote` neither. */
  image?: string;
  /** How to build the image. Exactly one of `image` and `build`; with `remote` neither. */
  build?: Build;
  transport: Transport;
  /** Headers that a remote server gets with each request, like `X-Api-Key: {secret: api-key}`; remote only. @default none */
  headers?: Record<string, HeaderValue>;
  /** How somebody signs in to a remote server; remote only. @default nobody has to */
  oauth?: RemoteOAuth;
  /** Authorities and a client certificate for a remote server; remote only. @default the usual */
  tls?: RemoteTls;
  /** Environment, plain values only: it is readable in `docker inspect`. `X_FILE` may say where a secret's file is. @default {} */
  env: Record<string, string>;
  /**
   * Names of variables in `env` and `build.args`, and options of `transport.command` or `transport.arguments`, that only sound like secrets;
   * `# not a secret` behind the value does the same. @default none
   */
  notSecrets?: string[];
  /** What must stay out of `env`: values that reach the server as files, or as variables of its process. @default [] */
  secrets: Secret[];
  /** Shared volumes and folders of the host in the server's file system; everything else is read-only and its own. @default [] */
  mounts: Mount[];
  /** Folders of the server's own, for what it keeps: no other server reaches them, and they outlive its container. @default [] */
  storage: Storage[];
  /** HOME is a storage of the server's own, /home/mcp with 1g, in which programs can be run; otherwise it is /tmp. @default false */
  home: boolean;
  /**
   * What the server may reach outside, as `host:port`; `*.example.com` stands for every name below it, `public` for every
   * public host on ports 80 and 443. `none` or nothing: no way out. @default []
   */
  egress: string[];
  /**
   * Programs that ignore the proxy variables get out as well: every name with a dot leads to the egress proxy, which reads
   * the host's name out of TLS or HTTP and applies the rules of `egress`, on ports 80 and 443 and those of wildcards. Needs
   * `egress`. @default false
   */
  transparentEgress: boolean;
  /** Joins the network of the PostgreSQL database (host `database`) and gets its address as the secret `dsn`, which may be declared to say its `env`. @default false */
  database: boolean;
  /** Companions: containers of the server's own on its private network, like a database. At most 8. @default [] */
  services: Service[];
  /** Names of shared services of the catalog (`NAME/service.yaml`), each reached by its name. With `services` at most 8. @default [] */
  uses: string[];
  resources: Resources;
  /**
   * The server starts a browser (Chromium, Firefox), which needs more room than the usual: other defaults for
   * `resources.memory`, `resources.processes`, `scratch.size` and `sharedMemory`. @default false
   */
  browser: boolean;
  scratch: Scratch;
  /** Size of `/dev/shm`, counted in `resources.memory` and at most that. @default "64m", as Docker has it; with `browser` "256m" */
  sharedMemory: string;
  /** One more folder to write to, of the same kind and size as `/tmp`; `XDG_CACHE_HOME` names it. @default none */
  cacheDir?: string;
  /** Numeric user and group id, 11000 to 14995, of this server alone; it also gives the server its subnet. */
  user: number;
  health: Health;
  sessions: Sessions;
  tools: Tools;
  timeouts: Timeouts;
  /** Working directory. @default the image's */
  workdir?: string;
}
