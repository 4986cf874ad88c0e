import type { JsonObject } from "../json-rpc";
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
  return method in LISTS;
}

/** Milliseconds after which a list is asked for again although nobody said that it changed. */
const FRESH_MS = 5 * 60_000;
/** After a failure. */
const RETRY_MS = 5_000;

/** One item of a list, as clients of all servers' URL see it. */
export interface Item {
  /** As the server calls it. */
  name: string;
  json: string;
}

interface Kept {
  items: Promise<Item[]>;
  until: number;
}

/** A server's lists as they were last seen: asked for when they are needed, and again when they changed. */
export class ListCache {
  readonly #lists = new Map<ListMethod, Kept>();

  /** @param ask gets all items of a list from the server; `seen` is told of them */
  constructor(
    private readonly server: string,
    private readonly ask: (method: ListMethod, key: string) => Promise<JsonObject[]>,
    private readonly seen: (method: ListMethod, items: JsonObject[]) => void,
  ) {}

  get(method: ListMethod): Promise<Item[]> {
    const kept = this.#lists.get(method);
    if (kept && kept.until > Date.now()) return kept.items;
    const fresh: Kept = {
      until: Date.now() + FRESH_MS,
      items: this.ask(method, LISTS[method].key).then((items) => {
        this.seen(method, items);
        return items.map((item) => ({ name: String(item.name), json: JSON.stringify(outerItem(this.server, item)) }));
      }),
    };
    fresh.items.catch(() => {
      fresh.until = Date.now() + RETRY_MS;
    });
    this.#lists.set(method, fresh);
    return fresh.items;
  }

  /** Forgets the lists that a notification concerns; without one, all. */
  stale(notification?: string): void {
    for (const method of [...this.#lists.keys()]) {
      if (notification === undefined || LISTS[method].changed === notification) this.#lists.delete(method);
    }
  }
}
