import { ServerStatus } from "../../../api/server-status";
import { mayUse } from "../../security/filters";
import type { Principal } from "../../security/principal";
import type { GatewayContext } from "../context";
import type { ModernTarget } from "../downstream/modern-endpoint";
import { GatewayError } from "../gateway-api";
import type { Backend } from "../upstream/backend";
import { ErrorCode } from "../wire/json-rpc";
import { type Item, LISTS, type ListCache, type ListMethod } from "./list-cache";

/** Milliseconds a list waits for its slowest server; who has not answered by then is left out, and told of when it has. */
const PATIENCE_MS = 3_000;

/** Milliseconds between two tellings that the same list changed. */
const QUIET_MS = 250;

/** The gateway's part for one server, as far as the URL of all servers is made of it. */
export interface ServerPart {
  readonly backend: Backend;
  readonly modern: ModernTarget;
  readonly lists: ListCache;
}

/** All servers' lists as one, for whoever may use them. */
export class MergedLists {
  readonly #listeners = new Set<(notification: string) => void>();

  /** @param gatewayOf the gateway's part for one server */
  constructor(
    private readonly context: GatewayContext,
    private readonly gatewayOf: (name: string) => ServerPart,
  ) {}

  /** Names of the servers that the principal may use. */
  servers(principal: Principal): string[] {
    return this.context.servers
      .list()
      .filter(
        ({ name, status }) =>
          mayUse(principal, name) && status !== ServerStatus.Stopped && status !== ServerStatus.Removing,
      )
      .map(({ name }) => name)
      .sort();
  }

  /** The part for one server. @throws GatewayError when there is none, or the principal may not use it */
  server(name: string, principal: Principal): ServerPart {
    if (mayUse(principal, name) && this.context.servers.get(name)) return this.gatewayOf(name);
    throw new GatewayError(404, ErrorCode.InvalidParams, `there is no server ${name}`);
  }

  /** One list of all servers, as text: `[...]`. A server that fails or hangs is left out. */
  async list(method: ListMethod, principal: Principal): Promise<string> {
    const names = this.servers(principal);
    const lists = await Promise.all(names.map((name) => this.#listOf(name, method)));
    const { rules } = this.context;
    const seen = (server: string, tool: string): boolean =>
      method !== "tools/list" || rules.refusal(server, tool, principal) === undefined;
    const items = lists.flatMap((list, index) =>
      list.filter(({ name }) => seen(names[index] as string, name)).map(({ json }) => json),
    );
    return `[${items.join(",")}]`;
  }

  /** Something changed: tells everybody whose list it is. */
  changed(notification: string): void {
    for (const listener of this.#listeners) listener(notification);
  }

  /**
   * Of a storm of changes a listener hears the first, and now and then one more.
   * @returns what ends the subscription
   */
  onChanged(listener: (notification: string) => void): () => void {
    const quiet = new Map<string, { again: boolean }>();
    const tell = (notification: string): void => {
      const silence = quiet.get(notification);
      if (silence) {
        silence.again = true;
        return;
      }
      listener(notification);
      const fresh = { again: false };
      quiet.set(notification, fresh);
      setTimeout(() => {
        quiet.delete(notification);
        if (fresh.again && this.#listeners.has(tell)) tell(notification);
      }, QUIET_MS).unref();
    };
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }

  #listOf(name: string, method: ListMethod): Promise<Item[]> {
    const kept = this.gatewayOf(name).lists.kept(method);
    // Who was waited for already is not waited for again.
    const patience = Math.max(0, PATIENCE_MS - (Date.now() - kept.askedAt));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Item[]>((resolve) => {
      timer = setTimeout(() => {
        if (!kept.late) void kept.items.then(() => this.changed(LISTS[method].changed)).catch(() => {});
        kept.late = true;
        resolve([]);
      }, patience);
    });
    const settled = kept.items.catch(() => []).finally(() => clearTimeout(timer));
    return Promise.race([settled, late]);
  }
}
