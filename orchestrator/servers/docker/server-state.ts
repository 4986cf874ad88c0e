import { join } from "node:path";
import type { ContainerInspectInfo } from "dockerode";
import { ServerStatus } from "../../../api/server-status";
import { parseJson } from "../../../lib/json";
import { oneLine } from "../../../lib/plain-text";
import { formatProblem } from "../../../lib/problems";
import { containerName, sessionSocket } from "../../../manifest/container/container-spec";
import { Label, Owner } from "../../../manifest/container/labels";
import { learningName } from "../../../manifest/container/learning";
import { parseManifest } from "../../../manifest/manifest";
import { type Manifest, TransportType } from "../../../manifest/types";
import type { ContainerServer, ServerAddress } from "../server-info";
import type { ImageFacts } from "./image-facts";

type State = ContainerInspectInfo["State"];

/** Suffix of a stopped container's name while its replacement is tried. No server's name holds a dot. */
export const REPLACED = ".replaced";

const OUT_OF_MEMORY = "out of memory";
/**
 * Most characters of a reason, without the log's lines: it goes into events and answers, and servers write its text.
 */
const REASON_CHARACTERS = 300;

/**
 * Returns a container's state in an operator's words, and what is wrong.
 * @param restarts by Docker's policy
 */
export function statusAndReason(state: State, restarts = 0): { status: ServerStatus; reason?: string } {
  const ended = state.OOMKilled ? OUT_OF_MEMORY : `ended with exit code ${state.ExitCode}`;
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
      return runningStatus(state, restarts);
    default:
      return { status: ServerStatus.Stopped, reason: failed };
  }
}

function runningStatus({ Health }: State, restarts: number): { status: ServerStatus; reason?: string } {
  if (Health?.Status !== "starting" && Health?.Status !== "unhealthy") return { status: ServerStatus.Running };
  const status = Health.Status === "starting" ? ServerStatus.Starting : ServerStatus.Unhealthy;
  // Newest last. Docker 20.10 leaves the list null before the first check.
  const check = Health.Log?.at(-1);
  if (check?.ExitCode === 0) return { status };
  // mcp-init's line begins with what the status says already.
  const said = lastLine(check?.Output ?? "").replace(/^unhealthy: /, "");
  if (said) return { status, reason: said };
  // A check that says nothing was killed, mostly with the container itself.
  if (restarts > 0) return { status, reason: `it ended and was started again, ${restarts} times` };
  return check ? { status, reason: `the health check ended with exit code ${check.ExitCode}` } : { status };
}

/** Returns the last line that is not blank. */
function lastLine(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => oneLine(line, REASON_CHARACTERS));
  return lines.findLast((line) => line !== "") ?? "";
}

/** Joins what is wrong, how many processes were killed for memory, and the server's last log lines. */
function fullReason(reason: string | undefined, { oomKills, lastWords = [] }: Known): { reason?: string } {
  if (reason === undefined) return {};
  const memory =
    oomKills > 0 && reason !== OUT_OF_MEMORY ? `; ${oomKills} of its processes were killed for memory` : "";
  return { reason: withWords(`${reason}${memory}`, lastWords) };
}

/** What is wrong, with the last lines of a log. */
export function withWords(reason: string, words: string[]): string {
  return words.length > 0 ? `${reason}; its log ends with: ${words.join(" | ")}` : reason;
}

/** Returns the manifest in a container's label, or why there is none. */
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

/** Returns a container's name without Docker's leading slash. */
export function nameOf({ Name }: { Name: string }): string {
  return Name.replace(/^\//, "");
}

/**
 * Returns the address at which the gateway reaches the server. A stopped container has none; its name stands in for it.
 */
function addressOf(manifest: Manifest, container: ContainerInspectInfo, volumesFolder: string): ServerAddress {
  const name = containerName(manifest.name);
  const { transport } = manifest;
  if (transport.type === TransportType.Stdio) {
    const { volume, file } = sessionSocket(manifest.name);
    return { type: "stdio", socket: join(volumesFolder, volume, "_data", file) };
  }
  const host = container.NetworkSettings?.Networks?.[name]?.IPAddress || name;
  const type = transport.type === TransportType.Sse ? "sse" : "http";
  return { type, url: `http://${host}:${transport.port}${transport.path}` };
}

/** Facts about a server that Docker's inspect does not hold. */
export interface Known {
  volumesFolder: string;
  oomKills: number;
  /** @default nothing */
  image?: ImageFacts;
  /** The last lines of the log of a server that is not well. @default none */
  lastWords?: string[];
}

/** Returns a server in the form that the rest of the orchestrator uses. */
export function serverInfo(manifest: Manifest, container: ContainerInspectInfo, known: Known): ContainerServer {
  const { State } = container;
  const { status, reason } = statusAndReason(State, container.RestartCount);
  const { [Label.CopyOf]: copyOf } = container.Config.Labels;
  const started = State.StartedAt.startsWith("0001-") ? undefined : State.StartedAt;
  return {
    name: manifest.name,
    manifest,
    managedBy: container.Config.Labels[Label.ManagedBy] === Owner.Api ? Owner.Api : Owner.Pulumi,
    status,
    ...fullReason(reason, known),
    generation: `${container.Id.slice(0, 12)}@${State.StartedAt}`,
    ...(started ? { startedAt: started } : {}),
    address: addressOf(manifest, container, known.volumesFolder),
    // Docker gives a container its image's labels too, and who made the image may not choose whose rules hold.
    ...(copyOf && manifest.name === learningName(copyOf) ? { copyOf } : {}),
    runtime: {
      kind: "container",
      id: container.Id,
      name: nameOf(container),
      image: { id: container.Image, ...known.image },
      restarts: container.RestartCount,
      oomKills: known.oomKills,
    },
  };
}
