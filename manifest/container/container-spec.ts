import { canonicalJson } from "../../lib/canonical-json";
import { goDuration, milliseconds } from "../../lib/durations";
import { relayedHosts } from "../egress-hosts";
import { needsNetwork, type SecretFile, secretFiles } from "../manifest";
import { TRUST_FOLDER, TRUST_VOLUME } from "../proxy/key-folders";
import { proxyKeys } from "../proxy/key-lines";
import { HOME } from "../storage";
import { type Manifest, type Mount, TransportType } from "../types";
import type { ContainerSpec, HealthcheckSpec, MountSpec, NetworkSpec, VolumeSpec } from "./container-types";
import { containerLabels, Label, Owner } from "./labels";
import { containerName } from "./names";
import { INIT, isStdio, program, SOCKET, SOCKET_FILE } from "./program";
import { neighbours, proxyEnvironment } from "./proxy-environment";
import { storageMounts } from "./storage-folders";
import { proxyAddress, serverSubnet } from "./subnets";
import { walls } from "./walls";

export type * from "./container-types";
export { containerName } from "./names";

// The one source of hardening. The Pulumi component, the orchestrator's deploy and `validate` read it, and add no rule
// of their own.

/** The group that may enter every server's sessions folder. The orchestrator is in it, to reach the sockets. */
export const SESSIONS_GROUP = 20_000;
/** Members may read and write the workspace volume. */
const WORKSPACE_GROUP = 20_001;
/**
 * The group that may use the engine's Docker API, through a socket in a folder of its own. Only the orchestrator is in
 * it: it finds, starts and deploys servers.
 */
export const DOCKER_API_GROUP = 20_002;
/** The folder of that socket in the engine. */
export const DOCKER_API_FOLDER = "/run/dind-mcp-api";
/** Opens a session of a stdio server, from inside its container: on the caller's stdin and stdout. */
export const CONNECT = [INIT.target, "connect", "--socket", SOCKET] as const;
/** Where the volumes that servers share are in the engine. */
const SHARED_FOLDERS = { workspace: "/srv/mcp/workspace" };
/** Where the host engine mounts the folders that are lent, by name; images/engine/folders.sh takes them from there. */
export const HOST_FOLDERS = "/srv/mcp/folders";
/** Where the engine has them for servers, each with its own owners: SERVER/NAME. */
export const LENT_FOLDERS = "/run/dind-mcp-folders";
/** What is not in the manifest. */
export interface ContainerSpecOptions {
  /** The image to run: the manifest's, or the id of the built one. */
  image: string;
  /** `project/stack`. */
  stack: string;
  /** Who owns the container. @default "pulumi" */
  managedBy?: Owner;
}

type WayOut = Pick<Manifest, "egress" | "transparentEgress" | "user">;

/** The names of the volumes of a server, or of a companion. */
export function volumeNames(server: string): { sessions: string; secrets: string } {
  return { sessions: `${containerName(server)}-sessions`, secrets: `${containerName(server)}-secrets` };
}

/** Where a stdio server's sessions are opened: its volume, and the socket's name in it. */
export function sessionSocket(server: string): { volume: string; file: string } {
  return { volume: volumeNames(server).sessions, file: SOCKET_FILE };
}

/** Returns the server's own network; undefined when it needs none. */
export function serverNetwork(manifest: Manifest): NetworkSpec | undefined {
  if (!needsNetwork(manifest)) return undefined;
  return { name: containerName(manifest.name), ...serverSubnet(manifest.user), internal: true };
}

function environment(manifest: Manifest): Record<string, string> {
  const { env, egress, home, cacheDir } = manifest;
  const cache: Record<string, string> = cacheDir === undefined ? {} : { XDG_CACHE_HOME: cacheDir };
  const all = egress.length > 0 ? proxyEnvironment(env, neighbours(manifest), hasProxyKeys(manifest)) : env;
  return { HOME: home ? HOME.path : "/tmp", ...cache, ...all };
}

function hasProxyKeys(manifest: Manifest): boolean {
  return proxyKeys(manifest).length > 0;
}

/** Where in the engine a mount's files are. @throws RangeError for a mount of nothing, which parseManifest refuses */
function mountSource(server: string, { volume, folder }: Mount): string {
  if (folder !== undefined) return `${LENT_FOLDERS}/${server}/${folder}`;
  if (volume !== undefined) return SHARED_FOLDERS[volume];
  throw new RangeError("mounts: got neither volume nor folder, expected one of them");
}

