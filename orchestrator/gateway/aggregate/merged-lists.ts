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
import { ListChanges } from "./list-changes";
import { type Addressed, address, addressed, mayBeMapped, type Named, named, outerUri } from "./names";
import { fits } from "./uri-template";

/**
 * Milliseconds that a merged list waits for a server whose own list is not known yet. After that the merged list
 * names the server as missing, and clients get `list_changed` once it answers. The wait is this long because many
 * clients ask only once, at their start.
 */
export const PATIENCE_MS = 10_000;
/** Milliseconds that a merged list waits for a server whose known list is outdated, or that failed the last time. */
const SHORT_PATIENCE_MS = 2_000;

/** Key in a merged list's `_meta`: the servers whose part is missing or outdated. */
const MISSING = "io.github.dind-mcp/missing";

/** The parts of a ServerGateway that the URL of all servers uses. */
export interface ServerPart extends ConversationServer {
  readonly modern: ModernTarget;
  readonly lists: ListCache;
}

/** A server whose part of a merged list is missing, or outdated by the server's own `list_changed`. */
interface Missing {
  server: string;
  reason: string;
  outdated?: true;
}

/** Merges the lists of the servers that a principal may use. */
export class MergedLists {
  readonly changes: ListChanges;
  /** Missing parts that are in the log already, as `server method`: each is logged once, not with every list. */
  readonly #told = new Set<string>();

  /**
   * @param gatewayOf returns the gateway's parts for one server
   * @param patience milliseconds to wait for a server whose list is not known yet
   */
  constructor(
    private readonly context: GatewayContext,
    private readonly gatewayOf: (name: string) => ServerPart,
    private readonly patience = PATIENCE_MS,
  ) {
    this.changes = new ListChanges((notification, error) =>
      context.warn(`somebody was not told of ${notification}`, error),
    );
  }

  /** The names of the servers that the principal may use, without those that are stopped, being removed, or throwaway copies. */
  servers(principal: Principal): string[] {
    return this.context.servers
      .list()
      .filter(
        ({ name, status, copyOf }) =>
          copyOf === undefined &&
          mayUse(principal, name) &&
          status !== ServerStatus.Stopped &&
          status !== ServerStatus.Removing,
      )
      .map(({ name }) => name)
      .sort();
  }

  /** Returns the parts for one server. @throws GatewayError when there is none, or the principal may not use it */
  server(name: string, principal: Principal): ServerPart {
    if (mayUse(principal, name) && this.context.servers.get(name)) return this.gatewayOf(name);
    throw new GatewayError(404, ErrorCode.InvalidParams, `there is no server ${name}`);
  }

  /**
   * Returns a merged list as the inside of a result's text: `"tools":[...]`. For a server that fails or hangs it
   * takes the items last seen; when there are none, or they are outdated, `_meta` names the server.
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
   * Finds the server that a request is for, and puts the name that the server knows in place of the outer one.
   * Returns a promise only when it has to look at lists: for a name that may be a mapped one, and for a URI without
   * its server's prefix, which a client may have found in a server's text.
   * @returns undefined when the request names nothing of any server
   * @throws GatewayError 400 when a URI belongs to several servers
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

  /** Finds the server that lists a URI, or a template for it. @throws GatewayError 400 when several do */
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

  /** Waits for a list that was asked for. @returns undefined when it fails, or does not come in time */
  async #wait(kept: Kept): Promise<readonly Item[] | undefined> {
    const { coming } = kept;
    const patience = kept.items || kept.error ? Math.min(SHORT_PATIENCE_MS, this.patience) : this.patience;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      // The wait counts from the question, so that only the first of several merged lists waits for a server that
      // hangs.
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
