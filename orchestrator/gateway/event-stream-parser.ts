/** One event of a text/event-stream. */
export interface StreamEvent {
  id?: string;
  data: string;
  /** Milliseconds before a reconnection. */
  retry?: number;
}

/** Reads text/event-stream (WHATWG), event by event. */
export class EventStreamParser {
  #buffer = "";
  #data: string[] = [];
  #id: string | undefined;
  #retry: number | undefined;

  constructor(private readonly event: (event: StreamEvent) => void) {}

  push(chunk: string): void {
    this.#buffer += chunk;
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(this.#buffer); // a \r at the end may be half of \r\n
      if (!end) return;
      this.#line(this.#buffer.slice(0, end.index));
      this.#buffer = this.#buffer.slice(end.index + end[0].length);
    }
  }

  #line(line: string): void {
    if (line === "") {
      if (this.#data.length > 0 || this.#id !== undefined || this.#retry !== undefined) {
        this.event({ id: this.#id, data: this.#data.join("\n"), retry: this.#retry });
      }
      this.#data = [];
      this.#id = this.#retry = undefined;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "data") this.#data.push(value);
    else if (field === "id") this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.#retry = Number(value);
  }
}
