import { EventSourceParserStream } from "eventsource-parser/stream";
import { send } from "./client";

/** Milliseconds before another try, doubled at each failure up to the second. */
const AGAIN_MS = { first: 500, most: 10_000 };

/** One event of a stream. */
export interface StreamEvent {
  id?: string;
  event?: string;
  data: string;
}

/** Reads one event stream to its end. @throws Failure when it cannot be opened */
async function readStream(
  path: string,
  take: (event: StreamEvent) => void,
  { signal, lastId, opened }: { signal: AbortSignal; lastId?: string; opened?: () => void },
): Promise<void> {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (lastId !== undefined) headers["last-event-id"] = lastId;
  const { body } = await send(path, { signal, headers });
  opened?.();
  const events = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  for (;;) {
    const next = await events?.read();
    if (!next || next.done) return;
    take(next.value);
  }
}

/**
 * Follows a stream, and opens it again whenever it ends.
 * @param path asked for each time that it is opened
 * @param told called with true when it is open, with false when it has ended
 * @returns ends it
 */
export function follow(
  path: () => string,
  take: (event: StreamEvent) => void,
  told: (isOpen: boolean, error?: unknown) => void,
): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let lastId: string | undefined;
  let wait = AGAIN_MS.first;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      let reason: unknown;
      try {
        const opened = (): void => {
          wait = AGAIN_MS.first;
          told(true);
        };
        const note = (event: StreamEvent): void => {
          lastId = event.id ?? lastId;
          take(event);
        };
        await readStream(path(), note, { signal, lastId, opened });
      } catch (error) {
        reason = error;
      }
      if (signal.aborted) return;
      told(false, reason);
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, AGAIN_MS.most);
    }
  };
  void run();
  return () => ended.abort();
}
