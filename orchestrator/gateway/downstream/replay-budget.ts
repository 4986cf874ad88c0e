/**
 * Milliseconds that an ended stream's events are kept: the client may have lost the last ones, and come back for
 * them.
 */
const KEEP_MS = 30_000;

/** A stream whose sent events are kept. */
export interface KeptStream {
  /** Part of the event ids; unique within the session. */
  readonly name: string;
  /** Drops the oldest kept event. @returns the characters freed; 0 when none was kept */
  forgetOldest(): number;
}

/** Sent events of all streams of one session, kept for a client that comes back with Last-Event-ID, up to a limit. */
export class ReplayBudget<Stream extends KeptStream> {
  #used = 0;
  readonly #streams = new Set<Stream>();
  readonly #sent: { stream: Stream; until: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param bytes most bytes of kept events; beyond it the oldest go first */
  constructor(private readonly bytes: number) {}

  add(stream: Stream, size: number): void {
    this.#streams.add(stream);
    this.#used += size;
    while (this.#used > this.bytes) {
      const oldest = this.#streams.values().next().value;
      if (!oldest) return;
      const freed = oldest.forgetOldest();
      this.#used -= freed;
      if (freed === 0) this.#streams.delete(oldest);
    }
  }

  /** Keeps an ended stream's events for KEEP_MS more. */
  sent(stream: Stream): void {
    if (this.#closed) return;
    this.#sent.push({ stream, until: Date.now() + KEEP_MS });
    this.#timer ??= setTimeout(() => this.#expire(), KEEP_MS).unref();
  }

  /**
   * Finds the stream that an event id came from, and the event's place in it.
   * @returns undefined when nothing is kept
   */
  find(eventId: string): { stream: Stream; after: number } | undefined {
    const [, name, sequence] = /^(\w+)-(\d+)$/.exec(eventId) ?? [];
    for (const stream of this.#streams) if (stream.name === name) return { stream, after: Number(sequence) };
    return undefined;
  }

  /** Frees everything, at the session's end. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#streams.clear();
    this.#sent.length = 0;
  }

  #expire(): void {
    const now = Date.now();
    while (this.#sent[0] && this.#sent[0].until <= now) this.#drop(this.#sent.shift()?.stream as Stream);
    const next = this.#sent[0];
    this.#timer = next && setTimeout(() => this.#expire(), next.until - now).unref();
  }

  #drop(stream: Stream): void {
    for (let freed = stream.forgetOldest(); freed > 0; freed = stream.forgetOldest()) this.#used -= freed;
    this.#streams.delete(stream);
  }
}
