// Reads JSON without making values of it: memory for one byte a level of nesting, time that grows with the bytes only.

import { checkScalar, checkString, NoJson, skipSpace } from "./json-tokens";

/** Where a value stands: from its first byte to behind its last. */
export interface Span {
  start: number;
  end: number;
}

/** A member of an object, as often as it is written. */
export interface Member extends Span {
  key: string;
  /** Its own members, when it is an object; undefined when they are not remembered. */
  inner?: readonly Member[];
}

/** What is there at the outermost. */
export interface Scanned {
  /** Members of an object; none when it is something else. */
  members: Member[];
  /** Elements of an array; undefined when it is something else. */
  elements: Span[] | undefined;
}

const BACKSLASH = "\\";
const COMMA = 44;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
/** Levels of nesting that there is always room for; the room for more is given back. */
const DEEP = 1_024;
/** Members of a message, or messages of a batch. */
const MOST = 10_000;
/** Members whose own members are remembered, and how many of these: a larger object is looked through each time. */
const REMEMBERED = ["params", "result"];
const REMEMBERED_MEMBERS = 64;

/**
 * Checks all bytes, and finds what is there at the outermost.
 * @throws NoJson, also when there are more than 10,000 members or elements
 */
export function scan(bytes: Buffer): Scanned {
  if (around.length > DEEP) around = new Uint8Array(DEEP);
  const start = skipSpace(bytes, 0);
  const code = bytes[start];
  const members: Member[] = [];
  const elements: Span[] = [];
  let end: number;
  if (code === OPEN_BRACE) end = scanMessage(bytes, start, members);
  else if (code === OPEN_BRACKET) end = scanArray(bytes, start, elements);
  else end = checkValue(bytes, start);
  end = skipSpace(bytes, end);
  if (end < bytes.length) throw new NoJson(bytes, end);
  return { members, elements: code === OPEN_BRACKET ? elements : undefined };
}

/**
 * Visits the members of an object in their order, each as often as it is written; none when the value is no object.
 * @param bytes scanned before
 * @param at where the value begins
 */
export function eachMember(bytes: Buffer, at: number, visit: Visit): void {
  if (bytes[at] === OPEN_BRACE) scanObject(bytes, at, checkValue, visit);
}

type Visit = (key: string, start: number, end: number) => void;

function scanMessage(bytes: Buffer, at: number, members: Member[]): number {
  let inner: Member[] | undefined;
  const value = (_: Buffer, start: number, key: string): number => {
    inner = undefined;
    if (!REMEMBERED.includes(key) || bytes[start] !== OPEN_BRACE) return checkValue(bytes, start);
    const some: Member[] = [];
    const end = scanObject(bytes, start, checkValue, (name, from, to) => {
      if (some.length <= REMEMBERED_MEMBERS) some.push({ key: name, start: from, end: to });
    });
    if (some.length <= REMEMBERED_MEMBERS) inner = some;
    return end;
  };
  return scanObject(bytes, at, value, (key, start, end) => {
    if (members.push({ key, start, end, inner }) > MOST) throw new NoJson(bytes, start, `more than ${MOST} values`);
  });
}

/** @param value finds the end of a member's value */
function scanObject(
  bytes: Buffer,
  at: number,
  value: (bytes: Buffer, start: number, key: string) => number,
  visit: Visit,
): number {
  let here = skipSpace(bytes, at + 1);
  if (bytes[here] === CLOSE_BRACE) return here + 1;
  for (;;) {
    const keyEnd = checkString(bytes, here);
    const name = bytes.toString("utf8", here + 1, keyEnd - 1);
    const key = name.includes(BACKSLASH) ? (JSON.parse(`"${name}"`) as string) : name;
    const start = afterColon(bytes, keyEnd);
    const end = value(bytes, start, key);
    visit(key, start, end);
    here = skipSpace(bytes, end);
    if (bytes[here] === CLOSE_BRACE) return here + 1;
    here = afterComma(bytes, here);
  }
}

function scanArray(bytes: Buffer, at: number, elements: Span[]): number {
  let start = skipSpace(bytes, at + 1);
  if (bytes[start] === CLOSE_BRACKET) return start + 1;
  for (;;) {
    const end = checkValue(bytes, start);
    if (elements.push({ start, end }) > MOST) throw new NoJson(bytes, start, `more than ${MOST} values`);
    const here = skipSpace(bytes, end);
    if (bytes[here] === CLOSE_BRACKET) return here + 1;
    start = afterComma(bytes, here);
  }
}

/** Kinds of the containers around a value, one byte each; grows with the deepest. */
let around = new Uint8Array(DEEP);

/** @returns behind the value. No recursion: it may be nested as deep as there are bytes. */
function checkValue(bytes: Buffer, at: number): number {
  let here = at;
  let depth = 0;
  for (;;) {
    const code = bytes[here];
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      const first = skipSpace(bytes, here + 1);
      // The closing bracket of each kind stands two behind the opening one.
      if (bytes[first] === code + 2) here = first + 1;
      else {
        if (depth === around.length) around = grown(around);
        around[depth++] = code;
        here = code === OPEN_BRACE ? afterKey(bytes, first) : first;
        continue;
      }
    } else here = checkScalar(bytes, here);
    for (;;) {
      if (depth === 0) return here;
      const kind = around[depth - 1] as number;
      here = skipSpace(bytes, here);
      if (bytes[here] === kind + 2) {
        depth--;
        here++;
        continue;
      }
      here = afterComma(bytes, here);
      if (kind === OPEN_BRACE) here = afterKey(bytes, here);
      break;
    }
  }
}

function grown(room: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(2 * room.length);
  more.set(room);
  return more;
}

/** @returns where the next element or key begins */
function afterComma(bytes: Buffer, at: number): number {
  if (bytes[at] !== COMMA) throw new NoJson(bytes, at);
  return skipSpace(bytes, at + 1);
}

/** @returns where the key's value begins */
function afterKey(bytes: Buffer, at: number): number {
  return afterColon(bytes, checkString(bytes, at));
}

function afterColon(bytes: Buffer, at: number): number {
  const colon = skipSpace(bytes, at);
  if (bytes[colon] !== COLON) throw new NoJson(bytes, colon);
  return skipSpace(bytes, colon + 1);
}
