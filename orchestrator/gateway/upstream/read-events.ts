import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../wire/byte-budget";
import { EventStreamParser } from "../wire/event-stream-parser";
import { Frame } from "../wire/frame";
import type { RequestId } from "../wire/json-rpc";
import { MESSAGE_LIMIT, type ReadingPace } from "../wire/reading-pace";
import type { Answer } from "./http-client";

/** Before a stream that broke is asked for again, in milliseconds; and the bounds of what a server may wish instead. */
const RECONNECT_MS = 500;
const RECONNECT_LEAST_MS = 50;
const RECONNECT_MOST_MS = 30_000;
/** Milliseconds a server has to end a stream after its answer, so that the connection can be kept. */
const ANSWERED_MS = 1_000;

/** What came on a stream so far, over all its connections. */
export class Seen {
  answered = false;
  /** The last event's id. */
  last: string | undefined;
  /** Milliseconds until the next attempt. */
  wait = RECONNECT_MS;
}

/** Reads the events of one answer, to its end or until it breaks: `seen` then tells how to go on. */
export async function readEvents(
  { body }: Answer,
  seen: Seen,
  options: {
    /** The request whose answer ends the reading. */
    id: RequestId | undefined;
    pace: ReadingPace;
    /** What is held of an event that is not complete. */
    account: Account;
    /** Waits while nobody is ready for more. */
    ready: () => Promise<void> | undefined;
    /** Gives an answer the form that it should have. */
    sound: (frame: Frame) => Frame;
    deliver: (frame: Frame) => void;
  },
): Promise<void> {
  let lingering: NodeJS.Timeout | undefined;
  const parser = new EventStreamParser(MESSAGE_LIMIT, ({ id, data, retry }) => {
    if (id !== undefined) seen.last = id;
    if (retry !== undefined) seen.wait = Math.min(Math.max(retry, RECONNECT_LEAST_MS), RECONNECT_MOST_MS);
    const read = frameOf(data);
    const frame = read && options.sound(read);
    if (!frame?.kind) return; // the priming event, or nothing that we know
    if (frame.isResponse() && frame.id === options.id) seen.answered = true;
    options.deliver(frame);
  });
  try {
    body.setEncoding("utf8");
    for await (const chunk of body) {
      await options.ready();
      if (!parser.push(chunk as string)) break;
      await options.account.hold(parser.held);
      const wait = options.pace.spend((chunk as string).length);
      if (wait > 0) await sleep(wait);
      if (seen.answered) lingering ??= setTimeout(() => body.destroy(), ANSWERED_MS);
    }
  } catch {
    // it broke
  } finally {
    clearTimeout(lingering);
    void options.account.hold(0);
  }
}

/** What a server said in more lines than one, as one line; undefined when it is no JSON. */
export function frameOf(text: string): Frame | undefined {
  try {
    return Frame.read(text).onOneLine();
  } catch {
    return undefined;
  }
}
