// The smallest parts of JSON: texts, numbers, words, and the spaces between.

const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const BACKSLASH = 92;
const SMALL_E = 101;
const SPACE = 32;
const SHORT_ESCAPES = [...'"\\/bfnrt'].map((letter) => letter.charCodeAt(0));
const LONG_ESCAPE = /u[0-9a-fA-F]{4}/y;
const WORD = /true|false|null/y;

/** Text that is no JSON. */
export class NoJson extends Error {
  constructor(text: string, at: number, found = at < text.length ? JSON.stringify(text[at]) : "its end") {
    super(`got ${found} at character ${at + 1}`);
  }
}

/** @returns the first character that is no space: JSON has four kinds of them */
export function skipSpace(text: string, at: number): number {
  let here = at;
  let code = text.charCodeAt(here);
  while (code === SPACE || code === 10 || code === 13 || code === 9) code = text.charCodeAt(++here);
  return here;
}

/** @returns behind a string, a number or a word. @throws NoJson */
export function checkScalar(text: string, at: number, code: number): number {
  if (code === QUOTE) return checkString(text, at);
  if (code === MINUS || isDigit(code)) return checkNumber(text, at);
  WORD.lastIndex = at;
  if (!WORD.test(text)) throw new NoJson(text, at);
  return WORD.lastIndex;
}

/** Characters of a string that are looked at one by one, before Node's own search, which is faster, is worth its call. */
const NEAR = 48;
/** What a string must not hold as it is, or what begins an escape. */
const SPECIAL = /[^ -[\]-\uffff]/g;
/** Where the next of them stands, once it was searched for: so that a text is searched once, not once for each string. */
let special = -1;

/** Another text is read from now on. */
export function beginText(): void {
  special = -1;
}

/** @param at the opening quote @returns behind the closing one. @throws NoJson */
export function checkString(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) throw new NoJson(text, at);
  let here = at + 1;
  let quote = -1;
  for (;;) {
    const far = here + NEAR;
    let code = text.charCodeAt(here);
    while (code !== QUOTE && code !== BACKSLASH && code >= SPACE && here < far) code = text.charCodeAt(++here);
    if (here === far) {
      if (quote < here) quote = text.indexOf('"', here);
      if (special < here) {
        SPECIAL.lastIndex = here;
        special = SPECIAL.test(text) ? SPECIAL.lastIndex - 1 : text.length;
      }
      here = Math.min(special, quote < 0 ? text.length : quote);
      code = text.charCodeAt(here);
    }
    if (code === QUOTE) return here + 1;
    if (code !== BACKSLASH) throw new NoJson(text, here); // a control character, or the end
    here = checkEscape(text, here + 1);
  }
}

/** @param at behind the backslash */
function checkEscape(text: string, at: number): number {
  if (SHORT_ESCAPES.includes(text.charCodeAt(at))) return at + 1;
  LONG_ESCAPE.lastIndex = at;
  if (!LONG_ESCAPE.test(text)) throw new NoJson(text, at);
  return at + 5;
}

function checkNumber(text: string, at: number): number {
  let here = text.charCodeAt(at) === MINUS ? at + 1 : at;
  here = text.charCodeAt(here) === ZERO ? here + 1 : checkDigits(text, here);
  if (text.charCodeAt(here) === DOT) here = checkDigits(text, here + 1);
  if ((text.charCodeAt(here) | 32) === SMALL_E) {
    const sign = text.charCodeAt(here + 1);
    here = checkDigits(text, sign === PLUS || sign === MINUS ? here + 2 : here + 1);
  }
  return here;
}

/** One digit at least. */
function checkDigits(text: string, at: number): number {
  let here = at;
  while (isDigit(text.charCodeAt(here))) here++;
  if (here === at) throw new NoJson(text, at);
  return here;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
