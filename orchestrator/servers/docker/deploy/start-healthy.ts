import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerInspectInfo } from "dockerode";
import { ServerStatus } from "../../../../api/server-status";
import { type EngineClient, unlessAlready } from "../../../../lib/docker-client";
import { milliseconds } from "../../../../lib/durations";
import type { Health } from "../../../../manifest/types";
import { ServerError } from "../../server-error";
import { lastLines } from "../last-lines";
import { statusAndReason } from "../server-state";

const LOOK_MS = 200;
/** Extra milliseconds, for the container's own start and the answer to the last check. */
const MARGIN_MS = 15_000;
/** Docker restarts a program that keeps ending. After this many restarts it counts as failed. */
const RESTARTS = 2;
const LOG_LINES = 20;

/** Judges a starting server: ready, failed with the reason, or wait and look again. */
export function verdict({ State, RestartCount }: ContainerInspectInfo): "ready" | "wait" | { failed: string } {
  const { status, reason = "it did not start" } = statusAndReason(State);
  if (status === ServerStatus.Running) return "ready";
  if (status === ServerStatus.Starting)
    return RestartCount < RESTARTS ? "wait" : { failed: "it ended again and again" };
  if (status === ServerStatus.Restarting && RestartCount < RESTARTS) return "wait";
  return { failed: reason };
}

/**
 * Starts a container and waits until it is healthy, at most for the start period, one check's time and 15 s. One that runs
 * is only waited for.
 * @param secrets values to mask in the log's lines, in case the server wrote one there
 * @param what it is, for the error
 * @throws ServerError with the last lines of its log
 */
export async function startHealthy(
  client: EngineClient,
  id: string,
  health: Pick<Health, "startPeriod" | "timeout">,
  secrets: string[],
  what = "the server",
): Promise<void> {
  const container = client.api.getContainer(id);
  const end = Date.now() + milliseconds(health.startPeriod) + milliseconds(health.timeout) + MARGIN_MS;
  await unlessAlready(client.streams.getContainer(id).start());
  for (;;) {
    const look = await container.inspect();
    const said = verdict(look);
    if (said === "ready") return;
    const failed = said === "wait" ? (Date.now() > end ? "it was not healthy in time" : undefined) : said.failed;
    if (failed !== undefined) {
      const log = (await lastLines(client, id, LOG_LINES)).map((line) => maskSecrets(line, secrets));
      throw new ServerError(422, `${what} does not become healthy: ${maskSecrets(failed, secrets)}`, log);
    }
    await sleep(LOOK_MS);
  }
}

/** Replaces every line of every secret by `[secret]`, because a value of several lines may be logged line by line. */
export function maskSecrets(text: string, secrets: string[]): string {
  const parts = secrets.flatMap((secret) => secret.split("\n")).filter((part) => part.trim() !== "");
  // The longest first: one may contain another.
  return parts.sort((a, b) => b.length - a.length).reduce((line, part) => line.replaceAll(part, "[secret]"), text);
}
