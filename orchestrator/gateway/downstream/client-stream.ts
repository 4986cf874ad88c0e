import type { ServerResponse } from "node:http";

/** Milliseconds between comments that keep an idle stream open through proxies, and find out that a client is gone. */
const HEARTBEAT_MS = 20_000;
/** Bytes a client may be behind before the server is read no further. */
const HIGH_WATER = 1024 * 1024;
/** Bytes a client may be behind before it is left alone: where others would wait too, the server is read on. */
const HOPELESS = 16 * 1024 * 1024;
/** Milliseconds that a stream is kept after its end: what was sent may have been lost on the way. */
const KEEP_MS = 30_000;

/** Starts a text/event-stream answer. */
export function startEventStream(response: ServerResponse, headers: Record<string, string>): void {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    ...headers,
  });
  response.flushHeaders();
}

/** What all streams of one session keep for clients that come back, together. */
export class ReplayBudget {
  #used = 0;
  readonly #streams = new Set<ClientStream>();
  readonly #sent: { stream: ClientStream; until: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param bytes of kept events; the oldest go first */
  constructor(private readonly bytes: number) {}

  add(stream: ClientStream, size: number): void {
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

  /** All of it has been sent: it is kept for a while only. */
  sent(stream: ClientStream): void {
    if (this.#closed) return;
    this.#sent.push({ stream, until: Date.now() + KEEP_MS });
    this.#timer ??= setTimeout(() => this.#expire(), KEEP_MS).unref();
  }

  /** The stream that made an event id, as long as something of it is kept. */
  find(eventId: string): { stream: ClientStream; after: number } | undefined {
    const [, name, sequence] = /^(\w+)-(\d+)$/.exec(eventId) ?? [];
    for (const stream of this.#streams) if (stream.name === name) return { stream, after: Number(sequence) };
    return undefined;
  }

  /** The session is over. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#streams.clear();
    this.#sent.length = 0;
  }

  #expire(): void {
    const now = Date.now();
    while (this.#sent[0] && this.#sent[0].until <= now) this.#drop(this.#sent.shift()?.stream as ClientStream);
    const next = this.#sent[0];
    this.#timer = next && setTimeout(() => this.#expire(), next.until - now).unref();
  }

  #drop(stream: ClientStream): void {
    for (let freed = stream.forgetOldest(); freed > 0; freed = stream.forgetOldest()) this.#used -= freed;
    this.#streams.delete(stream);
  }
}

/** Messages to a client on one SSE stream, which outlives its HTTP response: a client may come back with Last-Event-ID. */
export class ClientStream {
  readonly #kept: { sequence: number; text: string }[] = [];
  #sequence = 0;
  #response: ServerResponse | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #ended = false;
  /** Told when the stream has ended, or its client left it. */
  onDetached?: () => void;
  /** Told when the client is slow, and when it has caught up. */
  onPressure?: (slow: boolean) => void;

  /**
   * @param name unique within its session: part of the event ids
   * @param budget for clients that come back; without one (2026-07-28) events have no ids and nothing is kept
   */
  constructor(
    readonly name = "",
    private readonly budget?: ReplayBudget,
  ) {}

  get attached(): boolean {
    return this.#response !== undefined;
  }

  /** Writes to this response from now on, first what was kept after an event. */
  attach(response: ServerResponse, after = Number.POSITIVE_INFINITY): void {
    this.#response?.end();
    this.#release();
    this.#response = response;
    response.on("close", () => {
      if (this.#response !== response) return;
      this.#release();
      this.onPressure?.(false);
      this.onDetached?.();
    });
    response.on("drain", () => this.onPressure?.(false));
    for (const { sequence, text } of this.#kept) if (sequence > after) response.write(text);
    if (this.#ended) response.end();
    else {
      this.#heartbeat = setInterval(() => response.write(": \n\n"), HEARTBEAT_MS);
      this.#heartbeat.unref();
    }
  }

  /** The event of 2025-11-25 that gives a client an id to come back with before there is any message. */
  prime(): void {
    this.#write("");
  }

  send(message: string): void {
    this.#write(message);
  }

  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
    const response = this.#response;
    this.#release();
    response?.end(() => this.budget?.sent(this));
    this.onPressure?.(false);
    this.onDetached?.();
  }

  /** @returns the bytes that are free now */
  forgetOldest(): number {
    return this.#kept.shift()?.text.length ?? 0;
  }

  #write(message: string): void {
    if (this.#ended) return;
    const sequence = ++this.#sequence;
    const id = this.budget ? `id: ${this.name}-${sequence}\n` : "";
    // Some clients want the event's name, as the official servers send it.
    const text = `${id}${message === "" ? "" : "event: message\n"}data: ${message}\n\n`;
    if (this.budget) {
      this.#kept.push({ sequence, text });
      this.budget.add(this, text.length);
    }
    const response = this.#response;
    if (!response) return;
    if (response.writableLength > HOPELESS) {
      response.destroy();
      return;
    }
    response.write(text);
    if (response.writableLength > HIGH_WATER) this.onPressure?.(true);
  }

  #release(): void {
    clearInterval(this.#heartbeat);
    this.#response = undefined;
  }
}
