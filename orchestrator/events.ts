/** Something that happened, for GET /v1/events. */
export interface FleetEvent {
  /** Counts up from 1 since the orchestrator started. */
  id: number;
  /** RFC 3339. */
  time: string;
  /** `server.started`, `server.stopped`, `server.unhealthy`, `server.oom`, `session.opened`, `session.ended`, `tools.changed`, ... */
  type: string;
  server?: string;
  /** Words and numbers; no secret, no argument of a call. */
  data: Record<string, string | number | boolean>;
}

/** The latest events, and whoever listens to the next. */
export class Events {
  readonly #kept: FleetEvent[] = [];
  readonly #listeners = new Set<(event: FleetEvent) => void>();
  #last = 0;

  /** @param keep how many events a late listener can still get */
  constructor(private readonly keep = 512) {}

  /** Keeps an event and tells every listener. @param server undefined: of no one server */
  emit(type: string, server: string | undefined, data: FleetEvent["data"] = {}): void {
    const event: FleetEvent = { id: ++this.#last, time: new Date().toISOString(), type, server, data };
    this.#kept.push(event);
    if (this.#kept.length > this.keep) this.#kept.shift();
    for (const listener of this.#listeners) listener(event);
  }

  /** Kept events after the one with this id. */
  since(id: number): FleetEvent[] {
    return this.#kept.filter((event) => event.id > id);
  }

  /** Returns what ends the subscription. */
  subscribe(listener: (event: FleetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
