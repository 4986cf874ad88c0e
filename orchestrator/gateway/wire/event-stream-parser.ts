import { createParser } from "eventsource-parser";

/** Takes what a stream of events holds. */
export interface EventStreamUser {
  /** Takes an event's data, and its name if it has one. `id` was called before, if the event has an id. */
  data(text: string, name: string | undefined): void;
  /** Takes an event's id, also of an event without data. */
  id(id: string): void;
  /** Takes the milliseconds to wait before a reconnection. */
  retry(milliseconds: number): void;
  /** Takes a line that is none of an event stream. */
  strange(line: string): void;
}

const WIDE = /[^\0-\xff]/;

/** Reads text/event-stream (WHATWG), event by event. */
export class EventStreamParser {
  readonly #feed: (chunk: string) => void;
  #isTooLarge = false;
  #held = 0;
  /** True when the parser's strings take two bytes a character, as one of theirs is beyond Latin-1. */
  #isWide = false;

  /** @param limit most characters of one event's data */
  constructor(limit: number, user: EventStreamUser) {
    const { feed } = createParser({
      maxBufferSize: limit,
      onEvent: ({ data, event }) => {
        this.#held = 0;
        this.#isWide = false;
        user.data(data, event);
      },
      onId: (id) => user.id(id),
      onRetry: (milliseconds) => user.retry(milliseconds),
      onComment: (comment) => {
        this.#held -= comment.length + 1; // keep-alive comments for hours must not add up
      },
      onError: ({ type, line }) => {
        if (type === "max-buffer-size-exceeded") this.#isTooLarge = true;
        else if (type === "unknown-field") user.strange(line ?? "");
      },
    });
    this.#feed = feed;
  }

  /** Bytes in memory of what came since the last event, without comments. The parser keeps no more, and one chunk. */
  get held(): number {
    return this.#isWide ? 2 * this.#held : this.#held;
  }

  /** Takes a piece of the stream. @returns false when an event is larger than the limit: reading cannot go on */
  push(chunk: string): boolean {
    this.#held += chunk.length;
    this.#isWide ||= WIDE.test(chunk);
    if (!this.#isTooLarge) this.#feed(chunk);
    return !this.#isTooLarge;
  }
}
