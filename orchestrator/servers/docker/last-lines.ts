import type { ContainerInspectInfo } from "dockerode";
import { ServerStatus } from "../../../api/server-status";
import type { EngineClient } from "../../../lib/docker-client";
import { oneLine } from "../../../lib/plain-text";
import { type LogLine, logLines } from "./logs";
import { statusAndReason } from "./server-state";

/** Most log lines at the end of a reason, and most characters of each. */
const LINES = 3;
const CHARACTERS = 160;
/** Exit codes of a program that was told to end. */
const TOLD_TO_END = [0, 143];

/** The last lines of a container's log, oldest first. */
export async function lastLines({ api }: EngineClient, id: string, tail: number): Promise<string[]> {
  const log = await api.getContainer(id).logs({ stdout: true, stderr: true, timestamps: true, tail, follow: false });
  const lines: LogLine[] = [];
  for await (const line of logLines([log])) lines.push(line);
  return lines.map(({ line }) => line);
}

/**
 * Returns the last log lines of a server that is not well; none for one that is healthy or was stopped. Never throws.
 */
export async function lastWords(
  client: EngineClient,
  { Id, State, RestartCount }: ContainerInspectInfo,
): Promise<string[]> {
  const { status, reason } = statusAndReason(State, RestartCount);
  const isOver = status === ServerStatus.Stopped && !State.OOMKilled && TOLD_TO_END.includes(State.ExitCode);
  if (reason === undefined || isOver || State.Paused) return [];
  const lines = await lastLines(client, Id, LINES).catch(() => []);
  return lines.map((line) => oneLine(line, CHARACTERS)).filter((line) => line !== "");
}
