// The smallest parts of JSON, in bytes of UTF-8: texts, numbers, words, and the spaces between.

const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const BACKSLASH = 92;
const SMALL_E = 101;
const SMALL_U = 117;

/** Bytes that stand for themselves within a text. Tables are as fast as anything here, and this runs for every byte. */
const PLAIN = table((code) => code >= 32 && code !== QUOTE && code !== BACKSLASH);
const SHORT_ESCAPE = table((code) => '"\\/bfnrt'.includes(String.fromCharCode(code)));
const HEX = table((code) => /[0-9a-fA-F]/.test(String.fromCharCode(code)));
const WORDS = ["true", "false", "null"].map((word) => Buffer.from(word));

/** Bytes that are no JSON. */
export class NoJson extends Error {
  constructor(bytes: Buffer, at: number, found = at < bytes.length ? shown(bytes, at) : "its end") {
    super(`got ${found} at byte ${at + 1}`);
  }
}

/** @returns the first byte that is no space: JSON has four kinds of them */
export function skipSpace(bytes: Buffer, at: number): number {
  let here = at;
  let code = bytes[here];
  while (code === 32 || code === 10 || code === 13 || code === 9) code = bytes[++here];
  return here;
}

/** @returns behind a text, a number or a word. @throws NoJson */
export function checkScalar(bytes: Buffer, at: number): number {
  const code = bytes[at];
  if (code === QUOTE) return checkString(bytes, at);
  if (code === MINUS || isDigit(code)) return checkNumber(bytes, at);
  for (const word of WORDS) if (word.equals(bytes.subarray(at, at + word.length))) return at + word.length;
  throw new NoJson(bytes, at);
}

/** @param at the opening quote @returns behind the closing one. @throws NoJson */
export function checkString(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) throw new NoJson(bytes, at);
  let here = at + 1;
  for (;;) {
    while (PLAIN[bytes[here] as number] === 1) here++;
    if (bytes[here] === QUOTE) return here + 1;
    if (bytes[here] !== BACKSLASH) throw new NoJson(bytes, here); // a control character, or the end
    here = checkEscape(bytes, here + 1);
  }
}

/** @param at behind the backslash */
function checkEscape(bytes: Buffer, at: number): number {
  const code = bytes[at] as number;
  if (SHORT_ESCAPE[code] === 1) return at + 1;
  if (code !== SMALL_U) throw new NoJson(bytes, at);
  for (let here = at + 1; here <= at + 4; here++) if (HEX[bytes[here] as number] !== 1) throw new NoJson(bytes, here);
  return at + 5;
}

function checkNumber(bytes: Buffer, at: number): number {
  let here = bytes[at] === MINUS ? at + 1 : at;
  here = bytes[here] === ZERO ? here + 1 : checkDigits(bytes, here);
  if (bytes[here] === DOT) here = checkDigits(bytes, here + 1);
  if (((bytes[here] ?? 0) | 32) === SMALL_E) {
    const sign = bytes[here + 1];
    here = checkDigits(bytes, sign === PLUS || sign === MINUS ? here + 2 : here + 1);
  }
  return here;
}

/** One digit at least. */
function checkDigits(bytes: Buffer, at: number): number {
  let here = at;
  while (isDigit(bytes[here])) here++;
  if (here === at) throw new NoJson(bytes, at);
  return here;
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= ZERO && code <= NINE;
}

function table(test: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (test(code) ? 1 : 0));
}

/** The character at a place, for people. */
function shown(bytes: Buffer, at: number): string {
  return JSON.stringify([...bytes.subarray(at, at + 4).toString("utf8")][0]);
}
