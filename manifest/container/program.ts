import { milliseconds } from "../../lib/durations";
import { secretFiles } from "../manifest";
import type { Service } from "../service-types";
import { Listen, type Manifest, TransportType } from "../types";
import type { ContainerSpec, MountSpec } from "./container-types";

/** The path of mcp-init in the engine, and of the same file in every server. */
export const INIT = { source: "/usr/local/lib/dind-mcp/mcp-init", target: "/.mcp/init" };
/** Where Docker puts the init that it starts before an image's own entry point; what is mounted there takes its place. */
const DOCKER_INIT = "/sbin/docker-init";
/** What mcp-init reads there instead of arguments, and keeps from the server. */
const INIT_OPTIONS = "MCP_INIT";
export const SOCKET_FILE = "session.sock";
export const SOCKET = `/run/mcp/${SOCKET_FILE}`;
/** Between the kill of the last session and Docker's own kill. */
const STOP_MARGIN_MS = 3_000;
const HTTP_STOP_SECONDS = 10;
/** A database writes what it has in memory. */
const SERVICE_STOP_SECONDS = 30;

/** What runs in the container. */
export interface Program
  extends Pick<ContainerSpec, "entrypoint" | "command" | "init" | "stopSignal" | "stopTimeout" | "env"> {
  mounts: MountSpec[];
}

/** True when each session is a process of its own, which mcp-init starts. */
export function isStdio({ transport }: Manifest): boolean {
  return transport.type === TransportType.Stdio;
}

/** The variables that mcp-init fills from secrets' files, as its arguments: names and paths, never a value. */
function variables(holder: Manifest | Omit<Service, "egress">): string[] {
  return secretFiles(holder).flatMap(({ env, file, required }) =>
    env === undefined ? [] : [required ? "--variable" : "--optional-variable", `${env}=${file}`],
  );
}

/** Passes on to a server that listens on loopback only. */
function relay({ transport }: Manifest): string[] {
  return transport.listen === Listen.Loopback ? ["--relay", String(transport.port)] : [];
}

/** mcp-init's arguments: it starts a stdio server for each session, an HTTP server once. */
function initArguments(manifest: Manifest): string[] {
  if (!isStdio(manifest)) return ["run", ...relay(manifest), ...variables(manifest)];
  const { max, grace } = manifest.sessions;
  const limits = ["--max-sessions", String(max), "--grace-ms", String(milliseconds(grace))];
  return ["serve", "--socket", SOCKET, ...limits, ...variables(manifest)];
}

/** PID 1 is always mcp-init: before a command, or before the image's own entry point. */
function underInit(
  init: string[],
  { command, arguments: given }: Pick<Service, "command" | "arguments">,
): Omit<Program, "stopSignal" | "stopTimeout"> {
  const mount = (target: string): MountSpec => ({ type: "bind", source: INIT.source, target, readOnly: true });
  if (command.length > 0) {
    const all = [...init, "--", ...command];
    return { entrypoint: [INIT.target], command: all, init: false, env: {}, mounts: [mount(INIT.target)] };
  }
  return {
    ...(given ? { command: given } : {}),
    init: true,
    env: { [INIT_OPTIONS]: init.join(" ") },
    mounts: [mount(INIT.target), mount(DOCKER_INIT)],
  };
}

/** What runs in a server's container. */
export function program(manifest: Manifest): Program {
  const { transport, sessions } = manifest;
  const stop = isStdio(manifest)
    ? { stopSignal: "SIGTERM", stopTimeout: Math.ceil((milliseconds(sessions.grace) + STOP_MARGIN_MS) / 1_000) }
    : { stopTimeout: HTTP_STOP_SECONDS };
  return { ...stop, ...underInit(initArguments(manifest), transport) };
}

/** What runs in a companion's container. Its image says which signal stops it: databases have their own. */
export function serviceProgram(service: Omit<Service, "egress">): Program {
  return { stopTimeout: SERVICE_STOP_SECONDS, ...underInit(["run", ...variables(service)], service) };
}
