import { BoundedMap } from "../../../lib/bounded-map";
import { refusalsIn, type Said, unescaped } from "./said";

/** Something that was said, how often, and when last. */
export interface Heard {
  said: Said;
  count: number;
  /** Milliseconds since 1970. */
  last: number;
}

/** Most servers, and most different refusals of each. */
const SERVERS = 256;
const MOST = 100;

/** Refusals that answers of servers told of: their tools' errors. Keeps the path or the host alone, never the text. */
export class HeardRefusals {
  readonly #servers = new BoundedMap<Map<string, Heard>>(SERVERS);

  /** @param answer an answer with an error, as JSON text */
  hear(server: string, answer: string, now = Date.now()): void {
    const all = refusalsIn(unescaped(answer));
    if (all.length === 0) return;
    const known = this.#servers.get(server) ?? new Map<string, Heard>();
    this.#servers.set(server, known);
    for (const said of all) {
      const key = `${said.kind} ${said.what}`;
      if (known.has(key) || known.size < MOST)
        known.set(key, { said, count: (known.get(key)?.count ?? 0) + 1, last: now });
    }
  }

  of(server: string): Heard[] {
    return [...(this.#servers.get(server)?.values() ?? [])];
  }

  /** A server that is gone takes what it said along. */
  forget(server: string): void {
    this.#servers.delete(server);
  }
}
