import type { Principal } from "../../security/principal";
import { Exchange } from "../calls/exchange";
import { marked } from "../calls/subscriptions";
import type { GatewayContext } from "../context";
import type { ModernTarget } from "../downstream/modern-endpoint";
import { Frame } from "../wire/frame";
import { ErrorCode, isObject, type JsonObject } from "../wire/json-rpc";
import { granted, isList, type Wishes, wished } from "../wire/lists";
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

  call(exchange: Exchange, principal: Principal, headers: Record<string, string>): (reason: string) => void {
    const { method } = exchange.request;
    if (method === DISCOVER) this.#discover(exchange, principal);
    else if (isList(method)) void this.#list(exchange, principal);
    else {
      const found = this.merged.address(exchange.request, principal);
      if (!(found instanceof Promise)) return this.#send(exchange, principal, headers, found);
      let end: ((reason: string) => void) | undefined;
      void found.then(
        (late) => {
          if (!exchange.done) end = this.#send(exchange, principal, headers, late);
        },
        (error) => exchange.reject(error),
      );
      return (reason) => (end ? end(reason) : exchange.abandon());
    }
    return () => exchange.abandon();
  }

  /** @returns what ends it when the client leaves */
  #send(
    exchange: Exchange,
    principal: Principal,
    headers: Record<string, string>,
    addressed: Addressed | undefined,
  ): (reason: string) => void {
    if (!addressed) exchange.fail(...unknown(exchange));
    else {
      const { server, request, name } = addressed;
      exchange.request = request;
      exchange.rewrite = (answer) => outerResult(server, request.method, answer);
      try {
        const { modern } = this.merged.server(server, principal);
        exchange.call.server = server; // now it is known to be one
        if (exchange.call.tool !== undefined) exchange.call.tool = name;
        return modern.call(exchange, principal, { ...headers, "mcp-name": headerValue(name) });
      } catch (error) {
        exchange.reject(error);
      }
    }
    return () => exchange.abandon();
  }

  listen(exchange: Exchange, principal: Principal, headers: Record<string, string>): (reason: string) => void {
    const wishes = exchange.request.at("params", "notifications");
    if (!isObject(wishes)) {
      exchange.fail(ErrorCode.InvalidParams, "params.notifications: got nothing, expected what to listen for");
      return () => {};
    }
    const filter = granted(wishes, CAPABILITIES);
    exchange.notify(marked(Frame.notification(ACKNOWLEDGED, { notifications: filter }), exchange));
    const ends = this.#watch(exchange, principal, filter, headers);
    ends.push(
      this.merged.onChanged((method) => {
        const changed = Frame.notification(method);
        if (wished(filter, changed)) exchange.notify(marked(changed, exchange));
      }),
    );
    return (reason) => {
      for (const end of ends) end(reason);
      exchange.abandon();
    };
  }

  #discover(exchange: Exchange, principal: Principal): void {
    const rest = JSON.stringify({
      supportedVersions: [MODERN_VERSION],
      capabilities: CAPABILITIES,
      instructions: instructions(this.merged.servers(principal)),
      _meta: { [Meta.ServerInfo]: SERVER_INFO },
    });
    exchange.result(`{${CACHE},${rest.slice(1)}`);
  }

  async #list(exchange: Exchange, principal: Principal): Promise<void> {
    const { method } = exchange.request;
    if (!isList(method)) return;
    exchange.result(`{${CACHE},${await this.merged.list(method, principal)}}`);
  }

  /** Watches resources at their servers, each server in a subscription of its own whose notifications come here. */
  #watch(
    exchange: Exchange,
    principal: Principal,
    filter: Wishes,
    headers: Record<string, string>,
  ): ((reason: string) => void)[] {
    const uris = new Map<string, string[]>();
    for (const outer of filter.resourceSubscriptions ?? []) {
      const inner = innerUri(outer);
      if (inner) uris.set(inner.server, [...(uris.get(inner.server) ?? []), inner.uri]);
    }
    return [...uris].flatMap(([server, resourceSubscriptions]) => {
      try {
        const { modern } = this.merged.server(server, principal);
        const inner = this.#innerListen(exchange, server, { resourceSubscriptions });
        return [modern.listen(inner, principal, headers)];
      } catch {
        return []; // no such server: nothing of it will change
      }
    });
  }

  #innerListen(outer: Exchange, server: string, notifications: JsonObject): Exchange {
    return new Exchange(
      outer.request.replace({ path: ["params", "notifications"], json: JSON.stringify(notifications) }),
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
