import type { JsonObject } from "../wire/json-rpc";
import { LISTS, type ListMethod } from "../wire/lists";

/** Milliseconds after which a list is asked for again although nobody said that it changed. */
const FRESH_MS = 5 * 60_000;
/** After a failure, and after more of them. */
const RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;

/** One item of a list, as clients of all servers' URL see it. */
export interface Item {
  /** As the server calls it. */
  name: string;
  /** As clients call it. */
  shown: string;
  /** The URI or the template of a resource, as the server writes it. */
  address?: string;
  json: string;
}

/** What is known of a list, and what is on its way. */
export interface Kept {
  /** As last seen; undefined until then, and again when the server's process is another one. */
  items?: readonly Item[];
  /** The server said that these are not its items any more. */
  outdated: boolean;
  /** The wait for newer ones; undefined when nobody asked for any. */
  coming?: Promise<readonly Item[]>;
  /** Milliseconds since 1970. */
  askedAt: number;
  /** When it is asked for again, at the next need. */
  until: number;
  /** Why the last attempt failed; undefined when it went well. */
  error?: Error;
  /** Somebody went on without it. */
  late?: boolean;
}

/** What a list needs of its surroundings. */
export interface ListSource {
  /** Gets all items of a list from the server. */
  ask(method: ListMethod): Promise<JsonObject[]>;
  /** Gives items the form that clients of all servers' URL see. */
  form(method: ListMethod, items: JsonObject[]): readonly Item[];
  /** Told by its notification that a list is another one than clients were given. */
  changed(notification: string): void;
  /** True while somebody is there to be told. */
  heard(): boolean;
}

/**
 * A server's lists as they were last seen. A list that was known is served while a newer one is asked for: only a new
 * process makes it unknown.
 */
export class ListCache {
  readonly #lists = new Map<ListMethod, Kept>();
  /** Lists whose last answer was a failure, and the next attempt. */
  readonly #failed = new Map<ListMethod, { timer: NodeJS.Timeout; wait: number }>();

  constructor(private readonly source: ListSource) {}

  /** A list that is not outdated. @throws what the server failed with */
  async get(method: ListMethod): Promise<readonly Item[]> {
    const { coming, items, outdated, error } = this.kept(method);
    if (items && !outdated) return items;
    if (coming) return coming;
    throw error;
  }

  /** What is known of a list; asks for it where that is not new enough. */
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

  /** The lists that a notification concerns are outdated. */
  stale(notification: string): void {
    for (const [method, kept] of this.#lists) {
      if (LISTS[method].changed !== notification) continue;
      kept.outdated = true;
      kept.until = 0;
      kept.coming = undefined; // it may be from before the change
    }
  }

  /** The server's process is another one: nothing is known. */
  forget(): void {
    this.#lists.clear();
  }

  #ask(method: ListMethod, kept: Kept): void {
    const before = kept.items;
    const coming = this.source.ask(method).then((items) => this.source.form(method, items));
    kept.coming = coming;
    kept.askedAt = Date.now();
    const isCurrent = (): boolean => this.#lists.get(method) === kept && kept.coming === coming;
    coming.then(
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
  }

  /** Clients that were given a list without this server's part are told when there is one, without asking. */
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

  /** @returns whether the list had failed before */
  #recovered(method: ListMethod): boolean {
    const failed = this.#failed.get(method);
    clearTimeout(failed?.timer);
    return this.#failed.delete(method);
  }
}

function isSame(some: readonly Item[], others: readonly Item[]): boolean {
  return some.length === others.length && some.every(({ json }, index) => json === others[index]?.json);
}
