import { join } from "node:path";
import type { ContainerInspectInfo } from "dockerode";
import { ServerStatus } from "../../../api/server-status";
import { parseJson } from "../../../lib/json";
import { formatProblem } from "../../../lib/problems";
import { containerName, sessionSocket } from "../../../manifest/container/container-spec";
import { Label, Owner } from "../../../manifest/container/labels";
import { parseManifest } from "../../../manifest/manifest";
import { type Manifest, TransportType } from "../../../manifest/types";
import type { ServerAddress, ServerInfo } from "../server-info";

type State = ContainerInspectInfo["State"];

/** Ends the name of a container that waits, stopped, for its replacement to become healthy. No server's name holds a dot. */
export const REPLACED = ".replaced";

/** Longest reason: it goes into events and answers, and its text comes from a server. */
const REASON_CHARACTERS = 300;

/** What an operator calls the state, and what is wrong with it. */
export function statusAndReason(state: State): { status: ServerStatus; reason?: string } {
  const ended = state.OOMKilled ? "out of memory" : `ended with exit code ${state.ExitCode}`;
  const failed = state.Error ? lastLine(state.Error) : ended;
  switch (state.Status) {
    case "created":
      return { status: ServerStatus.Stopped, reason: state.Error ? lastLine(state.Error) : "never started" };
    case "restarting":
      return { status: ServerStatus.Restarting, reason: failed };
    case "removing":
    case "dead":
      return { status: ServerStatus.Removing };
    case "paused":
      return { status: ServerStatus.Unhealthy, reason: "paused" };
    case "running":
      return runningStatus(state);
    default:
      return { status: ServerStatus.Stopped, reason: failed };
  }
}

function runningStatus({ Health }: State): { status: ServerStatus; reason?: string } {
  if (Health?.Status !== "starting" && Health?.Status !== "unhealthy") return { status: ServerStatus.Running };
  const status = Health.Status === "starting" ? ServerStatus.Starting : ServerStatus.Unhealthy;
  // Newest last. Docker 20.10 leaves the list null before the first check.
  const check = Health.Log?.at(-1);
  if (!check || check.ExitCode === 0) return { status };
  // mcp-init says first what the status says already.
  const said = lastLine(check.Output).replace(/^unhealthy: /, "");
  return { status, reason: said || `the health check ended with exit code ${check.ExitCode}` };
}

/** The last line that says something. */
function lastLine(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.findLast((line) => line !== "")?.slice(0, REASON_CHARACTERS) ?? "";
}

/** A container's manifest label, or why it is none. */
export function labelledManifest(container: ContainerInspectInfo): Manifest | string {
  const labels = container.Config.Labels ?? {};
  const document = parseJson(labels[Label.Manifest] ?? "");
  if (document === undefined) return `the label ${Label.Manifest} is no JSON`;
  const { manifest, problems } = parseManifest(document, `label ${Label.Manifest}`);
  if (!manifest) return problems.map(formatProblem).join("; ");
  // One container a server: a name is Docker's own lock, so a second container cannot pass for the server.
  const expected = containerName(manifest.name);
  const name = nameOf(container);
  return name === expected ? manifest : `the container is called ${name}, expected ${expected}`;
}

/** Without Docker's leading slash. */
export function nameOf({ Name }: { Name: string }): string {
  return Name.replace(/^\//, "");
}

/** Where the gateway reaches the server. A container that does not run has no address: then its name stands there. */
function addressOf(manifest: Manifest, container: ContainerInspectInfo, volumesFolder: string): ServerAddress {
  const name = containerName(manifest.name);
  const { transport } = manifest;
  if (transport.type === TransportType.Stdio) {
    const { volume, file } = sessionSocket(manifest.name);
    return { type: "stdio", socket: join(volumesFolder, volume, "_data", file) };
  }
  const host = container.NetworkSettings?.Networks?.[name]?.IPAddress || name;
  return { type: "http", url: `http://${host}:${transport.port}${transport.path}` };
}

/** What inspect does not say. */
export interface Known {
  volumesFolder: string;
  oomKills: number;
  imageDigest?: string;
}

/** A server as the rest of the orchestrator sees it. */
export function serverInfo(manifest: Manifest, container: ContainerInspectInfo, known: Known): ServerInfo {
  const { State } = container;
  const started = State.StartedAt.startsWith("0001-") ? undefined : State.StartedAt;
  return {
    name: manifest.name,
    manifest,
    managedBy: container.Config.Labels[Label.ManagedBy] === Owner.Api ? Owner.Api : Owner.Pulumi,
    ...statusAndReason(State),
    generation: `${container.Id.slice(0, 12)}@${State.StartedAt}`,
    ...(started ? { startedAt: started } : {}),
    address: addressOf(manifest, container, known.volumesFolder),
    runtime: {
      kind: "container",
      id: container.Id,
      name: nameOf(container),
      image: { id: container.Image, ...(known.imageDigest ? { digest: known.imageDigest } : {}) },
      restarts: container.RestartCount,
      oomKills: known.oomKills,
    },
  };
}
