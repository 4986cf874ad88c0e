import { Frame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
import { excerpt } from "./http-signs";
import { who } from "./odd-answers";

/** Most bytes of a text that are looked at for what it was to be. */
const LOOKED_AT = 4 * 1024;
const RPC = '"jsonrpc"';
/** How a message begins within other text. */
const BEGIN = /\{\s*"(?:jsonrpc|id|result|error|method|params)"\s*:/g;
/** Bytes of a text by which its encoding is told. */
const SAMPLE = 64;
/** Byte order marks of UTF-16. */
const MARKS = [0xff, 0xfe];

/**
 * Returns the error for a text that was to be an answer and cannot be read as one: it holds NaN, as Python writes it,
 * other text stands before it on its line, or it is in UTF-16. No other answer will come.
 * @param error says where the text goes wrong; undefined when it was not read, as it does not begin like a message
 * @returns undefined when the text does not look like an answer, or like one to no request
 */
export function brokenAnswer(
  server: string,
  text: Buffer,
  error: unknown,
  asked: ReadonlyMap<RequestId, string>,
): ResponseFrame | undefined {
  if (asked.size === 0) return undefined;
  const isWide = isOfWideCharacters(text);
  if (!isWide && !text.subarray(0, LOOKED_AT).includes(RPC)) return undefined; // floods come this far
  const beginning = isWide ? narrowed(text) : text.toString("latin1", 0, LOOKED_AT);
  const at = answerIn(beginning);
  if (at === undefined) return undefined;
  const id = idIn(isWide ? undefined : text.subarray(at), beginning.slice(at), asked);
  if (id === undefined) return undefined;
  const isAlone = beginning.slice(0, at).trim() === "";
  const why = isWide
    ? "is in UTF-16 or UTF-32, expected UTF-8"
    : isAlone
      ? `is no JSON${error instanceof Error ? `, ${error.message}` : ""}`
      : "has other text before it, expected the message alone on its line";
  const words = `${who(server)}: its answer ${why}${excerpt(isWide ? Buffer.from(beginning) : text)}`;
  return Frame.error(id, ErrorCode.ServerUnavailable, words);
}

/** Returns where an answer begins: other text may stand before it, and messages that are none. */
function answerIn(text: string): number | undefined {
  const places = [...text.matchAll(BEGIN)].map(({ index }) => index);
  return places.find((at, nth) => {
    const piece = text.slice(at, places[nth + 1]);
    return piece.includes(RPC) && !/"method"\s*:/.test(piece);
  });
}

/** Returns the open request that a text answers, as its id was written; the only one when the text does not tell. */
function idIn(
  message: Buffer | undefined,
  beginning: string,
  asked: ReadonlyMap<RequestId, string>,
): string | undefined {
  const [, found] = /"id"\s*:\s*("[^"\\]*"|-?\d+)/.exec(beginning) ?? [];
  const written = [...asked.values()];
  const id = found ?? (message && readId(message));
  return id !== undefined && written.includes(id) ? id : asked.size === 1 ? written[0] : undefined;
}

/** The id of a message, wherever it stands; undefined when it cannot be read either. */
function readId(message: Buffer): string | undefined {
  try {
    return Frame.read(message).raw("id");
  } catch {
    return undefined;
  }
}

/** True for UTF-16 and UTF-32: of an ASCII character they leave one byte in two or four. */
function isOfWideCharacters(text: Buffer): boolean {
  const sample = text.subarray(0, SAMPLE);
  if (!sample.includes(0)) return false;
  return sample.reduce((zeros, byte) => zeros + (byte === 0 ? 1 : 0), 0) * 3 >= sample.length;
}

function narrowed(text: Buffer): string {
  const bytes = text.subarray(0, 4 * LOOKED_AT).filter((byte) => byte !== 0 && !MARKS.includes(byte));
  return Buffer.from(bytes).toString("latin1", 0, LOOKED_AT);
}
