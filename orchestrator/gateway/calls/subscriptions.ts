import type { Backend } from "../upstream/backend";
import type { CallEnd } from "../upstream/connection";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { PooledConnection } from "../upstream/pooled-connection";
import { Frame } from "../wire/frame";
import { ErrorCode, isObject, type JsonObject, objectOf } from "../wire/json-rpc";
import { granted, wished } from "../wire/lists";
import { ACKNOWLEDGED, Meta } from "../wire/modern";
import type { Exchange } from "./exchange";

/** Returns a notification with its subscription's id in `_meta`, which 2026-07-28 requires. */
export function marked(frame: Frame, { request }: Exchange): Frame {
  const mark = { [Meta.Subscription]: request.exact("id") };
  if (isObject(frame.at("params", "_meta"))) return frame.insert(["params", "_meta"], mark);
  const inserted = frame.insert(["params"], { _meta: mark });
  return inserted === frame ? frame.insert([], { params: { _meta: mark } }) : inserted;
}

/** Error text for a `subscriptions/listen` without `params.notifications`. */
export const NO_WISHES = "params.notifications: got nothing, expected what to listen for";

/** Handles `subscriptions/listen` to one server, of either era. */
export class Subscriptions {
  constructor(
    private readonly backend: Backend,
    private readonly pool: ConnectionPool,
  ) {}

  /** Opens a subscription. It ends when the client leaves, or when the connection to the server ends. */
  listen(exchange: Exchange, headers: Record<string, string> = {}): void {
    const wishes = exchange.request.at("params", "notifications");
    if (isObject(wishes)) this.#open(exchange, wishes, headers).catch((error) => exchange.reject(error));
    else exchange.fail(ErrorCode.InvalidParams, NO_WISHES);
  }

  async #open(exchange: Exchange, wishes: JsonObject, headers: Record<string, string>): Promise<void> {
    const principal = exchange.principal.name;
    const capabilities = objectOf(exchange.request.meta[Meta.Capabilities]);
    const connection = await this.pool.acquire({ principal, capabilities, exclusive: false, listener: true });
    if (exchange.done) leave(connection);
    else if (connection.era === "modern") this.#modern(exchange, connection, headers);
    else this.#legacy(exchange, connection, wishes);
  }

  #modern(exchange: Exchange, connection: PooledConnection, headers: Record<string, string>): void {
    const left = (): void => {
      connection.listeners--;
    };
    const cancel = connection.use({
      request: exchange.request,
      headers,
      notified: (frame) => exchange.notify(frame),
      answered: (frame) => {
        exchange.answer(frame);
        left();
      },
      failed: ({ reason }) => {
        left();
        this.#lost(exchange, reason);
      },
    });
    exchange.withdraw = (reason) => {
      left();
      cancel(reason);
    };
  }

  /**
   * Subscribes at a legacy server. It sends all `list_changed` unasked, but each resource needs a
   * `resources/subscribe`.
   */
  #legacy(exchange: Exchange, connection: PooledConnection, wishes: JsonObject): void {
    const filter = granted(wishes, objectOf(connection.initialized.capabilities));
    const told = (frame: Frame) => {
      if (wished(filter, frame)) exchange.notify(marked(frame, exchange));
    };
    const lost = ({ reason }: CallEnd) => this.#lost(exchange, reason);
    connection.others.add(told);
    connection.onLost.add(lost);
    for (const uri of filter.resourceSubscriptions ?? []) {
      connection.tell("resources/subscribe", { uri });
    }
    exchange.notify(marked(Frame.notification(ACKNOWLEDGED, { notifications: filter }), exchange));
    exchange.withdraw = () => {
      connection.others.delete(told);
      connection.onLost.delete(lost);
      leave(connection); // the connection was reserved for as long as the client listened
    };
  }

  #lost(exchange: Exchange, reason: string): void {
    exchange.fail(ErrorCode.ServerUnavailable, `server ${this.backend.name}: ${reason}`);
  }
}

/** Gives back a connection that was reserved for a listener and carried no request for it. */
function leave(connection: PooledConnection): void {
  connection.listeners--;
  connection.release();
}
