import { LineReader } from "./line-reader";

/** One event of a text/event-stream. */
export interface StreamEvent {
  id?: string;
  data: string;
  /** Milliseconds before a reconnection. */
  retry?: number;
}

/** Reads text/event-stream (WHATWG), event by event. */
export class EventStreamParser {
  readonly #lines: LineReader;
  #begun = false;
  /** The last chunk ended with \r: a \n at the beginning of the next belongs to it. */
  #return = false;
  #data: string[] = [];
  #size = 0;
  #id: string | undefined;
  #retry: number | undefined;

  /** @param limit characters of one event's data */
  constructor(
    private readonly limit: number,
    private readonly event: (event: StreamEvent) => void,
  ) {
    this.#lines = new LineReader(limit, (line) => this.#line(line));
  }

  /** Characters of the event that is not complete yet. */
  get held(): number {
    return this.#size + this.#lines.held;
  }

  /** @returns false when an event is larger than the limit */
  push(chunk: string): boolean {
    let text = chunk;
    if (!this.#begun && text.startsWith("\uFEFF")) text = text.slice(1);
    if (this.#return && text.startsWith("\n")) text = text.slice(1);
    if (chunk !== "") {
      this.#begun = true;
      this.#return = chunk.endsWith("\r");
    }
    return this.#lines.push(text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text) && this.#size <= this.limit;
  }

  #line(line: string): void {
    if (line === "") {
      if (this.#data.length > 0 || this.#id !== undefined || this.#retry !== undefined) {
        this.event({ id: this.#id, data: this.#data.join("\n"), retry: this.#retry });
      }
      this.#data = [];
      this.#size = 0;
      this.#id = this.#retry = undefined;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length + 1;
    } else if (field === "id") this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.#retry = Number(value);
  }
}
