import type { ServerResponse } from "node:http";
import type { KeptStream, ReplayBudget } from "./replay-budget";

/**
 * Milliseconds between comments on an idle stream. They keep proxies from closing it, and reveal that a client is
 * gone.
 */
const HEARTBEAT_MS = 20_000;
/** Unread bytes of one client at which reading from its server pauses. */
const HIGH_WATER = 1024 * 1024;
/**
 * Unread bytes beside the largest message at which a client is disconnected. Reached where pausing is no way out, as
 * others use the connection too.
 */
export const HOPELESS = 16 * 1024 * 1024;

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

/** An SSE stream to a client. It outlives its HTTP response, as a client may come back with Last-Event-ID. */
export class ClientStream implements KeptStream {
  readonly #kept: { sequence: number; text: string | Buffer }[] = [];
  #sequence = 0;
  #response: ServerResponse | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #ended = false;
  /** Bytes of the largest message since the client had read everything: one message alone cuts no client off. */
  #largest = 0;
  /** Called when a client is disconnected because it does not read. */
  onCut?: () => void;
  /** Called when the stream has ended, or its client has left. */
  onDetached?: () => void;
  /** Called when the client falls behind in reading, and when it has caught up. */
  onPressure?: (slow: boolean) => void;

  /**
   * @param name part of the event ids; unique within the session
   * @param budget keeps events for replay; without one (2026-07-28) events have no ids, and none are kept
   */
  constructor(
    readonly name = "",
    private readonly budget?: ReplayBudget<ClientStream>,
  ) {}

  get attached(): boolean {
    return this.#response !== undefined;
  }

  /** Writes to this response from now on. First come the kept events after number `after`. */
  attach(response: ServerResponse, after = Number.POSITIVE_INFINITY): void {
    this.#response?.end();
    this.#release();
    if (response.destroyed) {
      this.onDetached?.(); // the response closed before the listener below existed
      return;
    }
    this.#response = response;
    response.on("close", () => {
      if (this.#response !== response) return;
      this.#release();
      this.onPressure?.(false);
      this.onDetached?.();
    });
    this.#largest = 0;
    response.on("drain", () => {
      this.#largest = 0;
      this.onPressure?.(false);
    });
    for (const { sequence, text } of this.#kept) if (sequence > after) response.write(text);
    if (this.#ended) response.end();
    else {
      this.#heartbeat = setInterval(() => response.write(": \n\n"), HEARTBEAT_MS);
      this.#heartbeat.unref();
    }
  }

  /**
   * Sends the empty first event of 2025-11-25. It gives the client an id to come back with before the first message.
   */
  prime(): void {
    this.#write("");
  }

  send(message: string | Buffer): void {
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

  forgetOldest(): number {
    return this.#kept.shift()?.text.length ?? 0;
  }

  #write(message: string | Buffer): void {
    if (this.#ended) return;
    const sequence = ++this.#sequence;
    const id = this.budget ? `id: ${this.name}-${sequence}\n` : "";
    // Some clients need the event's name, which the official SDKs' servers send.
    const head = `${id}${message === "" ? "" : "event: message\n"}data: `;
    const text =
      typeof message === "string"
        ? `${head}${message}\n\n`
        : Buffer.concat([Buffer.from(head), message, Buffer.from("\n\n")]);
    if (this.budget) {
      this.#kept.push({ sequence, text });
      this.budget.add(this, text.length);
    }
    const response = this.#response;
    if (!response) return;
    if (response.writableLength > HOPELESS + this.#largest) {
      response.destroy();
      this.onCut?.();
      return;
    }
    response.write(text);
    if (response.writableLength <= HIGH_WATER) return;
    this.#largest = Math.max(this.#largest, text.length);
    this.onPressure?.(true);
  }

  #release(): void {
    clearInterval(this.#heartbeat);
    this.#response = undefined;
  }
}
