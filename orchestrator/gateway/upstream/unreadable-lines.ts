import { OPEN_BRACE, QUOTE } from "../wire/ascii";
import { Frame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
import { skipSpace } from "../wire/json-tokens";
import { brokenAnswer } from "./broken-answers";
import { StrayLines } from "./stray-lines";

/** Bytes of a line that is no message that are looked at. */
const NOTED = 4 * 1024;

/** What lines that are no messages show. */
export interface Unreadable {
  /** The error for a request whose answer cannot be read. */
  answer?: ResponseFrame;
  /** How the server frames its messages instead: none will ever be read. */
  framing?: string;
}

/** Takes a process's lines that are no messages, and finds out which of them were to be one. */
export class UnreadableLines {
  readonly #stray: StrayLines;
  #foreign = false;

  /**
   * @param server name of the server, for error messages
   * @param asked the requests without an answer: each id, and how it was written
   * @param tell gets the first few lines
   */
  constructor(
    private readonly server: string,
    private readonly asked: ReadonlyMap<RequestId, string>,
    tell: (line: string) => void,
  ) {
    this.#stray = new StrayLines(tell);
  }

  /** True when the server frames its messages in another way, as it seems. */
  get isForeign(): boolean {
    return this.#foreign;
  }

  /** The first line as the end of an error's sentence; undefined when there was none. */
  get shown(): string | undefined {
    return this.#stray.first === undefined ? undefined : this.#stray.shown;
  }

  /**
   * @param isSilent true before the server's first message
   * @param error says where the line goes wrong; undefined when it was not read
   */
  take(line: Buffer, isSilent: boolean, error?: unknown): Unreadable {
    const framing = this.#framing(line, isSilent);
    if (framing === undefined) return { answer: brokenAnswer(this.server, line, error, this.asked) };
    if (!isSilent) return { answer: this.#spread(framing) };
    this.#foreign = true;
    return { framing: `${framing}, expected one line each` };
  }

  #framing(line: Buffer, isSilent: boolean): string | undefined {
    if (line.length === 0 || this.#foreign) return undefined;
    if (!isSilent && this.#stray.isTold && !mayBeOfMessage(line)) return undefined;
    return this.#stray.note(line.toString("utf8", 0, NOTED));
  }

  /** The error for the request that a message over several lines answers, as far as that can be told. */
  #spread(framing: string): ResponseFrame | undefined {
    const written = [...this.asked.values()];
    const { id = written.length === 1 ? written[0] : undefined } = this.#stray;
    if (id === undefined || !written.includes(id)) return undefined;
    const words = `server ${this.server}: ${framing}, expected one line each`;
    return Frame.error(id, ErrorCode.ServerUnavailable, words);
  }
}

/** Tells by a line's first byte whether it can be one of a message over several lines. */
function mayBeOfMessage(line: Buffer): boolean {
  const first = line[skipSpace(line, 0)];
  return first === OPEN_BRACE || first === QUOTE;
}
