import type { Frame } from "../wire/frame";
import type { Call, Cancel, SessionConnection, Told } from "./connection";
import type { PooledConnection } from "./pooled-connection";

/**
 * One client's share of a connection that all clients of a server use (manifest: `sessions.mode: shared`). The gateway
 * initialises that connection without client capabilities: a server's question could not be matched to a client.
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

  /** @param connection reserved for this share, which gives the reservation back at its end */
  constructor(
    private readonly connection: PooledConnection,
    private readonly told: Told,
  ) {
    connection.listeners++; // an open share is no load
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

  /**
   * Passes on a client's message. Drops `notifications/initialized`, which the gateway sent for all clients, and
   * answers, as the server's questions reach no client.
   */
  say(frame: Frame): void {
    if (!frame.isResponse() && frame.method !== "notifications/initialized") this.connection.say(frame);
  }

  /**
   * Does nothing: a pause for one slow client would stop the others. The time-out of its call bounds what waits for
   * it.
   */
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
