import { ServerStatus } from "../../../api/server-status";
import { milliseconds } from "../../../lib/durations";
import { oneLine } from "../../../lib/plain-text";
import type { ServerInfo } from "../server-info";

/** Opens a session with a server as a client does, and says what is wrong; undefined: it answers. Never rejects. */
export type Check = (name: string) => Promise<string | undefined>;

export interface Known {
  get(name: string): ServerInfo | undefined;
  set(server: ServerInfo): void;
}

/** What is known of one server's checks. */
interface Course {
  generation: string;
  failures: number;
  /** Milliseconds until the next check. */
  wait: number;
  timer?: NodeJS.Timeout;
}

/** Characters of a reason: servers write its text. */
const REASON = 300;

/**
 * Asks each remote server as its manifest's `health` says: every `startInterval`, doubled each time up to `interval`,
 * until it first answers, then every `interval`. It is unhealthy after `retries` failures in a row.
 */
export class RemoteHealth {
  readonly #courses = new Map<string, Course>();
  #check: Check | undefined;

  constructor(private readonly known: Known) {}

  /** Checks begin. */
  checkBy(check: Check, servers: ServerInfo[]): void {
    this.#check = check;
    for (const server of servers) this.begin(server);
  }

  /** Checks a server anew, because it is new or declared otherwise. */
  begin({ name, generation, manifest }: ServerInfo): void {
    this.forget(name);
    if (!this.#check) return;
    const course = { generation, failures: 0, wait: milliseconds(manifest.health.startInterval) };
    this.#courses.set(name, course);
    void this.#ask(name, course);
  }

  forget(name: string): void {
    clearTimeout(this.#courses.get(name)?.timer);
    this.#courses.delete(name);
  }

  close(): void {
    for (const name of [...this.#courses.keys()]) this.forget(name);
  }

  /** Checks once, and sets the timer for the next time. Never rejects, as the check does not. */
  async #ask(name: string, course: Course): Promise<void> {
    const wrong = await this.#check?.(name);
    const server = this.known.get(name);
    if (!server || this.#courses.get(name) !== course) return; // gone, or declared otherwise
    const { interval, retries } = server.manifest.health;
    const most = milliseconds(interval);
    course.failures = wrong === undefined ? 0 : course.failures + 1;
    const isLost = course.failures >= retries;
    const { reason: _before, ...rest } = server;
    if (wrong === undefined) this.known.set({ ...rest, status: ServerStatus.Running });
    else {
      const reason = oneLine(wrong, REASON);
      this.known.set({ ...rest, reason, status: isLost ? ServerStatus.Unhealthy : server.status });
    }
    course.wait = wrong === undefined || isLost ? most : Math.min(course.wait * 2, most);
    course.timer = setTimeout(() => void this.#ask(name, course), course.wait).unref();
  }
}
