import { type JsonObject, textOr } from "../wire/json-rpc";
import { outerItem } from "./names";

/** The lists that servers have, by method: the key of their items, and the notification that says they changed. */
export const LISTS = {
  "tools/list": { key: "tools", changed: "notifications/tools/list_changed" },
  "prompts/list": { key: "prompts", changed: "notifications/prompts/list_changed" },
  "resources/list": { key: "resources", changed: "notifications/resources/list_changed" },
  "resources/templates/list": { key: "resourceTemplates", changed: "notifications/resources/list_changed" },
} as const;
export type ListMethod = keyof typeof LISTS;

/** The notifications that say that a list changed. */
export const CHANGES: readonly string[] = [...new Set(Object.values(LISTS).map(({ changed }) => changed))];

export function isList(method: string): method is ListMethod {
  return Object.hasOwn(LISTS, method);
}

/** Milliseconds after which a list is asked for again although nobody said that it changed. */
const FRESH_MS = 5 * 60_000;
/** After a failure, and after more of them. */
const RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;

/** One item of a list, as clients of all servers' URL see it. */
export interface Item {
  /** As the server calls it. */
  name: string;
  json: string;
}

/** A list, or the wait for it. */
export interface Kept {
  items: Promise<Item[]>;
  /** Milliseconds since 1970. */
  askedAt: number;
  until: number;
  /** Somebody went on without it. */
  late?: boolean;
}

/** A server's lists as they were last seen: asked for when they are needed, and again when they changed. */
export class ListCache {
  readonly #lists = new Map<ListMethod, Kept>();
  /** Lists whose last answer was a failure, and the next attempt. */
  readonly #failed = new Map<ListMethod, { timer: NodeJS.Timeout; wait: number }>();

  /**
   * @param ask gets all items of a list from the server; `seen` is told of them
   * @param back told when a list that had failed is there
   */
  constructor(
    private readonly server: string,
    private readonly ask: (method: ListMethod, key: string) => Promise<JsonObject[]>,
    private readonly seen: (method: ListMethod, items: JsonObject[]) => void,
    private readonly back: (notification: string) => void,
  ) {}

  get(method: ListMethod): Promise<Item[]> {
    return this.kept(method).items;
  }

  kept(method: ListMethod): Kept {
    const kept = this.#lists.get(method);
    if (kept && kept.until > Date.now()) return kept;
    const fresh: Kept = {
      askedAt: Date.now(),
      until: Date.now() + FRESH_MS,
      items: this.ask(method, LISTS[method].key).then((items) => {
        this.seen(method, items);
        return items.map((item) => ({
          name: textOr(item.name, ""),
          json: JSON.stringify(outerItem(this.server, item)),
        }));
      }),
    };
    fresh.items.then(
      () => this.#recovered(method),
      () => {
        fresh.until = Date.now() + RETRY_MS;
        this.#askAgain(method);
      },
    );
    this.#lists.set(method, fresh);
    return fresh;
  }

  close(): void {
    for (const { timer } of this.#failed.values()) clearTimeout(timer);
  }

  /** Clients that were given a list without this server's part are told when there is one, without asking. */
  #askAgain(method: ListMethod): void {
    const { timer: old, wait = RETRY_MS } = this.#failed.get(method) ?? {};
    clearTimeout(old);
    const timer = setTimeout(() => void this.get(method).catch(() => {}), wait + 10).unref();
    this.#failed.set(method, { timer, wait: Math.min(2 * wait, LAST_RETRY_MS) });
  }

  #recovered(method: ListMethod): void {
    const failed = this.#failed.get(method);
    if (!failed) return;
    clearTimeout(failed.timer);
    this.#failed.delete(method);
    this.back(LISTS[method].changed);
  }

  /** Forgets the lists that a notification concerns; without one, all. */
  stale(notification?: string): void {
    for (const method of [...this.#lists.keys()]) {
      if (notification === undefined || LISTS[method].changed === notification) this.#lists.delete(method);
    }
  }
}
