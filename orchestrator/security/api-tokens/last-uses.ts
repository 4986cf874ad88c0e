import { readUses, writeJson } from "./token-file";

/** Milliseconds between writes, while tokens are in use. */
const WRITE_MS = 60_000;

/** When each token was last used. It is kept in memory, and written once a minute at most. */
export class LastUses {
  readonly #uses: Map<string, number>;
  readonly #timer: NodeJS.Timeout;
  #isChanged = false;

  /**
   * @param failed called when it cannot be written
   * @throws Error when the file holds something else
   */
  constructor(
    private readonly file: string,
    private readonly failed: (error: Error) => void,
  ) {
    this.#uses = new Map(Object.entries(readUses(file)));
    this.#timer = setInterval(() => this.#write(), WRITE_MS);
    this.#timer.unref();
  }

  /** Notes a use. It is called for each request. */
  note(principal: string): void {
    this.#uses.set(principal, Date.now());
    this.#isChanged = true;
  }

  /** Returns milliseconds since 1970; undefined when no use is known. */
  of(principal: string): number | undefined {
    return this.#uses.get(principal);
  }

  forget(principal: string): void {
    this.#isChanged = this.#uses.delete(principal) || this.#isChanged;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#write();
  }

  #write(): void {
    if (!this.#isChanged) return;
    try {
      writeJson(this.file, Object.fromEntries(this.#uses));
      this.#isChanged = false;
    } catch (error) {
      this.failed(error as Error);
    }
  }
}
