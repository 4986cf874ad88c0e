import { AuditResult } from "../../api/audit-result";
import type { Principal } from "../security/principal";
import { CHANGES, ListCache } from "./aggregate/list-cache";
import { ask } from "./calls/ask";
import { ModernCalls } from "./calls/modern-calls";
import { Subscriptions } from "./calls/subscriptions";
import type { GatewayContext } from "./context";
import type { ModernTarget } from "./downstream/modern-endpoint";
import { GatewayError } from "./gateway-api";
import { Backend } from "./upstream/backend";
import { ConnectionPool } from "./upstream/connection-pool";
import { SharedUpstream } from "./upstream/shared-upstream";
import { ErrorCode, isObject, type JsonObject } from "./wire/json-rpc";

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
  readonly modern: ModernTarget;
  readonly lists: ListCache;

  /** @param listChanged told when a list of the server may be another, by the notification that says so */
  constructor(
    readonly name: string,
    private readonly context: GatewayContext,
    private readonly listChanged: (notification: string) => void,
  ) {
    this.backend = new Backend(name, context.servers);
    this.backend.onListChanged = (notification) => {
      this.lists.stale(notification);
      this.listChanged(notification);
    };
    this.backend.evictors.push(() => this.backend.dropWarm());
    this.pool = new ConnectionPool(this.backend);
    this.backend.openShared = async () =>
      new SharedUpstream(await this.pool.acquire({ principal: "", capabilities: {}, exclusive: false }));
    this.lists = new ListCache(
      name,
      (method, key) => this.list(method, key),
      (method, items) => {
        if (method === "tools/list") context.rules.review(name, items);
      },
      (notification) => this.listChanged(notification),
    );
    const calls = new ModernCalls(this.backend, this.pool, context);
    const subscriptions = new Subscriptions(this.backend, this.pool);
    this.modern = {
      call: (...args) => calls.call(...args),
      listen: (...args) => subscriptions.listen(...args),
    };
  }

  /** All items of a list of the server. @throws GatewayError */
  async list(method: string, key: string): Promise<JsonObject[]> {
    const items: JsonObject[] = [];
    let cursor: unknown;
    let size = 0;
    for (let page = 0; page < PAGES; page++) {
      const result = await ask(this.backend, this.pool, GATEWAY, method, cursor === undefined ? {} : { cursor });
      const some = result[key];
      if (Array.isArray(some)) items.push(...some.filter(isObject));
      size += JSON.stringify(some ?? null).length;
      if (size > LIST_LIMIT) throw this.#tooLarge(method);
      cursor = result.nextCursor;
      if (typeof cursor !== "string") return items;
    }
    throw this.#tooLarge(method);
  }

  #tooLarge(method: string): GatewayError {
    const words = `server ${this.name}: ${method} is too large, more than ${PAGES} pages or ${LIST_LIMIT} characters`;
    return new GatewayError(502, ErrorCode.ServerUnavailable, words);
  }

  /** The server's process is another one: it may speak otherwise, and have other tools. */
  renewed(): void {
    this.backend.renewed();
    this.lists.stale();
    for (const changed of CHANGES) this.listChanged(changed);
  }

  tools(): Promise<JsonObject[]> {
    return this.list("tools/list", "tools");
  }

  /** @throws GatewayError 403 when the principal may not, and what the server says */
  async callTool(tool: string, args: JsonObject, principal: Principal): Promise<JsonObject> {
    const refusal = this.context.rules.refusal(this.name, tool, principal);
    if (refusal) throw new GatewayError(403, ErrorCode.Denied, refusal);
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