/** Names that lead to the egress proxy, which passes on what connects to it there (images/egress/relay-by-name). */
export function outsideHosts(manifest: WayOut): Record<string, string> {
  return Object.fromEntries(relayedHosts(manifest).map(({ host }) => [host, proxyAddress(manifest.user)]));
}

/** Who answers for all other names: the proxy again (images/egress/name-server), with its own address. */
export function nameServers({ transparentEgress, user }: WayOut): string[] {
  return transparentEgress ? [proxyAddress(user)] : [];
}

/** Where a server or a companion has its secrets' files. */
export function secretMounts(name: string, files: SecretFile[]): MountSpec[] {
  const volume = { type: "volume", source: volumeNames(name).secrets, target: "/run/secrets", readOnly: true } as const;
  return files.length > 0 ? [volume] : [];
}

/** The volume that brings them. */
export function secretVolumes(name: string, files: SecretFile[]): VolumeSpec[] {
  return files.length > 0 ? [{ name: volumeNames(name).secrets, driver: "local", options: {} }] : [];
}

function mounts(manifest: Manifest, owner: Owner): MountSpec[] {
  const { sessions } = volumeNames(manifest.name);
  return [
    ...program(manifest).mounts,
    ...(isStdio(manifest)
      ? [{ type: "volume", source: sessions, target: "/run/mcp", readOnly: false } satisfies MountSpec]
      : []),
    ...secretMounts(manifest.name, secretFiles(manifest)),
    ...(hasProxyKeys(manifest)
      ? [{ type: "volume", source: TRUST_VOLUME, target: TRUST_FOLDER, readOnly: true } satisfies MountSpec]
      : []),
    ...manifest.mounts.map(
      (mount): MountSpec => ({
        type: "bind",
        source: mountSource(manifest.name, mount),
        target: mount.path,
        readOnly: mount.readOnly,
      }),
    ),
    ...storageMounts(manifest, owner),
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
  return [...(isStdio(manifest) ? [sessions] : []), ...secretVolumes(name, secretFiles(manifest))];
}

function labels(manifest: Manifest, { stack, managedBy = Owner.Pulumi }: ContainerSpecOptions): Record<string, string> {
  return containerLabels({
    [Label.ManagedBy]: managedBy,
    // A manifest holds no secret's value: parseManifest refuses what looks like one.
    [Label.Manifest]: canonicalJson(manifest),
    [Label.Server]: manifest.name,
    [Label.Stack]: stack,
    [Label.Transport]: manifest.transport.type,
  });
}

function healthcheck({ transport, health }: Manifest): HealthcheckSpec {
  const own = `http://own:${transport.port}${transport.path}`; // the container's own address, where the gateway comes in
  const target = {
    [TransportType.Stdio]: ["--socket", SOCKET],
    [TransportType.StreamableHttp]: ["--url", own],
    [TransportType.Sse]: ["--sse", own],
    [TransportType.Remote]: [], // has no container
  }[transport.type];
  const timeout = milliseconds(health.timeout);
  const go = (text: string): string => goDuration(milliseconds(text));
  return {
    tests: ["CMD", INIT.target, "check", ...target, "--timeout-ms", String(timeout)],
    interval: go(health.interval),
    // One second more than the check's own limit, so that it can still print its line with the reason.
    timeout: goDuration(timeout + 1_000),
    retries: health.retries,
    startPeriod: go(health.startPeriod),
    startInterval: go(health.startInterval),
  };
}

/** Turns a manifest into its container. Pure: the same input always gives the same specification. */
export function containerSpec(manifest: Manifest, options: ContainerSpecOptions): ContainerSpec {
  const { name, workdir, cacheDir } = manifest;
  const network = serverNetwork(manifest);
  const { mounts: _init, env: initOptions, ...run } = program(manifest);
  return {
    ...walls({ ...manifest, tmpfs: cacheDir === undefined ? [] : [cacheDir] }),
    name: containerName(name),
    hostname: name,
    image: options.image,
    ...run,
    groups: manifest.mounts.some(({ volume }) => volume === "workspace") ? [String(WORKSPACE_GROUP)] : [],
    ...(workdir ? { workdir } : {}),
    env: { ...environment(manifest), ...initOptions },
    labels: labels(manifest, options),
    mounts: mounts(manifest, options.managedBy ?? Owner.Pulumi),
    volumes: volumes(manifest),
    networkMode: network?.name ?? "none",
    ...(network ? { network } : {}),
    hosts: outsideHosts(manifest),
    dns: nameServers(manifest),
    healthcheck: healthcheck(manifest),
    secretFiles: secretFiles(manifest),
  };
}
