import { oneLine } from "../../../lib/plain-text";

/** Most characters shown of a line. */
const SHOWN = 80;
/** Most lines reported of one process, so that a server that prints a lot does not fill the log. */
const TOLD = 3;
const ID = /^"id"\s*:\s*("[^"\\]*"|-?\d+)/;

/**
 * Collects the lines on a server's standard output that are no messages. MCP forbids such lines and clients ignore
 * them, but the server's author needs to see them. `mcp-init check` has the same rules
 * (images/engine/mcp-init/stray.c).
 */
export class StrayLines {
  /** The first line that is not blank. */
  first: string | undefined;
  #count = 0;
  /** True when a line since the last lone `{` began with `"jsonrpc"`: probably a message over several lines. */
  #rpc = false;
  /** The id that such a message names, as it is written; undefined while it named none. */
  id: string | undefined;

  /** @param tell gets the first few lines, each cut and without control characters */
  constructor(private readonly tell: (line: string) => void) {}

  /**
   * Takes a line. @returns what is wrong with the way the server writes messages, when the line shows it; undefined
   * for any other line, which may be a harmless log
   */
  note(text: string): string | undefined {
    const line = oneLine(text.slice(0, 4 * SHOWN), SHOWN);
    if (line === "") return undefined;
    this.first ??= line;
    if (this.#count++ < TOLD) this.tell(line);
    if (line === "{") {
      this.#rpc = false;
      this.id = undefined;
    }
    if (line.startsWith('"jsonrpc"')) this.#rpc = true;
    if (this.#rpc) this.id ??= ID.exec(line)?.[1];
    if (/^content-length:/i.test(line)) return "it frames its messages with Content-Length, as language servers do";
    if (this.#rpc && /^"(?:result|error)"/.test(line)) return "its messages take several lines each";
    return undefined;
  }

  /** True once no more lines will be reported. */
  get isTold(): boolean {
    return this.#count >= TOLD;
  }

  /** The first line as the end of an error's sentence; empty when there was none. */
  get shown(): string {
    return this.first === undefined ? "" : `; it wrote a line that is no message: ${this.first}`;
  }
}
