import { canonicalJson } from "../../lib/canonical-json";
import { goDuration, milliseconds } from "../../lib/durations";
import { parseBytes } from "../../lib/sizes";
import { PROXY } from "../egress-hosts";
import { needsNetwork, secretFiles } from "../manifest";
import { type Manifest, TransportType } from "../types";
import type { ContainerSpec, HealthcheckSpec, MountSpec, NetworkSpec, VolumeSpec } from "./container-types";
import { Label, Owner } from "./labels";
import { serverSubnet } from "./subnets";

export type * from "./container-types";

// The one source of hardening. The Pulumi component, the orchestrator's deploy and `validate` read what stands here, and
// add nothing of their own.

/** The orchestrator's way to the sockets: the group that may enter every server's sessions folder. */
export const SESSIONS_GROUP = 20_000;
/** Members may read and write the workspace volume. */
const WORKSPACE_GROUP = 20_001;
/** May use the engine's Docker API, by a socket in a folder of its own: the orchestrator alone, which finds, starts and deploys servers. */
export const DOCKER_API_GROUP = 20_002;
/** That folder in the engine. */
export const DOCKER_API_FOLDER = "/run/dind-mcp-api";
/** mcp-init in the engine, and the same file in every server. */
const INIT = { source: "/usr/local/lib/dind-mcp/mcp-init", target: "/.mcp/init" };
const SOCKET_FILE = "session.sock";
const SOCKET = `/run/mcp/${SOCKET_FILE}`;
/** Opens a session of a stdio server, from inside its container: on the caller's stdin and stdout. */
export const CONNECT = [INIT.target, "connect", "--socket", SOCKET] as const;
/** Where the volumes that servers share are in the engine. */
const SHARED_FOLDERS = { workspace: "/srv/mcp/workspace" };
/** Between the kill of the last session and Docker's own kill. */
const STOP_MARGIN_MS = 3_000;
const HTTP_STOP_SECONDS = 10;

/** What the manifest does not say. */
export interface ContainerSpecOptions {
  /** The image to run: the manifest's, or the id of the built one. */
  image: string;
  /** `project/stack`. */
  stack: string;
  /** Who owns the container. @default "pulumi" */
  managedBy?: Owner;
}

/** Name of a server's container and network; the names of its volumes and image begin with it. */
export function containerName(server: string): string {
  return `mcp-${server}`;
}

/** The names of the server's volumes. */
export function volumeNames(server: string): { sessions: string; secrets: string } {
  return { sessions: `${containerName(server)}-sessions`, secrets: `${containerName(server)}-secrets` };
}

/** Where a stdio server's sessions are opened: its volume, and the socket's name in it. */
export function sessionSocket(server: string): { volume: string; file: string } {
  return { volume: volumeNames(server).sessions, file: SOCKET_FILE };
}

/** The network of a server's own, for those that need one. */
export function serverNetwork(manifest: Manifest): NetworkSpec | undefined {
  if (!needsNetwork(manifest)) return undefined;
  return { name: containerName(manifest.name), ...serverSubnet(manifest.user), internal: true };
}

function isStdio({ transport }: Manifest): boolean {
  return transport.type === TransportType.Stdio;
}

/** What runs: mcp-init, which starts the server for each session, or the HTTP server itself. */
function program(
  manifest: Manifest,
): Pick<ContainerSpec, "entrypoint" | "command" | "init" | "stopSignal" | "stopTimeout"> {
  const { transport, sessions } = manifest;
  if (isStdio(manifest)) {
    const grace = milliseconds(sessions.grace);
    return {
      entrypoint: [INIT.target],
      command: [
        ...["serve", "--socket", SOCKET, "--max-sessions", String(sessions.max), "--grace-ms", String(grace)],
        ...["--", ...transport.command],
      ],
      init: false,
      stopSignal: "SIGTERM",
      stopTimeout: Math.ceil((grace + STOP_MARGIN_MS) / 1_000),
    };
  }
  const [first, ...rest] = transport.command;
  const own = first === undefined ? {} : { entrypoint: [first], command: rest };
  // Few HTTP servers are written to be PID 1: without an init they reap no children and ignore SIGTERM.
  return { ...own, init: true, stopTimeout: HTTP_STOP_SECONDS };
}

function environment({ env, egress }: Manifest): Record<string, string> {
  const url = `http://${PROXY.host}:${PROXY.port}`;
  const proxy = { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: "localhost,127.0.0.1" };
  // Some programs read only the one, some only the other.
  const both = Object.entries(proxy).flatMap(([name, value]) => [
    [name, value],
    [name.toLowerCase(), value],
  ]);
  return { HOME: "/tmp", ...env, ...(egress.length > 0 ? Object.fromEntries(both) : {}) };
}

