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
import { type Addressed, innerUri } from "./names";
import { outerNotification, outward } from "./outward";
import { CAPABILITIES, instructions, SERVER_INFO } from "./welcome";

/** Cache hints of a merged list: clients must not keep or share it, as it depends on the token and may change. */
const CACHE = '"resultType":"complete","ttlMs":0,"cacheScope":"private"';

/** Handles requests of modern clients (2026-07-28) to the URL of all servers. */
export class AggregateCalls implements ModernTarget {
  constructor(
    private readonly merged: MergedLists,
    private readonly context: GatewayContext,
  ) {}

  call(exchange: Exchange, headers: Record<string, string>): void {
    const { method } = exchange.request;
    if (method === DISCOVER) this.#discover(exchange);
    else if (isList(method)) this.#list(exchange, method).catch((error) => exchange.reject(error));
    else {
      const found = this.merged.address(exchange.request, exchange.principal);
      const send = (addressed: Addressed | undefined): void => this.#send(exchange, addressed, headers);
      if (found instanceof Promise) found.then(send).catch((error) => exchange.reject(error));
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
    const end = this.merged.changes.onChanged((method) => {
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
    exchange.rewrite = outward(server, request.method);
    try {
      const { modern } = this.merged.server(server, exchange.principal);
      exchange.call.server = server; // only a server that exists may become a label in the metrics
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

  /** Subscribes to resources: one subscription at each server concerned, whose notifications go to the client's own. */
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
        return []; // there is no such server, or the principal may not use it
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
