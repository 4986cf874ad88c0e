import type { Frame } from "../wire/frame";
import type { Call, Cancel, SessionConnection, Told } from "./connection";
import type { PooledConnection } from "./pooled-connection";

/**
 * One client's part of a connection that all clients of a server share (manifest: `sessions.mode: shared`). The gateway
 * initialised it, without capabilities: a question of the server could not be for one of the clients.
 */
export class SharedConnection implements SessionConnection {
  usedAt = Date.now();
  onEnd?: () => void;
  #over = false;
  readonly #cancels = new Map<Call, Cancel>();
  readonly #others = (frame: Frame): void => this.told(frame);
  readonly #lost = (): void => {
    this.#leave();
    this.onEnd?.();
  };

  /** @param connection with a reservation, which this one keeps until it is closed */
  constructor(
    private readonly connection: PooledConnection,
    private readonly told: Told,
  ) {
    connection.listeners++; // it counts as no call
    connection.others.add(this.#others);
    connection.onLost.add(this.#lost);
  }

  get idle(): boolean {
    return this.#cancels.size === 0;
  }

  get over(): boolean {
    return this.#over;
  }

  send(call: Call): Cancel {
    this.usedAt = Date.now();
    this.connection.reserved++;
    const over = (): void => {
      this.#cancels.delete(call);
      this.usedAt = Date.now();
    };
    const cancel = this.connection.use({
      ...call,
      notified: (frame) => this.told(frame, call.request.id),
      answered: (frame) => {
        over();
        call.answered(frame);
      },
      failed: (end) => {
        over();
        call.failed(end);
      },
    });
    const cancelled = (reason: string): void => {
      over();
      cancel(reason);
    };
    if (this.connection.upstream.alive) this.#cancels.set(call, cancelled);
    return cancelled;
  }

  /** What it says concerns all: that it was initialised, the gateway has said; and it was asked nothing. */
  say(frame: Frame): void {
    if (!frame.isResponse() && frame.method !== "notifications/initialized") this.connection.say(frame);
  }

  /** One slow client must not stop the others: its own backlog is bounded by the time-out of its call. */
  pause(): void {}
  resume(): void {}

  close(reason: string): void {
    if (this.#over) return;
    this.#leave();
    for (const [call, cancel] of [...this.#cancels]) {
      cancel("the client left");
      call.failed({ reason });
    }
  }

  #leave(): void {
    this.#over = true;
    this.connection.others.delete(this.#others);
    this.connection.onLost.delete(this.#lost);
    this.connection.listeners--;
    this.connection.release();
  }
}
