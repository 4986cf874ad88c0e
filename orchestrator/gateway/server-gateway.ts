import { AuditResult } from "../../api/audit-result";
import type { Principal } from "../security/principal";
import { type Item, ListCache } from "./aggregate/list-cache";
import { formed } from "./aggregate/list-items";
import type { MergedLists } from "./aggregate/merged-lists";
import { Admission } from "./calls/admission";
import { ask } from "./calls/ask";
import { ModernCalls } from "./calls/modern-calls";
import { Subscriptions } from "./calls/subscriptions";
import type { GatewayContext } from "./context";
import type { ModernTarget } from "./downstream/modern-endpoint";
import { GatewayError } from "./gateway-api";
import { Backend } from "./upstream/backend";
import { ConnectionPool } from "./upstream/connection-pool";
import { ErrorCode, isObject, type JsonObject } from "./wire/json-rpc";
import { CHANGES, LISTS, type ListMethod } from "./wire/lists";

/** Pages of a list that are asked for at most. */
const PAGES = 100;
/** Characters of a list, all pages together. */
const LIST_LIMIT = 16 * 1024 * 1024;
/** Whose the gateway's own questions to servers are. */
const GATEWAY = { principal: "dind-mcp", brief: true };

/** All of the gateway that concerns one server. */
export class ServerGateway {
  readonly backend: Backend;
  readonly pool: ConnectionPool;
  readonly admission: Admission;
  readonly modern: ModernTarget;
  readonly lists: ListCache;

  /** @param merged told when a list of the server may be another, by the notification that says so */
  constructor(
    readonly name: string,
    private readonly context: GatewayContext,
    private readonly merged: Pick<MergedLists, "changed" | "heard">,
  ) {
    this.backend = new Backend(name, context.servers, context.budget);
    this.backend.onListChanged = (notification) => {
      this.lists.stale(notification);
      merged.changed(notification);
    };
    this.backend.evictors.push(() => this.backend.dropWarm());
    this.pool = new ConnectionPool(this.backend);
    this.admission = new Admission(this.backend, context.rules);
    this.lists = new ListCache({
      ask: (method) => this.list(method),
      form: (method, items) => this.#formed(method, items),
      changed: (notification) => merged.changed(notification),
      heard: () => merged.heard,
    });
    const calls = new ModernCalls(this.backend, this.pool, this.admission);
    const subscriptions = new Subscriptions(this.backend, this.pool);
    this.modern = {
      call: (...args) => calls.call(...args),
      listen: (...args) => subscriptions.listen(...args),
    };
  }

  /**
   * All items of a list of the server; none where the server never offered such a list. A cursor that was asked with
   * already, or a page that only repeats, brings nothing new: the list ends there.
   * @throws GatewayError
   */
  async list(method: ListMethod): Promise<JsonObject[]> {
    if (!(await this.#offers(method))) return [];
    const items = new Map<string, JsonObject>();
    const asked = new Set<string>();
    let cursor: string | undefined;
    let size = 0;
    for (let page = 0; page < PAGES; page++) {
      const result = await this.#page(method, cursor);
      const given = result[LISTS[method].key];
      const some = Array.isArray(given) ? given.filter(isObject) : [];
      const known = items.size;
      for (const item of some) {
        const json = JSON.stringify(item);
        size += json.length;
        items.set(json, item);
      }
      if (size > LIST_LIMIT) throw this.#tooLarge(method);
      const { nextCursor } = result;
      if (typeof nextCursor !== "string") return [...items.values()];
      if (asked.has(nextCursor) || (some.length > 0 && items.size === known)) {
        const words = `its cursor ${JSON.stringify(nextCursor.slice(0, 100))} leads to what was there before`;
        this.context.warn(`${method} of ${this.name} does not end`, new Error(words));
        return [...items.values()];
      }
      asked.add(nextCursor);
      cursor = nextCursor;
    }
    throw this.#tooLarge(method);
  }

  async #page(method: ListMethod, cursor: string | undefined): Promise<JsonObject> {
    try {
      return await ask(this.backend, this.pool, GATEWAY, method, cursor === undefined ? {} : { cursor });
    } catch (error) {
      const isFinal = error instanceof GatewayError && error.code === ErrorCode.MethodNotFound;
      if (isFinal && cursor === undefined) return {}; // it has no such list, whatever it offers
      throw error;
    }
  }

  #tooLarge(method: string): GatewayError {
    const words = `server ${this.name}: ${method} is too large, more than ${PAGES} pages or ${LIST_LIMIT} characters`;
    return new GatewayError(502, ErrorCode.ServerUnavailable, words);
  }

  /** Whether the server has such a list at all: what was not negotiated is not asked for. */
  async #offers(method: ListMethod): Promise<boolean> {
    if (!this.backend.capabilities) {
      const connection = await this.pool.acquire({ ...GATEWAY, capabilities: {}, exclusive: false });
      connection.release();
    }
    const { capabilities } = this.backend;
    return capabilities === undefined || isObject(capabilities[LISTS[method].capability]);
  }

  #formed(method: ListMethod, given: JsonObject[]): Item[] {
    if (method === "tools/list") this.context.rules.review(this.name, given);
    const { items, leftOut } = formed(this.name, method, given);
    for (const { name, problem } of leftOut) {
      const words = `${method} of ${this.name}: ${JSON.stringify(name)} is left out of the list of all servers`;
      this.context.warn(words, new Error(problem));
    }
    return items;
  }

  /** The server's process is another one: it may speak otherwise, and have other tools. */
  renewed(): void {
    this.backend.renewed();
    this.lists.forget();
    for (const changed of CHANGES) this.merged.changed(changed);
  }

  tools(): Promise<JsonObject[]> {
    return this.list("tools/list");
  }

  /** @throws GatewayError 403 when the principal may not, and what the server says */
  async callTool(tool: string, args: JsonObject, principal: Principal): Promise<JsonObject> {
    const refusal = this.admission.refusal({ method: "tools/call", tool }, principal);
    if (refusal) throw refusal;
    const began = performance.now();
    const counted = (result: AuditResult) => {
      this.context.observer.call(this.name, "tools/call", tool, result, (performance.now() - began) / 1_000);
    };
    try {
      const result = await ask(this.backend, this.pool, { principal: principal.name }, "tools/call", {
        name: tool,
        arguments: args,
      });
      counted(result.isError === true ? AuditResult.ToolError : AuditResult.Ok);
      return result;
    } catch (error) {
      counted(
        error instanceof GatewayError && error.code === ErrorCode.Timeout ? AuditResult.Timeout : AuditResult.Error,
      );
      throw error;
    }
  }

  close(): void {
    this.lists.close();
    this.pool.close();
    this.backend.close();
  }
}
