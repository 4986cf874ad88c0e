import { readFile } from "node:fs/promises";
import type { StoredToken } from "../../config/orchestrator-config";
import { parseTokens } from "../config";

const EVERY_MS = 1_000;

/** What to do with what the file holds. */
interface Taking {
  /** Called with the tokens when they have changed. */
  take(tokens: StoredToken[]): void;
  /** Called once for each content that is no list of tokens. */
  warn(reason: string): void;
}

/**
 * Looks at the file of the tokens every second: the stack writes it anew when a value changes. A file that is missing, or
 * half written, changes nothing.
 */
export class StackTokenFile {
  #refused = "";
  #timer: NodeJS.Timeout | undefined;

  /** @param known what was read from it at the start */
  constructor(
    private readonly file: string,
    private known: StoredToken[],
    private readonly taking: Taking,
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.look(), EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Looks once. Never rejects. */
  async look(): Promise<void> {
    const text = await readFile(this.file, "utf8").catch(() => "");
    if (text === "" || text === this.#refused) return;
    try {
      const tokens = parseTokens(text);
      if (JSON.stringify(tokens) === JSON.stringify(this.known)) return;
      this.known = tokens;
      this.taking.take(tokens);
    } catch (error) {
      this.#refused = text;
      this.taking.warn((error as Error).message);
    }
  }
}
