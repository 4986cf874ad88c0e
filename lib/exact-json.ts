import { afterString } from "./json-size";

/** A number that no double can hold, as it was written. JSON.stringify writes it the same way again. */
export interface ExactNumber {
  readonly rawJSON: string;
}

// TypeScript does not know them yet.
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): ExactNumber;
  isRawJSON(value: unknown): value is ExactNumber;
};

/** Matches text that may hold a number that a double would change: many digits, or an exponent. */
const DOUBTFUL = /(?:\d\.?){16}|\d[eE]/;
/** The only key of the objects that stand for such numbers while the rest is parsed. Nobody outside can know it. */
const MARK: string = crypto.getRandomValues(new Uint32Array(4)).join("-");

/**
 * JSON.parse that changes no number: one that no double can hold (9007199254740993, 1e400) becomes an ExactNumber. It
 * takes two or three times as long as JSON.parse. (A reviver takes up to 100 times as long, and fails in deep texts.)
 * @throws SyntaxError
 */
export function parseExactly(text: string): unknown {
  if (!DOUBTFUL.test(text)) return JSON.parse(text);
  const marked = mark(text);
  return marked === text ? JSON.parse(text) : unmarked(JSON.parse(marked));
}

/** Puts objects in the place of the numbers that no double can hold. */
function mark(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = afterString(text, at);
    else if (code === MINUS || isDigit(code)) {
      const start = at++;
      while (isDigit(text.charCodeAt(at))) at++;
      if (at - start < SAFE && !OF_NUMBERS.has(text.charCodeAt(at))) continue;
      at = afterNumber(text, at);
      const number = text.slice(start, at);
      if (isKept(number)) continue;
      pieces.push(text.slice(from, start), `{"${MARK}":"${number}"}`);
      from = at;
    } else at++;
  }
  return from === 0 ? text : pieces.join("") + text.slice(from);
}

function afterNumber(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); isDigit(code) || OF_NUMBERS.has(code); code = text.charCodeAt(at)) at++;
  return at;
}

/** Puts exact numbers in the place of the objects that stand for them, at any depth. */
function unmarked(root: unknown): unknown {
  const around = [root];
  const open: object[] = [around];
  for (let holder = open.pop(); holder; holder = open.pop()) {
    const values = holder as Record<string, unknown>;
    for (const key in values) {
      const value = values[key];
      if (typeof value !== "object" || value === null) continue;
      const number = (value as Record<string, unknown>)[MARK];
      if (typeof number === "string") values[key] = rawJSON(number);
      else open.push(value);
    }
  }
  return around[0];
}

const QUOTE = 34;
const MINUS = 45;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** What is in numbers beside digits. */
const OF_NUMBERS = new Set([..."+-.eE"].map((character) => character.charCodeAt(0)));

/** True for a number that no double can hold; it is an object, but no mapping. */
export function isExactNumber(value: unknown): value is ExactNumber {
  return isRawJSON(value);
}

/** True for a number that a double holds as it is written, and for what is no number: JSON.parse says so. */
function isKept(source: string): boolean {
  const [number, , whole = "", fraction = "", exponent = "0"] = NUMBER.exec(source) ?? [];
  if (number === undefined) return true;
  if (whole.length + fraction.length < SAFE && Math.abs(Number(exponent)) < SAFE_EXPONENT) return true;
  return decimal(source) === decimal(String(Number(source)));
}

const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;
/** Digits, and exponent, below which a double holds every number. Its own limits are 15 digits and 10 to the 308th. */
const SAFE = 16;
const SAFE_EXPONENT = 200;
/** Longest number, and longest exponent, to compare with a double; in characters. */
const LONGEST = 1_000;
const LONGEST_EXPONENT = 12;

/**
 * Returns one text for all ways to write a number. Returns text that is no number, or too long to compare, unchanged.
 */
function decimal(text: string): string {
  if (text.length > LONGEST) return text;
  const [, sign = "", whole, fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  if (whole === undefined || exponent.length > LONGEST_EXPONENT) return text;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return significant === "" ? "0" : `${sign}${significant}e${power}`;
}

/** True for a number, exact or not, without a fraction. */
export function isWhole(value: unknown): boolean {
  return isExactNumber(value) ? !decimal(value.rawJSON).includes("e-") : Number.isInteger(value);
}
