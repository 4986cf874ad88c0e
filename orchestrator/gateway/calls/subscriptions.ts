import type { Backend } from "../upstream/backend";
import type { CallEnd } from "../upstream/connection";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { PooledConnection } from "../upstream/pooled-connection";
import { Frame } from "../wire/frame";
import { ErrorCode, isObject, type JsonObject, objectOf } from "../wire/json-rpc";
import { granted, wished } from "../wire/lists";
import { ACKNOWLEDGED, Meta } from "../wire/modern";
import type { Exchange } from "./exchange";

/** A notification with the mark of its subscription. */
export function marked(frame: Frame, { request }: Exchange): Frame {
  const mark = { [Meta.Subscription]: request.id };
  if (isObject(frame.at("params", "_meta"))) return frame.insert(["params", "_meta"], mark);
  const inserted = frame.insert(["params"], { _meta: mark });
  return inserted === frame ? frame.insert([], { params: { _meta: mark } }) : inserted;
}

/** Why a subscription without wishes fails. */
export const NO_WISHES = "params.notifications: got nothing, expected what to listen for";

/** `subscriptions/listen` to one server, whatever era the server is of. */
export class Subscriptions {
  constructor(
    private readonly backend: Backend,
    private readonly pool: ConnectionPool,
  ) {}

  /** Opens a subscription; it ends with its client, or with the server. */
  listen(exchange: Exchange, headers: Record<string, string> = {}): void {
    const wishes = exchange.request.at("params", "notifications");
    if (isObject(wishes)) void this.#open(exchange, wishes, headers);
    else exchange.fail(ErrorCode.InvalidParams, NO_WISHES);
  }

  async #open(exchange: Exchange, wishes: JsonObject, headers: Record<string, string>): Promise<void> {
    const principal = exchange.principal.name;
    const capabilities = objectOf(exchange.request.meta[Meta.Capabilities]);
    try {
      const connection = await this.pool.acquire({ principal, capabilities, exclusive: false, listener: true });
      if (exchange.done) leave(connection);
      else if (connection.era === "modern") this.#modern(exchange, connection, headers);
      else this.#legacy(exchange, connection, wishes);
    } catch (error) {
      exchange.reject(error);
    }
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

  /** A server with sessions tells everything that changes; its resources have to be asked for one by one. */
  #legacy(exchange: Exchange, connection: PooledConnection, wishes: JsonObject): void {
    const filter = granted(wishes, objectOf(connection.initialized.capabilities));
    const told = (frame: Frame) => {
      if (wished(filter, frame)) exchange.notify(marked(frame, exchange));
    };
    const lost = ({ reason }: CallEnd) => this.#lost(exchange, reason);
    connection.others.add(told);
    connection.onLost.add(lost);
    for (const uri of filter.resourceSubscriptions ?? []) {
      connection.say(Frame.request(`dind-mcp:${uri}`, "resources/subscribe", { uri }));
    }
    exchange.notify(marked(Frame.notification(ACKNOWLEDGED, { notifications: filter }), exchange));
    exchange.withdraw = () => {
      connection.others.delete(told);
      connection.onLost.delete(lost);
      leave(connection); // it stayed reserved for as long as somebody listens
    };
  }

  #lost(exchange: Exchange, reason: string): void {
    exchange.fail(ErrorCode.ServerUnavailable, `server ${this.backend.name}: ${reason}`);
  }
}

/** Gives a connection back on which nothing was asked. */
function leave(connection: PooledConnection): void {
  connection.listeners--;
  connection.release();
}
