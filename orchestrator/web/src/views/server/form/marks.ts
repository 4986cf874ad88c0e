import { isExactNumber, parseExactly } from "../../../../../../lib/exact-json";
import { isMapping } from "../../../../../../lib/mapping";

/** A beginning that no text of a server or a person has: it is made anew for each load of the page. */
const made = (what: string): string =>
  `${what}-${[...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-")}:`;

/** Begins the texts that stand for numbers which no double can hold: a form library knows texts, and copies objects. */
const EXACT = made("exact");
/** Begins the texts that stand for what somebody typed that is no number, or no JSON. */
const WRONG = made("wrong");

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

/** The value that a typed number stands for in a form's data; undefined for an empty text. */
export function numberOf(text: string): unknown {
  const typed = text.trim();
  if (typed === "") return undefined;
  return NUMBER.test(typed) ? marked(parseExactly(typed)) : wrong(text);
}

/** What somebody typed that cannot be sent as it is. */
export function wrong(text: string): string {
  return WRONG + text;
}

/** True for what cannot be sent. */
export function isWrong(value: unknown): value is string {
  return typeof value === "string" && value.startsWith(WRONG);
}

/** A number, or what was typed in place of one, as it was typed. */
export function typedText(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = String(value);
  const mark = [EXACT, WRONG].find((one) => text.startsWith(one));
  return mark === undefined ? text : text.slice(mark.length);
}

/** A JSON value as a form's data: the numbers that no double can hold are texts in it. */
export function marked(value: unknown): unknown {
  if (isExactNumber(value)) return EXACT + value.rawJSON;
  if (Array.isArray(value)) return value.map(marked);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, marked(part)]));
}

/** A form's data for checks: doubles in place of the texts that stand for numbers. */
export function unmarked(value: unknown): unknown {
  if (typeof value === "string" && value.startsWith(EXACT)) return Number(value.slice(EXACT.length));
  if (Array.isArray(value)) return value.map(unmarked);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unmarked(part)]));
}

const QUOTED = new RegExp(`"${EXACT}([-+.eE\\d]+)"`, "g");

/** A form's data as JSON, each number as it was typed. */
export function jsonOf(data: unknown): string {
  return (JSON.stringify(data, null, 2) ?? "{}").replace(QUOTED, "$1");
}
