import { ServerStatus } from "../../../api/server-status";
import { mayUse } from "../../security/filters";
import type { Principal } from "../../security/principal";
import type { GatewayContext } from "../context";
import type { ModernTarget } from "../downstream/modern-endpoint";
import { GatewayError } from "../gateway-api";
import type { Backend } from "../upstream/backend";
import { ErrorCode } from "../wire/json-rpc";
import { type Item, type Kept, LISTS, type ListCache, type ListMethod } from "./list-cache";

/**
 * Milliseconds a list waits for a server of which nothing is known yet; who has not answered by then is left out, said to
 * be missing, and told of when it has. Clients often ask once, at their start.
 */
export const PATIENCE_MS = 10_000;
/** The same, for a server whose last list is known to be outdated, or that failed the last time. */
const SHORT_PATIENCE_MS = 2_000;

/** In the `_meta` of a merged list: servers whose part is not there, or not the newest. */
const MISSING = "io.github.dind-mcp/missing";

/** Milliseconds between two tellings that the same list changed. */
const QUIET_MS = 250;

/** The gateway's part for one server, as far as the URL of all servers is made of it. */
export interface ServerPart {
  readonly backend: Backend;
  readonly modern: ModernTarget;
  readonly lists: ListCache;
}

/** A server whose part of a merged list is missing, or older than the server says it should be. */
interface Missing {
  server: string;
  reason: string;
  outdated?: true;
}

/** All servers' lists as one, for whoever may use them. */
export class MergedLists {
  readonly #listeners = new Set<(notification: string) => void>();
  /** What is missing now, by server and method: told once, not with each list. */
  readonly #told = new Set<string>();

  /**
   * @param gatewayOf the gateway's part for one server
   * @param patience milliseconds for a server of which nothing is known
   */
  constructor(
    private readonly context: GatewayContext,
    private readonly gatewayOf: (name: string) => ServerPart,
    private readonly patience = PATIENCE_MS,
  ) {}

  /** True while somebody is there to be told of changes. */
  get heard(): boolean {
    return this.#listeners.size > 0;
  }

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

  /**
   * One list of all servers, as the inside of a result's text: `"tools":[...]`. A server that fails or hangs is served as
   * it was last seen; without that it is left out, and `_meta` says so.
   */
  async list(method: ListMethod, principal: Principal): Promise<string> {
    const names = this.servers(principal);
    const missing: Missing[] = [];
    const lists = await Promise.all(names.map((name) => this.#listOf(name, method, missing)));
    const { rules } = this.context;
    const seen = (server: string, tool: string): boolean =>
      method !== "tools/list" || rules.refusal(server, tool, principal) === undefined;
    const items = lists.flatMap((list, index) =>
      list.filter(({ name }) => seen(names[index] as string, name)).map(({ json }) => json),
    );
    const meta = missing.length > 0 ? `,"_meta":${JSON.stringify({ [MISSING]: missing })}` : "";
    return `${JSON.stringify(LISTS[method].key)}:[${items.join(",")}]${meta}`;
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

  async #listOf(name: string, method: ListMethod, missing: Missing[]): Promise<readonly Item[]> {
    const kept = this.gatewayOf(name).lists.kept(method);
    const key = `${name} ${method}`;
    if (kept.coming && (!kept.items || kept.outdated)) {
      const items = await this.#wait(kept);
      if (items) {
        this.#told.delete(key);
        return items;
      }
    }
    if (kept.items && !kept.outdated) return kept.items;
    const reason = kept.coming ? `no answer to ${method} yet` : (kept.error?.message ?? "it is not known");
    missing.push({ server: name, reason, ...(kept.items ? { outdated: true } : {}) });
    this.context.observer.incomplete?.(name, method);
    if (!this.#told.has(key)) {
      this.#told.add(key);
      this.context.warn(`${method} of all servers lacks ${name}`, new Error(reason));
    }
    return kept.items ?? [];
  }

  /** Waits for what is coming, within the patience. @returns undefined when it does not come */
  async #wait(kept: Kept): Promise<readonly Item[] | undefined> {
    const { coming } = kept;
    const patience = kept.items || kept.error ? Math.min(SHORT_PATIENCE_MS, this.patience) : this.patience;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      // Who was waited for already is not waited for again.
      const left = Math.max(0, patience - (Date.now() - kept.askedAt));
      timer = setTimeout(() => {
        kept.late = true;
        resolve(undefined);
      }, left);
    });
    const settled = coming?.catch(() => undefined).finally(() => clearTimeout(timer));
    return Promise.race([settled, late]);
  }
}
