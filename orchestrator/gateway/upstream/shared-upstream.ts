import { Frame, type RequestFrame } from "../wire/frame";
import type { RequestId } from "../wire/json-rpc";
import type { PooledConnection } from "./pooled-connection";
import { NOBODY, type Upstream, type UpstreamEnd, type UpstreamUser } from "./upstream";

/**
 * One client's part of a connection that all clients of a server share (manifest: `sessions.mode: shared`). The gateway
 * initialised it, without capabilities: a question of the server could not be for one of the clients.
 */
export class SharedUpstream implements Upstream {
  user: UpstreamUser = NOBODY;
  readonly #cancels = new Map<RequestId, (reason: string) => void>();
  readonly #connection: PooledConnection;
  readonly #told = (frame: Frame): void => this.user.message(frame);
  readonly #lost = (end: UpstreamEnd): void => {
    if (!this.#alive) return;
    this.#leave();
    this.user.ended(end);
  };
  #alive = true;

  /** @param connection with a reservation, which this one keeps until it is closed */
  constructor(connection: PooledConnection) {
    this.#connection = connection;
    connection.listeners++; // it counts as no call
    connection.others.add(this.#told);
    connection.onLost.add(this.#lost);
  }

  get alive(): boolean {
    return this.#alive;
  }

  send(frame: Frame): void {
    if (!this.#alive || frame.isResponse()) return;
    if (frame.isRequest()) this.#request(frame);
    else if (frame.method !== "notifications/initialized") this.#connection.say(frame);
  }

  cancel(id: RequestId, reason: string): void {
    this.#cancels.get(id)?.(reason);
    this.#cancels.delete(id);
  }

  /** One slow client must not stop the others: its own backlog is bounded by the time-out of its call. */
  pause(): void {}
  resume(): void {}

  close(): void {
    if (!this.#alive) return;
    for (const id of [...this.#cancels.keys()]) this.cancel(id, "the client left");
    this.#leave();
  }

  #request(request: RequestFrame): void {
    const { id } = request;
    const { initialized } = this.#connection;
    if (request.method === "initialize") {
      const answer = Frame.result(request.idText, JSON.stringify(initialized));
      setImmediate(() => this.user.message(answer));
      return;
    }
    this.#connection.reserved++;
    const cancel = this.#connection.send({
      request,
      notified: (frame) => this.user.message(frame, id),
      answered: (frame) => {
        this.#cancels.delete(id);
        this.user.message(frame);
      },
      failed: () => {}, // the connection tells all its users at once
    });
    this.#cancels.set(id, cancel);
  }

  #leave(): void {
    this.#alive = false;
    this.#connection.others.delete(this.#told);
    this.#connection.onLost.delete(this.#lost);
    this.#connection.listeners--;
    this.#connection.release();
  }
}
