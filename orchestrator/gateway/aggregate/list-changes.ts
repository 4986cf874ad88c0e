import { tellAll } from "../../../lib/tell-all";

/** Least milliseconds between two equal `list_changed` notifications to a listener. */
const QUIET_MS = 250;

/** Takes a notification's method, such as `notifications/tools/list_changed`. */
type Listener = (notification: string) => void;

/** Tells the clients of all servers' URL that a merged list changed. */
export class ListChanges {
  readonly #listeners = new Set<Listener>();

  /** @param failed called when a listener throws */
  constructor(private readonly failed: (notification: string, error: Error) => void) {}

  /** True while a client listens. */
  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Tells all listeners that a list changed. */
  changed(notification: string): void {
    tellAll(this.#listeners, [notification], (error) => this.failed(notification, error));
  }

  /**
   * Subscribes to changed lists. A listener hears the first of many equal notifications at once, and then at most one
   * each 250 ms: a fleet that starts sends many.
   * @returns a function that ends the subscription
   */
  onChanged(listener: Listener): () => void {
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
}
