import { isMapping } from "../../lib/mapping";
import { type Item, ListCache } from "./aggregate/list-cache";
import type { ListChanges } from "./aggregate/list-changes";
import { formed, itemsOf } from "./aggregate/list-items";
import { Admission } from "./calls/admission";
import { ask } from "./calls/ask";
import { type DirectCall, directCall } from "./calls/direct-call";
import { ModernCalls } from "./calls/modern-calls";
import { Subscriptions } from "./calls/subscriptions";
import type { GatewayContext } from "./context";
import type { ModernTarget } from "./downstream/modern-endpoint";
import { GatewayError, type PrintedLine } from "./gateway-api";
import { Backend } from "./upstream/backend";
import { ConnectionPool } from "./upstream/connection-pool";
import { ErrorCode, type JsonObject } from "./wire/json-rpc";
import { CHANGES, LISTS, type ListMethod } from "./wire/lists";

/** Most pages of a list that the gateway asks for; a server whose cursors never end stops here. */
const PAGES = 100;
/** Most characters of a list, all pages together: bounds the memory that one server's list takes. */
const LIST_LIMIT = 4 * 1024 * 1024;
/** The principal under which the gateway asks servers questions of its own. */
const GATEWAY = { principal: "dind-mcp", brief: true };

/** Most lines kept of what a server prints where only messages belong. */
const MOST_PRINTED = 50;

/** The gateway's parts for one server. */
export class ServerGateway {
  readonly backend: Backend;
  readonly pool: ConnectionPool;
  readonly admission: Admission;
  readonly modern: ModernTarget;
  readonly lists: ListCache;
  /** The latest lines that the server printed where only messages belong. */
  readonly printed: PrintedLine[] = [];

  /** @param changes hears when a list of the server may have changed, by the name of the list's notification */
  constructor(
    readonly name: string,
    readonly context: GatewayContext,
    private readonly changes: Pick<ListChanges, "changed" | "heard">,
  ) {
    const printed = (line: string): void => {
      context.warn(`server ${name} wrote a line to its standard output that is no message`, new Error(line));
      this.printed.push({ time: new Date().toISOString(), line });
      if (this.printed.length > MOST_PRINTED) this.printed.shift();
    };
    this.backend = new Backend(name, context.servers, context.budget, printed, context.credentials);
    this.backend.onListChanged = (notification) => {
      this.lists.stale(notification);
      changes.changed(notification);
    };
    this.backend.evictors.push(() => this.backend.dropWarm());
    this.pool = new ConnectionPool(this.backend);
    this.admission = new Admission(this.backend, context.rules);
    this.lists = new ListCache({
      ask: (method) => this.list(method),
      form: (method, items) => this.#formed(method, items),
      changed: (notification) => changes.changed(notification),
      failed: (method, error) => context.warn(`${method} of ${name} was not told`, error),
      heard: () => changes.heard,
    });
    const calls = new ModernCalls(this.backend, this.pool, this.admission);
    const subscriptions = new Subscriptions(this.backend, this.pool);
    this.modern = {
      call: (...args) => calls.call(...args),
      listen: (...args) => subscriptions.listen(...args),
    };
  }

  /**
   * Returns all items of a list, from all its pages; none when the server does not offer that list. Stops at a cursor
   * that was used before, or at a page that only repeats known items: such a list would never end.
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
      const { items: some, others } = itemsOf(this.name, method, result);
      if (others > 0)
        this.context.warn(`${method} of ${this.name}`, new Error(`${others} items are none, and left out`));
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
      if (isFinal && cursor === undefined) return {}; // the server declared a list that it does not implement
      throw error;
    }
  }

  #tooLarge(method: string): GatewayError {
    const words = `server ${this.name}: ${method} is too large, more than ${PAGES} pages or ${LIST_LIMIT} characters`;
    return new GatewayError(502, ErrorCode.ServerUnavailable, words);
  }

  /** Tells whether the server declared the list's capability. MCP forbids asking for what was not negotiated. */
  async #offers(method: ListMethod): Promise<boolean> {
    if (!this.backend.capabilities) {
      const connection = await this.pool.acquire({ ...GATEWAY, capabilities: {}, exclusive: false });
      connection.release();
    }
    const { capabilities } = this.backend;
    return capabilities === undefined || isMapping(capabilities[LISTS[method].capability]);
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

  /** Forgets what the last process said: the new one may speak another protocol version and have other tools. */
  renewed(): void {
    this.backend.renewed();
    this.lists.forget();
    for (const changed of CHANGES) this.changes.changed(changed);
  }

  tools(): Promise<JsonObject[]> {
    return this.list("tools/list");
  }

  /** Calls a tool. @throws GatewayError 403 when the principal may not call it, else the server's error */
  callTool(call: DirectCall): Promise<JsonObject> {
    return directCall(this, call);
  }

  close(): void {
    this.lists.close();
    this.pool.close();
    this.backend.close();
  }
}
