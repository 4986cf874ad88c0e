// Reads JSON without making values of it: memory for one byte a level of nesting, time that grows with the text only.

import { beginText, checkScalar, checkString, NoJson, skipSpace } from "./json-tokens";

/** Where a value stands in a text: from its first character to behind its last. */
export interface Span {
  start: number;
  end: number;
}

/** A member of an object, as often as it is written. */
export interface Member extends Span {
  key: string;
}

/** What a text holds at its outermost. */
export interface Scanned {
  /** Members of an object; none when it is something else. */
  members: Member[];
  /** Elements of an array; undefined when it is something else. */
  elements: Span[] | undefined;
}

const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COMMA = 44;
/** Levels of nesting that there is always room for; the room for more is given back. */
const DEEP = 1_024;
/** Members of a message, or messages of a batch. */
const MOST = 10_000;

/**
 * Checks a text to its end, and finds what it holds at its outermost.
 * @throws NoJson, also when it holds more than 10,000 members or elements there
 */
export function scan(text: string): Scanned {
  beginText();
  if (around.length > DEEP) around = new Uint8Array(DEEP);
  const start = skipSpace(text, 0);
  const code = text.charCodeAt(start);
  const members: Member[] = [];
  const elements: Span[] = [];
  const keep = <T>(list: T[], one: T): void => {
    if (list.push(one) > MOST) throw new NoJson(text, start, `more than ${MOST} values`);
  };
  let end: number;
  if (code === OPEN_BRACE)
    end = scanObject(text, start, (key, from, to) => keep(members, { key, start: from, end: to }));
  else if (code === OPEN_BRACKET) end = scanArray(text, start, (from, to) => keep(elements, { start: from, end: to }));
  else end = checkValue(text, start);
  end = skipSpace(text, end);
  if (end < text.length) throw new NoJson(text, end);
  return { members, elements: code === OPEN_BRACKET ? elements : undefined };
}

/**
 * Visits the members of an object in their order, each as often as it is written; none when the value is no object.
 * @param text one that was scanned before
 * @param at where the value begins
 */
export function eachMember(text: string, at: number, visit: Visit): void {
  beginText();
  if (text.charCodeAt(at) === OPEN_BRACE) scanObject(text, at, visit);
}

type Visit = (key: string, start: number, end: number) => void;

function scanObject(text: string, at: number, visit: Visit): number {
  let here = skipSpace(text, at + 1);
  if (text.charCodeAt(here) === CLOSE_BRACE) return here + 1;
  for (;;) {
    const keyEnd = checkString(text, here);
    const name = text.slice(here + 1, keyEnd - 1);
    const start = afterColon(text, keyEnd);
    const end = checkValue(text, start);
    visit(name.includes("\\") ? (JSON.parse(`"${name}"`) as string) : name, start, end);
    here = skipSpace(text, end);
    if (text.charCodeAt(here) === CLOSE_BRACE) return here + 1;
    here = afterComma(text, here);
  }
}

function scanArray(text: string, at: number, visit: (start: number, end: number) => void): number {
  let start = skipSpace(text, at + 1);
  if (text.charCodeAt(start) === CLOSE_BRACKET) return start + 1;
  for (;;) {
    const end = checkValue(text, start);
    visit(start, end);
    const here = skipSpace(text, end);
    if (text.charCodeAt(here) === CLOSE_BRACKET) return here + 1;
    start = afterComma(text, here);
  }
}

/** Kinds of the containers around a value, one byte each; grows with the deepest. */
let around = new Uint8Array(DEEP);

/** @returns behind the value. No recursion: a text may be nested as deep as it is long. */
function checkValue(text: string, at: number): number {
  let here = at;
  let depth = 0;
  for (;;) {
    const code = text.charCodeAt(here);
    const container = code === OPEN_BRACE || code === OPEN_BRACKET;
    if (container) {
      const first = skipSpace(text, here + 1);
      // The closing bracket of each kind stands two behind the opening one.
      if (text.charCodeAt(first) === code + 2) here = first + 1;
      else {
        if (depth === around.length) around = grown(around);
        around[depth++] = code;
        here = code === OPEN_BRACE ? afterKey(text, first) : first;
        continue;
      }
    } else here = checkScalar(text, here, code);
    for (;;) {
      if (depth === 0) return here;
      const kind = around[depth - 1] as number;
      here = skipSpace(text, here);
      if (text.charCodeAt(here) === kind + 2) {
        depth--;
        here++;
        continue;
      }
      here = afterComma(text, here);
      if (kind === OPEN_BRACE) here = afterKey(text, here);
      break;
    }
  }
}

function grown(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(2 * bytes.length);
  more.set(bytes);
  return more;
}

/** @returns where the next element or key begins */
function afterComma(text: string, at: number): number {
  if (text.charCodeAt(at) !== COMMA) throw new NoJson(text, at);
  return skipSpace(text, at + 1);
}

/** @returns where the key's value begins */
function afterKey(text: string, at: number): number {
  return afterColon(text, checkString(text, at));
}

function afterColon(text: string, at: number): number {
  const colon = skipSpace(text, at);
  if (text.charCodeAt(colon) !== COLON) throw new NoJson(text, colon);
  return skipSpace(text, colon + 1);
}
