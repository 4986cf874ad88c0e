import { GatewayError } from "../gateway-api";
import { BACKSLASH, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./ascii";
import { ErrorCode } from "./json-rpc";
import type { Span } from "./json-scan";

/** Bytes of a value that is parsed without being looked at: it cannot hold enough to matter. */
const SMALL = 64 * 1024;
/** Most bytes of a value that is parsed, or made a string of. The heap has 224 MiB, and JSON.parse needs both. */
export const PARSED_BYTES = 16 * 1024 * 1024;
/**
 * Most values within a value that is parsed: an empty array takes 3 bytes of JSON and about 50 of memory, so 20 MiB of
 * them end the process. This many take 10 MiB and 0.1 s.
 */
const PARSED_VALUES = 100_000;

/** Thrown for a value that would take too much memory or time to parse. Its message is passed on unparsed otherwise. */
export class TooMuch extends GatewayError {
  constructor(path: readonly string[], words: string) {
    super(400, ErrorCode.InvalidRequest, `${path.join(".") || "the message"}: ${words}, too much to be read`);
  }
}

/**
 * Checks that a value may be parsed. What a server or a client sends crosses the gateway in any size, but the few
 * values that the gateway itself reads are bounded.
 * @param bytes JSON that `scan` has checked
 * @param path of the value, for the error
 * @throws TooMuch
 */
export function checkParsable(bytes: Buffer, span: Span, path: readonly string[]): void {
  const size = span.end - span.start;
  if (size <= SMALL) return;
  checkBytes(span, path);
  if (holdsMore(bytes, span, PARSED_VALUES)) throw new TooMuch(path, `more than ${PARSED_VALUES} values`);
}

/** Checks that a value may be made a string of. @throws TooMuch */
export function checkBytes({ start, end }: Span, path: readonly string[]): void {
  if (end - start > PARSED_BYTES) throw new TooMuch(path, `more than ${PARSED_BYTES / 2 ** 20} MiB`);
}

/** Tells whether a value holds more values than `most`, at all levels together. */
function holdsMore(bytes: Buffer, { start, end }: Span, most: number): boolean {
  let count = 0;
  for (let at = start; at < end; at++) {
    const code = bytes[at];
    if (code === QUOTE) at = closingQuote(bytes, at);
    else if ((code === COMMA || code === OPEN_BRACE || code === OPEN_BRACKET) && ++count > most) return true;
  }
  return false;
}

/** @param at place of the opening quote @returns the place of the closing one */
function closingQuote(bytes: Buffer, at: number): number {
  for (let here = bytes.indexOf(QUOTE, at + 1); ; here = bytes.indexOf(QUOTE, here + 1)) {
    let escapes = here - 1;
    while (bytes[escapes] === BACKSLASH) escapes--;
    if ((here - escapes) % 2 === 1) return here;
  }
}
