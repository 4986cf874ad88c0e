import type { Principal } from "../../security/principal";
import type { Backend } from "../upstream/backend";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { PooledConnection } from "../upstream/pooled-connection";
import {
  ErrorCode,
  isObject,
  type JsonObject,
  type Message,
  notificationText,
  objectOf,
  textOr,
} from "../wire/json-rpc";
import { insert } from "../wire/json-splice";
import { ACKNOWLEDGED, Meta, metaOf } from "../wire/modern";
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
export function wanted(filter: Filter, { method, params }: Message): boolean {
  if (method === "notifications/resources/updated")
    return filter.resourceSubscriptions?.includes(textOr(params?.uri, "")) ?? false;
  return Object.entries(WISHES).some(([wish, one]) => one.method === method && filter[wish] === true);
}

/** The text of a notification with the mark of its subscription. */
export function marked(text: string, exchange: Exchange): string {
  const mark = { [Meta.Subscription]: exchange.id };
  const message = JSON.parse(text) as Message;
  if (isObject(message.params?._meta)) return insert(text, ["params", "_meta"], mark);
  return isObject(message.params)
    ? insert(text, ["params"], { _meta: mark })
    : insert(text, [], { params: { _meta: mark } });
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
    const filter = exchange.request.params?.notifications;
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
    const capabilities = objectOf(metaOf(exchange.request)[Meta.Capabilities]);
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
      text: exchange.text,
      headers,
      notified: (_message, text) => exchange.notify(text),
      answered: (message, text) => {
        left();
        exchange.answer(message, text);
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
    const told = (message: Message, text: string) => {
      if (wanted(filter, message)) exchange.notify(marked(text, exchange));
    };
    const lost = ({ reason }: { reason: string }) => {
      exchange.fail(ErrorCode.ServerUnavailable, `server ${this.backend.name}: ${reason}`);
    };
    connection.others.add(told);
    connection.onLost.add(lost);
    for (const uri of filter.resourceSubscriptions ?? []) {
      const message = { jsonrpc: "2.0", id: `dind-mcp:${uri}`, method: "resources/subscribe", params: { uri } };
      connection.say(message, JSON.stringify(message));
    }
    exchange.notify(marked(notificationText(ACKNOWLEDGED, { notifications: filter }), exchange));
    return () => {
      connection.others.delete(told);
      connection.onLost.delete(lost);
      connection.listeners--;
      connection.release(); // it stayed reserved for as long as somebody listens
    };
  }
}
