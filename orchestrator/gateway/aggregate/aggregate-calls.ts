import { Exchange } from "../calls/exchange";
import { marked, NO_WISHES } from "../calls/subscriptions";
import type { GatewayContext } from "../context";
import type { ModernTarget } from "../downstream/modern-endpoint";
import { Frame } from "../wire/frame";
import { ErrorCode, isObject, type JsonObject } from "../wire/json-rpc";
import { granted, isList, type ListMethod, type Wishes, wished } from "../wire/lists";
import { ACKNOWLEDGED, DISCOVER, Meta, MODERN_VERSION } from "../wire/modern";
import { headerValue } from "../wire/modern-send";
import { unknown } from "./aggregate-session";
import type { MergedLists } from "./merged-lists";
import { type Addressed, innerUri, outerNotification, outerResult } from "./names";
import { CAPABILITIES, instructions, SERVER_INFO } from "./welcome";

/** How long a merged list may be kept, and by whom: it depends on the token. */
const CACHE = '"resultType":"complete","ttlMs":0,"cacheScope":"private"';

/** Calls of the modern era to the URL of all servers. */
export class AggregateCalls implements ModernTarget {
  constructor(
    private readonly merged: MergedLists,
    private readonly context: GatewayContext,
  ) {}

  call(exchange: Exchange, headers: Record<string, string>): void {
    const { method } = exchange.request;
    if (method === DISCOVER) this.#discover(exchange);
    else if (isList(method)) void this.#list(exchange, method);
    else {
      const found = this.merged.address(exchange.request, exchange.principal);
      const send = (addressed: Addressed | undefined): void => this.#send(exchange, addressed, headers);
      if (found instanceof Promise) void found.then(send, (error) => exchange.reject(error));
      else send(found);
    }
  }

  listen(exchange: Exchange, headers: Record<string, string>): void {
    const asked = exchange.request.at("params", "notifications");
    if (!isObject(asked)) {
      exchange.fail(ErrorCode.InvalidParams, NO_WISHES);
      return;
    }
    const wishes = granted(asked, CAPABILITIES);
    exchange.notify(marked(Frame.notification(ACKNOWLEDGED, { notifications: wishes }), exchange));
    const inner = this.#watch(exchange, wishes, headers);
    const end = this.merged.onChanged((method) => {
      const changed = Frame.notification(method);
      if (wished(wishes, changed)) exchange.notify(marked(changed, exchange));
    });
    exchange.withdraw = (reason) => {
      end();
      for (const one of inner) one.cancel(reason);
    };
  }

  #send(exchange: Exchange, addressed: Addressed | undefined, headers: Record<string, string>): void {
    if (exchange.done) return; // the client left
    if (!addressed) {
      exchange.fail(...unknown(exchange));
      return;
    }
    const { server, request, name } = addressed;
    exchange.request = request;
    exchange.rewrite = (answer) => outerResult(server, request.method, answer);
    try {
      const { modern } = this.merged.server(server, exchange.principal);
      exchange.call.server = server; // now it is known to be one
      if (exchange.call.tool !== undefined) exchange.call.tool = name;
      modern.call(exchange, { ...headers, "mcp-name": headerValue(name) });
    } catch (error) {
      exchange.reject(error);
    }
  }

  #discover(exchange: Exchange): void {
    const rest = JSON.stringify({
      supportedVersions: [MODERN_VERSION],
      capabilities: CAPABILITIES,
      instructions: instructions(this.merged.servers(exchange.principal)),
      _meta: { [Meta.ServerInfo]: SERVER_INFO },
    });
    exchange.result(`{${CACHE},${rest.slice(1)}`);
  }

  async #list(exchange: Exchange, method: ListMethod): Promise<void> {
    exchange.result(`{${CACHE},${await this.merged.list(method, exchange.principal)}}`);
  }

  /** Watches resources at their servers, each server in a subscription of its own whose notifications come here. */
  #watch(exchange: Exchange, wishes: Wishes, headers: Record<string, string>): Exchange[] {
    const uris = new Map<string, string[]>();
    for (const outer of wishes.resourceSubscriptions ?? []) {
      const inner = innerUri(outer);
      if (inner) uris.set(inner.server, [...(uris.get(inner.server) ?? []), inner.uri]);
    }
    return [...uris].flatMap(([server, resourceSubscriptions]) => {
      try {
        const { modern } = this.merged.server(server, exchange.principal);
        const inner = this.#innerListen(exchange, server, { resourceSubscriptions });
        modern.listen(inner, headers);
        return [inner];
      } catch {
        return []; // no such server: nothing of it will change
      }
    });
  }

  #innerListen(outer: Exchange, server: string, notifications: JsonObject): Exchange {
    return new Exchange(
      outer.request.replace({ path: ["params", "notifications"], json: JSON.stringify(notifications) }),
      outer.principal,
      { ...outer.call, server },
      {
        headers: {},
        streaming: true,
        notify: (frame) => {
          if (frame.method === "notifications/resources/updated") outer.notify(outerNotification(server, frame));
        },
        answer: () => {},
        failing: () => {},
        leave: () => {},
      },
      this.context.recorder,
    );
  }
}
