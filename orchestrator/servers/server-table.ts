import { isDeepStrictEqual } from "node:util";
import { tellAll } from "../../lib/tell-all";
import type { Events } from "../events";
import type { Log } from "../log";
import type { ServerInfo, Servers } from "./server-info";
import { transitions } from "./transitions";

type Listener = Parameters<Servers["onChange"]>[0];

/** The known servers. Tells its listeners, and the events, what changes. */
export class ServerTable<Info extends ServerInfo> {
  readonly #servers = new Map<string, Info>();
  readonly #listeners = new Set<Listener>();

  constructor(
    private readonly events: Events,
    private readonly log: Log,
  ) {}

  /** Sorted by name. */
  list(): Info[] {
    return [...this.#servers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The server of this name; undefined when there is none. */
  get(name: string): Info | undefined {
    return this.#servers.get(name);
  }

  /** Tells the listener of each change. @returns what ends that */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts a server in, or takes it out with `undefined`. Nothing happens when nothing changed. */
  set(name: string, current: Info | undefined): void {
    const previous = this.#servers.get(name);
    if (isDeepStrictEqual(previous, current)) return;
    if (current) this.#servers.set(name, current);
    else this.#servers.delete(name);
    for (const { type, data } of transitions(previous, current)) this.events.emit(type, name, data);
    tellAll(this.#listeners, [name, current, previous], (error) =>
      this.log.error({ error }, "servers: a listener failed"),
    );
  }
}
