import { isDeepStrictEqual } from "node:util";
import { type CheckState, checksOf, type Service, TTL_SECONDS } from "./service";

/** Milliseconds after which a check is told again, though nothing changed: three signs of life in its time. */
const BEAT_MS = (TTL_SECONDS * 1_000) / 3;

/** Remembers what Consul was told of each check, and when. */
export class Beats {
  readonly #told = new Map<string, { state: CheckState; at: number }>();

  /** The checks of a service that have changed, or whose time is running out. */
  due(service: Service): [check: string, state: CheckState][] {
    return Object.entries(checksOf(service)).filter(([check, state]) => {
      const told = this.#told.get(check);
      return !told || !isDeepStrictEqual(told.state, state) || performance.now() - told.at >= BEAT_MS;
    });
  }

  told(check: string, state: CheckState): void {
    this.#told.set(check, { state, at: performance.now() });
  }

  /** A registration says nothing of why a check is as it is: that is to be told. */
  registered(service: Service): void {
    for (const check of Object.keys(checksOf(service))) this.#told.delete(check);
  }

  /** Forgets all but these services. */
  keep(services: readonly Service[]): void {
    const checks = new Set(services.flatMap((service) => Object.keys(checksOf(service))));
    for (const check of this.#told.keys()) if (!checks.has(check)) this.#told.delete(check);
  }
}