function mounts(manifest: Manifest): MountSpec[] {
  const names = volumeNames(manifest.name);
  const volume = (source: string, target: string, readOnly: boolean): MountSpec => ({
    type: "volume",
    source,
    target,
    readOnly,
  });
  return [
    // HTTP servers have it for the health check.
    { type: "bind", ...INIT, readOnly: true },
    ...(isStdio(manifest) ? [volume(names.sessions, "/run/mcp", false)] : []),
    ...(secretFiles(manifest).length > 0 ? [volume(names.secrets, "/run/secrets", true)] : []),
    ...manifest.mounts.map(
      (mount): MountSpec => ({
        type: "bind",
        source: SHARED_FOLDERS[mount.volume],
        target: mount.path,
        readOnly: mount.readOnly,
      }),
    ),
  ];
}

function volumes(manifest: Manifest): VolumeSpec[] {
  const { name, user } = manifest;
  const names = volumeNames(name);
  // The folder is the gate: the server's own user and the orchestrator's group, nobody else.
  const o = `uid=${user},gid=${SESSIONS_GROUP},mode=0750,size=64k,nodev,nosuid,noexec`;
  const sessions: VolumeSpec = {
    name: names.sessions,
    driver: "local",
    options: { type: "tmpfs", device: "tmpfs", o },
  };
  const secrets: VolumeSpec = { name: names.secrets, driver: "local", options: {} };
  return [...(isStdio(manifest) ? [sessions] : []), ...(secretFiles(manifest).length > 0 ? [secrets] : [])];
}

function labels(manifest: Manifest, { stack, managedBy = Owner.Pulumi }: ContainerSpecOptions): Record<string, string> {
  return {
    [Label.ManagedBy]: managedBy,
    // A manifest holds no secret's value: parseManifest refuses what looks like one.
    [Label.Manifest]: canonicalJson(manifest),
    [Label.Server]: manifest.name,
    [Label.Stack]: stack,
    [Label.Transport]: manifest.transport.type,
  };
}

function healthcheck({ transport, health }: Manifest): HealthcheckSpec {
  const target =
    transport.type === TransportType.Stdio
      ? ["--socket", SOCKET]
      : ["--url", `http://127.0.0.1:${transport.port}${transport.path}`];
  const timeout = milliseconds(health.timeout);
  const go = (text: string): string => goDuration(milliseconds(text));
  return {
    tests: ["CMD", INIT.target, "check", ...target, "--timeout-ms", String(timeout)],
    interval: go(health.interval),
    // Later than the check's own limit, so that the check can still print its one line with the reason.
    timeout: goDuration(timeout + 1_000),
    retries: health.retries,
    startPeriod: go(health.startPeriod),
    startInterval: go(health.startInterval),
  };
}

/** Turns a manifest into its container. Pure: the same input always gives the same specification. */
export function containerSpec(manifest: Manifest, options: ContainerSpecOptions): ContainerSpec {
  const { name, user, resources, workdir } = manifest;
  const network = serverNetwork(manifest);
  const memory = parseBytes(resources.memory);
  if (memory === undefined)
    throw new RangeError(`resources.memory: got ${resources.memory}, expected a size like 256m`);
  return {
    name: containerName(name),
    hostname: name,
    image: options.image,
    ...program(manifest),
    user: `${user}:${user}`,
    groups: manifest.mounts.some(({ volume }) => volume === "workspace") ? [String(WORKSPACE_GROUP)] : [],
    ...(workdir ? { workdir } : {}),
    env: environment(manifest),
    labels: labels(manifest, options),
    mounts: mounts(manifest),
    volumes: volumes(manifest),
    tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,mode=1777,size=64m" },
    networkMode: network?.name ?? "none",
    ...(network ? { network } : {}),
    memory,
    memorySwap: memory,
    cpus: String(resources.cpus),
    ulimits: [
      { name: "core", soft: 0, hard: 0 }, // a core dump would hold secrets
      { name: "nofile", soft: 8_192, hard: 8_192 },
      { name: "nproc", soft: resources.processes, hard: resources.processes }, // one user a server makes it a server's limit
    ],
    logDriver: "json-file",
    logOptions: { "max-file": "2", "max-size": "5m" },
    restart: "unless-stopped",
    healthcheck: healthcheck(manifest),
    readOnly: true,
    capDrop: ["ALL"],
    securityOptions: ["no-new-privileges:true"],
    secretFiles: secretFiles(manifest),
  };
}
