const NEWLINE = 10;

/** Cuts a stream of bytes into lines, empty ones too. */
export class LineReader {
  #parts: Buffer[] = [];
  #length = 0;

  /**
   * @param limit most bytes of one line
   * @param line takes each line, without its end; the bytes are its own
   */
  constructor(
    private readonly limit: number,
    private readonly line: (bytes: Buffer) => void,
  ) {}

  /** Bytes of the line that is not complete yet. */
  get held(): number {
    return this.#length;
  }

  /** The beginning of the line that is not complete yet, for messages. */
  get beginning(): Buffer | undefined {
    return this.#parts[0];
  }

  /** The line that is not complete yet. */
  get rest(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /**
   * Takes a chunk of bytes. It copies them, so the caller may use the chunk's memory again.
   * @returns false when a line is longer than the limit: reading cannot go on
   */
  push(chunk: Buffer): boolean {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const rest = chunk.subarray(from, end);
      const bytes = this.#length > 0 ? Buffer.concat([...this.#parts, rest]) : Buffer.from(rest);
      this.#parts = [];
      this.#length = 0;
      from = end + 1;
      if (bytes.length > this.limit) return false;
      this.line(bytes);
    }
    if (from < chunk.length) {
      this.#parts.push(Buffer.from(chunk.subarray(from)));
      this.#length += chunk.length - from;
    }
    return this.#length <= this.limit;
  }
}
