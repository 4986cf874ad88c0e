import { tellAll } from "../lib/tell-all";

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

/** Keeps the latest events, and tells listeners of new ones. */
export class Events {
  readonly #kept: FleetEvent[] = [];
  readonly #listeners = new Set<(event: FleetEvent) => void>();
  #last = 0;

  /**
   * @param failed called when a listener throws; the other listeners and the caller of `emit` go on
   * @param keep number of events that a late listener can still get
   */
  constructor(
    private readonly failed: (error: Error) => void,
    private readonly keep = 512,
  ) {}

  /** Keeps an event and tells every listener. @param server undefined: the event is about no single server */
  emit(type: string, server: string | undefined, data: FleetEvent["data"] = {}): void {
    const event: FleetEvent = { id: ++this.#last, time: new Date().toISOString(), type, server, data };
    this.#kept.push(event);
    if (this.#kept.length > this.keep) this.#kept.shift();
    tellAll(this.#listeners, [event], this.failed);
  }

  /** Returns the kept events after the one with this id. */
  since(id: number): FleetEvent[] {
    return this.#kept.filter((event) => event.id > id);
  }

  /** Subscribes. @returns a function that ends the subscription */
  subscribe(listener: (event: FleetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
