import type { Principal } from "../../security/principal";
import type { Backend } from "../upstream/backend";
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

/** `subscriptions/listen` to one server, whatever era the server is of. */
export class Subscriptions {
  constructor(
    private readonly backend: Backend,
    private readonly pool: ConnectionPool,
  ) {}

  /** Opens a subscription; it ends with its client, or with the server. @returns what ends it */
  listen(exchange: Exchange, principal: Principal, headers: Record<string, string> = {}): (reason: string) => void {
    let end: (reason: string) => void = () => {};
    const filter = exchange.request.at("params", "notifications");
    if (!isObject(filter))
      exchange.fail(ErrorCode.InvalidParams, "params.notifications: got nothing, expected what to listen for");
    else {
      void this.#open(exchange, principal, filter, headers).then((ending) => {
        end = ending;
        if (exchange.done) end("the client left");
      });
    }
    return (reason) => {
      end(reason);
      exchange.abandon();
    };
  }

  async #open(
    exchange: Exchange,
    principal: Principal,
    filter: JsonObject,
    headers: Record<string, string>,
  ): Promise<(reason: string) => void> {
    const capabilities = objectOf(exchange.request.meta[Meta.Capabilities]);
    try {
      const connection = await this.pool.acquire({
        principal: principal.name,
        capabilities,
        exclusive: false,
        listener: true,
      });
      return connection.era === "modern"
        ? this.#modern(exchange, connection, headers)
        : this.#legacy(exchange, connection, filter);
    } catch (error) {
      exchange.reject(error);
      return () => {};
    }
  }

  #modern(exchange: Exchange, connection: PooledConnection, headers: Record<string, string>): (reason: string) => void {
    const left = (): void => {
      connection.listeners--;
    };
    const cancel = connection.send({
      request: exchange.request,
      headers,
      notified: (frame) => exchange.notify(frame),
      answered: (frame) => {
        left();
        exchange.answer(frame);
      },
      failed: ({ reason }) => exchange.fail(ErrorCode.ServerUnavailable, `server ${this.backend.name}: ${reason}`),
    });
    return (reason) => {
      if (!exchange.done) left();
      cancel(reason);
    };
  }

  /** A server with sessions tells everything that changes; its resources have to be asked for one by one. */
  #legacy(exchange: Exchange, connection: PooledConnection, wishes: JsonObject): () => void {
    const filter = granted(wishes, objectOf(connection.initialized.capabilities));
    const told = (frame: Frame) => {
      if (wished(filter, frame)) exchange.notify(marked(frame, exchange));
    };
    const lost = ({ reason }: { reason: string }) => {
      exchange.fail(ErrorCode.ServerUnavailable, `server ${this.backend.name}: ${reason}`);
    };
    connection.others.add(told);
    connection.onLost.add(lost);
    for (const uri of filter.resourceSubscriptions ?? []) {
      connection.say(Frame.request(`dind-mcp:${uri}`, "resources/subscribe", { uri }));
    }
    exchange.notify(marked(Frame.notification(ACKNOWLEDGED, { notifications: filter }), exchange));
    return () => {
      connection.others.delete(told);
      connection.onLost.delete(lost);
      connection.listeners--;
      connection.release(); // it stayed reserved for as long as somebody listens
    };
  }
}
