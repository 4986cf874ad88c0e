import { answersPing, type Upstream } from "./upstream";

/**
 * Milliseconds before the warm pool starts a process again after one ended: the first wait, and the longest after
 * doubling.
 */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/** What the warm pool asks of its server. */
interface WarmPoolServer {
  /** Processes that should wait: `sessions.warmPool` of the manifest; 0 while none may be started. */
  wanted(): number;
  /** Processes that the cap leaves room for. */
  room(): number;
  start(): Promise<Upstream>;
}

/** Processes of one server that were started ahead and have no user yet. */
export class WarmPool {
  readonly #waiting: Upstream[] = [];
  #starting = 0;
  #retryMs = FIRST_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(private readonly server: WarmPoolServer) {}

  get size(): number {
    return this.#waiting.length;
  }

  /** Starts as many processes as are missing, as far as the cap leaves room. */
  refill(): void {
    if (this.#isClosed || this.#retry) return;
    const missing = this.server.wanted() - this.size - this.#starting;
    if (missing <= 0) return;
    for (let more = Math.min(missing, this.server.room()); more > 0; more--) {
      this.#starting++;
      this.server
        .start()
        .finally(() => this.#starting--)
        .then((upstream) => this.#keep(upstream))
        .catch(() => this.#retryLater());
    }
  }

  /** Takes the process that has waited longest, and starts another one in its place. */
  take(): Upstream | undefined {
    const waiting = this.#waiting.shift();
    if (waiting) {
      this.#retryMs = FIRST_RETRY_MS;
      setImmediate(() => this.refill());
    }
    return waiting;
  }

  /** Closes one process. @returns false when the pool is empty */
  drop(): boolean {
    const waiting = this.#waiting.pop();
    waiting?.close();
    return waiting !== undefined;
  }

  /** Forgets a connection that is gone, and refills the pool, as the cap may have room again. */
  left(upstream: Upstream): void {
    const at = this.#waiting.indexOf(upstream);
    if (at >= 0) this.#waiting.splice(at, 1);
    setImmediate(() => this.refill());
  }

  /** Starts anew without a wait, because the server's container has a new process. */
  renewed(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#retryMs = FIRST_RETRY_MS;
    this.refill();
  }

  /** Starts no process any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
  }

  #keep(upstream: Upstream): void {
    upstream.user = { message: (frame) => void answersPing(upstream, frame), ended: () => this.#retryLater() };
    this.#waiting.push(upstream);
  }

  /** Refills later. A process that ends before its first use may be in a crash loop, so each wait doubles. */
  #retryLater(): void {
    if (this.#isClosed || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.refill();
    }, this.#retryMs);
    this.#retry.unref();
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }
}
