import type { Principal } from "../../security/principal";
import type { Backend } from "../upstream/backend";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { PooledConnection } from "../upstream/pooled-connection";
import { Frame } from "../wire/frame";
import { ErrorCode, isObject, type JsonObject, objectOf, textOr } from "../wire/json-rpc";
import { ACKNOWLEDGED, Meta } from "../wire/modern";
import type { Exchange } from "./exchange";

/** What each wish of a subscription needs of the server's capabilities, and the notification it brings. */
const WISHES = {
  toolsListChanged: { part: "tools", what: "listChanged", method: "notifications/tools/list_changed" },
  promptsListChanged: { part: "prompts", what: "listChanged", method: "notifications/prompts/list_changed" },
  resourcesListChanged: { part: "resources", what: "listChanged", method: "notifications/resources/list_changed" },
} as const;

/** What a subscription of the modern era asks for. */
export interface Filter extends JsonObject {
  resourceSubscriptions?: string[];
}

/** The part of a filter that a server with these capabilities can honour. */
export function honoured(filter: JsonObject, capabilities: JsonObject): Filter {
  const can = (part: string, what: string): boolean => {
    const has = capabilities[part];
    return isObject(has) && has[what] === true;
  };
  const result: Filter = {};
  for (const [wish, { part, what }] of Object.entries(WISHES))
    if (filter[wish] === true && can(part, what)) result[wish] = true;
  const uris = filter.resourceSubscriptions;
  if (Array.isArray(uris) && uris.length > 0 && can("resources", "subscribe"))
    result.resourceSubscriptions = uris.map(String);
  return result;
}

/** Whether a notification is one that the filter asks for. */
export function wanted(filter: Filter, frame: Frame): boolean {
  const { method } = frame;
  if (method === "notifications/resources/updated")
    return filter.resourceSubscriptions?.includes(textOr(frame.at("params", "uri"), "")) ?? false;
  return Object.entries(WISHES).some(([wish, one]) => one.method === method && filter[wish] === true);
}

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
    const filter = honoured(wishes, objectOf(connection.initialized.capabilities));
    const told = (frame: Frame) => {
      if (wanted(filter, frame)) exchange.notify(marked(frame, exchange));
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
