import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerInspectInfo } from "dockerode";
import { ServerStatus } from "../../../../api/server-status";
import type { EngineClient } from "../../../../lib/docker-client";
import { milliseconds } from "../../../../lib/durations";
import type { Health } from "../../../../manifest/types";
import { ServerError } from "../../server-error";
import { type LogLine, logLines } from "../logs";
import { statusAndReason } from "../server-state";

const LOOK_MS = 200;
/** For the container's own start, and for the last check to be answered. */
const MARGIN_MS = 15_000;
/** Docker starts a program that ends again and again; after this often it is not going to be healthy. */
const RESTARTS = 2;
const LOG_LINES = 20;

/** What a look at a starting server says: it is ready, it never will be (the reason), or wait. */
export function verdict({ State, RestartCount }: ContainerInspectInfo): "ready" | "wait" | { failed: string } {
  const { status, reason = "it did not start" } = statusAndReason(State);
  if (status === ServerStatus.Running) return "ready";
  if (status === ServerStatus.Starting)
    return RestartCount < RESTARTS ? "wait" : { failed: "it ended again and again" };
  if (status === ServerStatus.Restarting && RestartCount < RESTARTS) return "wait";
  return { failed: reason };
}

/**
 * Starts a container and waits until it is healthy: the start period, one check's time and 15 s at most.
 * @param secrets values that are taken out of the log's lines, should the server have written one there
 * @throws ServerError with the last lines of its log
 */
export async function startHealthy(client: EngineClient, id: string, health: Health, secrets: string[]): Promise<void> {
  const container = client.api.getContainer(id);
  const end = Date.now() + milliseconds(health.startPeriod) + milliseconds(health.timeout) + MARGIN_MS;
  await client.streams.getContainer(id).start();
  for (;;) {
    const look = await container.inspect();
    const said = verdict(look);
    if (said === "ready") return;
    const failed = said === "wait" ? (Date.now() > end ? "it was not healthy in time" : undefined) : said.failed;
    if (failed !== undefined) {
      const log = await lastLines(client, id, secrets);
      throw new ServerError(422, `the server does not become healthy: ${maskSecrets(failed, secrets)}`, log);
    }
    await sleep(LOOK_MS);
  }
}

async function lastLines({ api }: EngineClient, id: string, secrets: string[]): Promise<string[]> {
  const log = await api
    .getContainer(id)
    .logs({ stdout: true, stderr: true, timestamps: true, tail: LOG_LINES, follow: false });
  const lines: LogLine[] = [];
  for await (const line of logLines([log])) lines.push(line);
  return lines.map(({ line }) => maskSecrets(line, secrets));
}

/** Replaces every line of every secret by `[secret]`: a value of several lines may be logged a line at a time. */
export function maskSecrets(text: string, secrets: string[]): string {
  const parts = secrets.flatMap((secret) => secret.split("\n")).filter((part) => part.trim() !== "");
  // The longest first: one may hold another.
  return parts.sort((a, b) => b.length - a.length).reduce((line, part) => line.replaceAll(part, "[secret]"), text);
}
