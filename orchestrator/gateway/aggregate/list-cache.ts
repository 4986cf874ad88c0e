import type { JsonObject } from "../wire/json-rpc";
import { LISTS, type ListMethod } from "../wire/lists";

/** Milliseconds that a list counts as fresh: not every server sends `list_changed`. */
const FRESH_MS = 5 * 60_000;
/** Milliseconds until the next attempt after a failure: the first wait, and the longest after doubling. */
const RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;

/** One item of a list, as clients of the URL of all servers see it. */
export interface Item {
  /** The name that the server uses. */
  name: string;
  /** The name or URI that clients see. */
  shown: string;
  /** A resource's URI or template, as the server writes it. */
  address?: string;
  json: string;
}

/** One list of a server: the items last seen, and the state of the next question for them. */
export interface Kept {
  /** The items last seen; undefined until the first answer of the current process. */
  items?: readonly Item[];
  /** True when the server has said since that the list changed. */
  outdated: boolean;
  /** Resolves with newer items; undefined when no question is on its way. */
  coming?: Promise<readonly Item[]>;
  /** Time of the last question, in milliseconds since 1970. */
  askedAt: number;
  /** Time until which nobody asks again, in milliseconds since 1970. */
  until: number;
  /** Why the last question failed; undefined after a success. */
  error?: Error;
  /** True when a client got a merged list without the answer that is on its way. */
  late?: boolean;
}

/** The functions that a ListCache gets from its owner. */
export interface ListSource {
  /** Asks the server for all items of a list. */
  ask(method: ListMethod): Promise<JsonObject[]>;
  /** Gives items the form that clients of the URL of all servers see. */
  form(method: ListMethod, items: JsonObject[]): readonly Item[];
  /** Tells clients that the list differs from the one they got. @param notification the list's `list_changed` method */
  changed(notification: string): void;
  /** Logs an error in the gateway's own handling of an answer, which no caller sees. */
  failed(method: ListMethod, error: Error): void;
  /** True while a client listens for changed lists. */
  heard(): boolean;
}

/**
 * Caches a server's lists. While the server is asked for a newer list, the old one stays available. Only a new
 * process of the server empties the cache.
 */
export class ListCache {
  readonly #lists = new Map<ListMethod, Kept>();
  /** The next attempt for each list whose last question failed, and the wait after that one. */
  readonly #failed = new Map<ListMethod, { timer: NodeJS.Timeout; wait: number }>();

  constructor(private readonly source: ListSource) {}

  /** Returns a list that is not outdated. @throws the server's error */
  async get(method: ListMethod): Promise<readonly Item[]> {
    const { coming, items, outdated, error } = this.kept(method);
    if (items && !outdated) return items;
    if (coming) return coming;
    throw error;
  }

  /**
   * Returns the cached state of a list at once, and asks the server in the background when the list is no longer
   * fresh.
   */
  kept(method: ListMethod): Kept {
    const kept = this.#lists.get(method) ?? { outdated: false, askedAt: 0, until: 0 };
    this.#lists.set(method, kept);
    if (!kept.coming && kept.until <= Date.now()) this.#ask(method, kept);
    return kept;
  }

  close(): void {
    for (const { timer } of this.#failed.values()) clearTimeout(timer);
    this.#failed.clear();
  }

  /** Marks the lists that a notification concerns as outdated. @param notification a `list_changed` method */
  stale(notification: string): void {
    for (const [method, kept] of this.#lists) {
      if (LISTS[method].changed !== notification) continue;
      kept.outdated = true;
      kept.until = 0;
      kept.coming = undefined; // that answer may be older than the change, so it is ignored
    }
  }

  /** Empties the cache, because the server's process is a new one. */
  forget(): void {
    this.#lists.clear();
  }

  #ask(method: ListMethod, kept: Kept): void {
    const before = kept.items;
    const coming = this.source.ask(method).then((items) => this.source.form(method, items));
    kept.coming = coming;
    kept.askedAt = Date.now();
    const isCurrent = (): boolean => this.#lists.get(method) === kept && kept.coming === coming;
    const known = coming.then(
      (items) => {
        if (!isCurrent()) return;
        const recovered = this.#recovered(method);
        const told = recovered || kept.late || (before && !kept.outdated && !isSame(before, items));
        Object.assign(kept, { items, outdated: false, late: false, error: undefined, coming: undefined });
        kept.until = Date.now() + FRESH_MS;
        if (told) this.source.changed(LISTS[method].changed);
      },
      (error: Error) => {
        if (!isCurrent()) return;
        Object.assign(kept, { error, coming: undefined });
        kept.until = Date.now() + RETRY_MS;
        if (!kept.items || kept.outdated) this.#askAgain(method);
      },
    );
    known.catch((error: Error) => this.source.failed(method, error));
  }

  /**
   * Asks again after a failure, while a client listens. Clients that got a merged list without this server's part then
   * hear of it when it comes, without asking themselves.
   */
  #askAgain(method: ListMethod): void {
    const { timer: old, wait = RETRY_MS } = this.#failed.get(method) ?? {};
    clearTimeout(old);
    const again = (): void => {
      if (this.source.heard()) this.kept(method);
      else this.#failed.delete(method);
    };
    this.#failed.set(method, {
      timer: setTimeout(again, wait + 10).unref(),
      wait: Math.min(2 * wait, LAST_RETRY_MS),
    });
  }

  /** Ends the attempts after a failure. @returns whether the last question had failed */
  #recovered(method: ListMethod): boolean {
    const failed = this.#failed.get(method);
    clearTimeout(failed?.timer);
    return this.#failed.delete(method);
  }
}

function isSame(some: readonly Item[], others: readonly Item[]): boolean {
  return some.length === others.length && some.every(({ json }, index) => json === others[index]?.json);
}
