import { note } from "../output";

/** First line after so many milliseconds, more in this rhythm. */
const FIRST_MS = 2_000;
const NEXT_MS = 10_000;

/** Says on standard error how far a long copy is: what it is at, bytes, and bytes a second. */
export class Meter {
  readonly #began = Date.now();
  #told = this.#began + FIRST_MS - NEXT_MS;
  #bytes = 0;

  constructor(private readonly title: string) {}

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts what passes. @param what it is, as the line names it */
  async *count<Chunk extends Uint8Array>(chunks: AsyncIterable<Chunk>, what: string): AsyncGenerator<Chunk> {
    for await (const chunk of chunks) {
      this.#bytes += chunk.length;
      this.#tell(what);
      yield chunk;
    }
  }

  #tell(what: string): void {
    const now = Date.now();
    if (now - this.#told < NEXT_MS) return;
    this.#told = now;
    const seconds = (now - this.#began) / 1_000;
    note(`${this.title} ${what}: ${sizeText(this.#bytes)} so far, ${sizeText(this.#bytes / seconds)}/s`);
  }
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A number of bytes for people: `1.2 GiB`. */
export function sizeText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}
