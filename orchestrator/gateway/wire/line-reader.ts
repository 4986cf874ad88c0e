/** Cuts a stream of text into lines, empty ones too. */
export class LineReader {
  #parts: string[] = [];
  #length = 0;

  /** @param limit characters of one line */
  constructor(
    private readonly limit: number,
    private readonly line: (text: string) => void,
  ) {}

  /** Characters of the line that is not complete yet. */
  get held(): number {
    return this.#length;
  }

  /** @returns false when a line is longer than the limit: nothing after it can be understood */
  push(chunk: string): boolean {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      const rest = chunk.slice(from, end);
      const text = this.#length > 0 ? this.#parts.join("") + rest : rest;
      this.#parts = [];
      this.#length = 0;
      from = end + 1;
      if (text.length > this.limit) return false;
      this.line(text);
    }
    if (from < chunk.length) {
      this.#parts.push(from === 0 ? chunk : chunk.slice(from));
      this.#length += chunk.length - from;
    }
    return this.#length <= this.limit;
  }
}
