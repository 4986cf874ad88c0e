import { ServerStatus } from "../../../api/server-status";
import { mayUse } from "../../security/filters";
import type { Principal } from "../../security/principal";
import type { ConversationServer } from "../calls/conversation";
import type { GatewayContext } from "../context";
import type { ModernTarget } from "../downstream/modern-endpoint";
import { GatewayError } from "../gateway-api";
import type { RequestFrame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { LISTS, type ListMethod } from "../wire/lists";
import type { Item, Kept, ListCache } from "./list-cache";
import { type Addressed, address, addressed, mayBeMapped, type Named, named, outerUri } from "./names";

/**
 * Milliseconds a list waits for a server of which nothing is known yet; who has not answered by then is left out, said to
 * be missing, and told of when it has. Clients often ask once, at their start.
 */
export const PATIENCE_MS = 10_000;
/** The same, for a server whose last list is known to be outdated, or that failed the last time. */
const SHORT_PATIENCE_MS = 2_000;

/** In the `_meta` of a merged list: servers whose part is not there, or not the newest. */
const MISSING = "io.github.dind-mcp/missing";

/** Whether an address is one of a template (RFC 6570), or the template itself. */
function fits(template: string, uri: string): boolean {
  if (template === uri) return true;
  const parts = template.split(/(\{[^{}]*\})/);
  if (parts.length === 1) return false;
  // Only the beginning and the pieces in their order: which characters a variable may hold is for the server to say.
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1 || part === "") continue;
    const found = uri.indexOf(part, at);
    if (found < 0 || (index === 0 && found > 0)) return false;
    at = found + part.length;
  }
  const last = parts.at(-1) ?? "";
  return parts[0] !== "" && (last === "" || uri.endsWith(last));
}

/** Milliseconds between two tellings that the same list changed. */
const QUIET_MS = 250;

/** The gateway's part for one server, as far as the URL of all servers is made of it. */
export interface ServerPart extends ConversationServer {
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

  /**
   * Finds the server a request is for, and gives the request the name that the server knows. A promise only where a list
   * has to be looked at: for names that may be mapped, and addresses as a server wrote them, as in a text.
   * @returns undefined when it names nothing of any server
   * @throws GatewayError when it names something of several
   */
  address(request: RequestFrame, principal: Principal): Addressed | undefined | Promise<Addressed | undefined> {
    const found = address(request);
    const about = named(request);
    if (!about) return undefined;
    if (!found) return about.kind === "uri" ? this.#owner(request, about, principal) : undefined;
    return about.kind === "name" && mayBeMapped(about.given) ? this.#mapped(request, about, found, principal) : found;
  }

  async #mapped(request: RequestFrame, about: Named, found: Addressed, principal: Principal): Promise<Addressed> {
    if (!this.servers(principal).includes(found.server)) return found;
    const items = await this.#listOf(found.server, request.method === "tools/call" ? "tools/list" : "prompts/list", []);
    const item = items.find(({ shown }) => shown === about.given);
    return item ? addressed(request, about, found.server, item.name) : found;
  }

  /** Finds whose an address is that says it not. */
  async #owner(request: RequestFrame, about: Named, principal: Principal): Promise<Addressed | undefined> {
    const { given } = about;
    const names = this.servers(principal);
    const have = async (method: ListMethod, test: (item: Item) => boolean): Promise<string[]> => {
      const lists = await Promise.all(names.map((name) => this.#listOf(name, method, [])));
      return names.filter((_name, index) => lists[index]?.some(test));
    };
    const listed = await have("resources/list", ({ address: uri }) => uri === given);
    const owners =
      listed.length > 0
        ? listed
        : await have("resources/templates/list", ({ address: template }) => fits(template ?? "", given));
    const [server] = owners;
    if (server === undefined) return undefined;
    if (owners.length === 1) return addressed(request, about, server, given);
    const which = owners.map((name) => outerUri(name, given)).join(" or ");
    const words = `${JSON.stringify(given)} is an address of several servers: ask for ${which}`;
    throw new GatewayError(400, ErrorCode.InvalidParams, words);
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
