import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "../gateway-api";
import type { Account } from "../wire/byte-budget";
import { EventStreamParser } from "../wire/event-stream-parser";
import { Frame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { MESSAGE_LIMIT, OVERHEAD, type ReadingPace } from "../wire/reading-pace";
import type { Answer } from "./http-client";
import { excerpt } from "./http-signs";

/**
 * Milliseconds before a broken stream is requested again. A server's `retry` may set another wait, within these
 * bounds.
 */
const RECONNECT_MS = 500;
const RECONNECT_LEAST_MS = 50;
const RECONNECT_MOST_MS = 30_000;
/** Milliseconds that a server has to end a stream after the answer; then its connection is closed instead of kept. */
const ANSWERED_MS = 1_000;

/** Milliseconds to wait for the answer after an event that is no message, or an answer to nothing. */
export const NOISE_MS = 500;
/** Characters of what is no message that are looked at, to say what came. */
const EXCERPT = 320;
/** The name of events that hold messages; events without a name do so too. */
const MESSAGE = "message";
/** How a text begins that is no event stream: JSON as it is, or UTF-16. */
const NO_STREAM = /^[\s\uFEFF]*[{[]|^.{0,3}\0/;
/** What a line holds that was to be an event's data. */
const MESSAGE_KEY = '"jsonrpc"';
export const NO_DATA = "is no field `data`";
/** What servers write to keep a stream open or to end it, without giving the event another name. */
const SIGN_OF_LIFE = /^\s*(?:ping|pong|keep-?alive|heart-?beat|connected|ok|ready|\[DONE\])?\s*$/i;

/** The state of one event stream, over all its connections. */
export class Seen {
  answered = false;
  /** Id of the last event. */
  last: string | undefined;
  /** Why what came cannot be handled; undefined while it can. */
  failure: Error | undefined;
  /** The beginning of what came in the place of messages, to be put behind a sentence; empty when nothing. */
  odd = "";
  /** Milliseconds until the next attempt. */
  wait = RECONNECT_MS;
}

/**
 * Takes an event's data, and its name if it has one.
 * @returns what is wrong with it, to be put behind "it"; undefined when nothing is
 */
export type TakeEvent = (text: string, name?: string) => string | undefined;
/** What is wrong with an event that `framesOf` cannot read. */
export const NO_JSON = "is no JSON";

/** Reads the events of one response until it ends or breaks. `seen` then tells how to go on. */
export async function readEvents(
  { body }: Answer,
  seen: Seen,
  options: {
    /** True when the stream is one request's, and ends with its answer. */
    isOfRequest: boolean;
    pace: ReadingPace;
    /** Counts the characters of an incomplete event in the byte budget. */
    account: Account;
    /** Returns a promise to wait for while the client is behind. */
    ready: () => Promise<void> | undefined;
    event: TakeEvent;
    /** Takes a line that is no field of an event and holds a message, as it seems. */
    strange?: (line: string) => void;
  },
): Promise<void> {
  let lingering: NodeJS.Timeout | undefined;
  let noisy: NodeJS.Timeout | undefined;
  /** Gives the answer a moment to follow. Without it the call would wait for its time limit. */
  const noise = (wrong: string, text: string): void => {
    seen.odd = excerptOf(text);
    if (!options.isOfRequest || noisy) return;
    const words = `${wrong === NO_DATA ? "a line" : "an event"} of its stream ${wrong}${seen.odd}`;
    noisy = setTimeout(() => {
      if (seen.answered) return;
      seen.failure = new GatewayError(502, ErrorCode.ServerUnavailable, words);
      body.destroy();
    }, NOISE_MS);
  };
  let events = 0;
  const parser = new EventStreamParser(MESSAGE_LIMIT, {
    id: (id) => {
      seen.last = id;
    },
    retry: (milliseconds) => {
      seen.wait = Math.min(Math.max(milliseconds, RECONNECT_LEAST_MS), RECONNECT_MOST_MS);
    },
    strange: (line) => {
      events++;
      if (!line.slice(0, EXCERPT).includes(MESSAGE_KEY)) return;
      noise(NO_DATA, line);
      options.strange?.(line);
    },
    data: (text, name) => {
      events++;
      seen.odd = "";
      const wrong = options.event(text, name);
      if (wrong !== undefined && (name ?? MESSAGE) === MESSAGE && !SIGN_OF_LIFE.test(text)) noise(wrong, text);
    },
  });
  try {
    body.setEncoding("utf8");
    let isFirst = true;
    for await (const chunk of body) {
      if (isFirst) seen.odd = excerptOf(chunk as string);
      if (isFirst && NO_STREAM.test((chunk as string).slice(0, EXCERPT))) noise(NO_DATA, chunk as string);
      isFirst = false;
      await options.ready();
      if (!parser.push(chunk as string)) {
        seen.failure = tooLarge();
        break;
      }
      await options.account.hold(parser.held);
      const wait = options.pace.spend((chunk as string).length + OVERHEAD * events);
      events = 0;
      if (wait > 0) await sleep(wait);
      if (seen.answered) lingering ??= setTimeout(() => body.destroy(), ANSWERED_MS);
    }
    // Some servers forget the empty line behind the last event. Where events have ids, it may come whole once more.
    if (!seen.answered && seen.last === undefined) parser.push("\n\n");
  } catch (error) {
    // The connection broke, or a message cannot be handled. The caller goes on by what `seen` holds.
    if (error instanceof GatewayError) seen.failure = error;
  } finally {
    clearTimeout(lingering);
    clearTimeout(noisy);
    void options.account.hold(0);
  }
}

const excerptOf = (text: string): string => excerpt(Buffer.from(text.slice(0, EXCERPT)));

const tooLarge = (): GatewayError =>
  new GatewayError(502, ErrorCode.ServerUnavailable, `an event of more than ${MESSAGE_LIMIT / 2 ** 20} MiB`);

/** Reads a server's text as messages, each on one line, without a byte order mark; undefined when it is no JSON. */
export function framesOf(text: string | Buffer): readonly Frame[] | undefined {
  try {
    const read = Frame.read(text).onOneLine();
    return read.batch ?? [read];
  } catch {
    return undefined;
  }
}
