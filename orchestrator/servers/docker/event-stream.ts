import { setTimeout as sleep } from "node:timers/promises";
import { type EngineClient, reasonOf } from "../../../lib/docker-client";
import type { Log } from "../../log";

/** The members of a Docker event that are used here. */
export interface DockerEvent {
  Action: string;
  /** Nanoseconds since 1970. */
  timeNano: number;
  Actor: { ID: string; Attributes: Record<string, string> };
}

export interface EventStreamOptions {
  client: EngineClient;
  log: Log;
  /** Docker's filters. */
  filters: Record<string, string[]>;
  /** Called when the stream is open; the caller must then look up what happened before. */
  onOpen: () => void;
  /** Called when the stream ended, or could not be opened. */
  onClose: () => void;
  onEvent: (event: DockerEvent) => void;
}

const BACKOFF_MS = { first: 100, most: 5_000 };

/**
 * Follows Docker's events, across restarts of the daemon: opens a stream that ended again, after 100 ms at first and 5
 * s at most. Goes on until the signal. Never rejects.
 */
export async function followEvents(options: EventStreamOptions, signal: AbortSignal): Promise<void> {
  const { client, log, filters } = options;
  let wait = BACKOFF_MS.first;
  let last: number | undefined;
  while (!signal.aborted) {
    try {
      // Starts at the last event, or a little in the past: the daemon answers before it listens to its own events.
      const seen = last ?? 0;
      const since = Math.floor(last === undefined ? Date.now() / 1_000 - 1 : last / 1e9);
      const stream = await client.streams.getEvents({ since, filters, abortSignal: signal });
      log.info("engine events: connected");
      wait = BACKOFF_MS.first;
      options.onOpen();
      for await (const line of linesOf(stream)) {
        const event = JSON.parse(line) as DockerEvent;
        if (event.timeNano <= seen) continue; // seen on the previous connection already
        last = event.timeNano;
        options.onEvent(event);
      }
      if (!signal.aborted) log.warn("engine events: the daemon ended the stream, connecting again");
    } catch (error) {
      if (!signal.aborted) log.warn({ reason: reasonOf(error), wait }, "engine events: no connection");
    }
    options.onClose();
    await sleep(wait, undefined, { signal }).catch(() => {});
    wait = Math.min(wait * 2, BACKOFF_MS.most);
  }
}

/**
 * Yields the lines of a stream. Node's readline would wait for ever when the stream breaks. @throws the stream's error
 */
export async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
  if (rest !== "") yield rest;
}
