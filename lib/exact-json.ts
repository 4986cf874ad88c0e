/** A number that no double can hold, as it was written; JSON.stringify writes it so again. */
export interface ExactNumber {
  readonly rawJSON: string;
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
// TypeScript does not know them yet, nor does Node before 22: there numbers are doubles.
const { parse, rawJSON, isRawJSON } = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): ExactNumber;
  isRawJSON?(value: unknown): value is ExactNumber;
};

/** What may stand for a number that a double would change: many digits, or an exponent. */
const DOUBTFUL = /(?:\d\.?){16}|\d[eE]/;

/**
 * JSON.parse that changes no number: one that no double can hold (9007199254740993, 1e400) becomes an ExactNumber.
 * @throws SyntaxError
 */
export function parseExactly(text: string): unknown {
  if (!isRawJSON || !DOUBTFUL.test(text)) return JSON.parse(text);
  return parse(text, (_key, value, { source = "" }) => (typeof value === "number" ? exactly(value, source) : value));
}

/** True for a number that no double can hold; it is an object, but no mapping. */
export function isExactNumber(value: unknown): value is ExactNumber {
  return isRawJSON?.(value) ?? false;
}

/** A number as it was read, or as it was written when that is another one. @param source a number of JSON */
function exactly(value: number, source: string): number | ExactNumber {
  return !isRawJSON || decimal(source) === decimal(String(value)) ? value : rawJSON(source);
}

/** Longest number, and longest exponent, that is compared with a double; in characters. */
const LONGEST = 1_000;
const LONGEST_EXPONENT = 12;

/** One text for all ways of writing a number. Hands back a text that is no number, or too long to be compared. */
function decimal(text: string): string {
  if (text.length > LONGEST) return text;
  const [, sign = "", whole, fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
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
