// Scans JSON without building values. It needs one byte of memory for each level of nesting, and time in proportion
// to the bytes.

import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET } from "./ascii";
import { keyAt } from "./json-keys";
import { checkScalar, checkString, NoJson, skipSpace } from "./json-tokens";

/** The place of a value: its first byte, and the byte after its last. */
export interface Span {
  start: number;
  end: number;
}

/** A member of an object. A key that is written twice gives two members. */
export interface Member extends Span {
  key: string;
  /** The members of the value, when it is an object; undefined when they are not remembered. */
  inner?: readonly Member[];
}

/** The outermost value of a text. */
export interface Scanned {
  /** Members of an object; empty for any other value. */
  members: Member[];
  /** Elements of an array; undefined for any other value. */
  elements: Span[] | undefined;
}

/** Levels of nesting with memory always reserved. Memory for deeper texts is freed at the next scan. */
const DEEP = 1_024;
/** Most members of a message, or messages of a batch. */
const MOST = 10_000;
/**
 * Keys whose values' members are remembered, and most members remembered. A larger object is scanned at each access.
 */
const REMEMBERED = ["params", "result"];
const REMEMBERED_MEMBERS = 64;

/**
 * Checks that the bytes are JSON, and returns the members or elements of the outermost value.
 * @throws NoJson, also for more than 10,000 members or elements
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
 * Visits the members of an object in order, also several with the same key. Visits none when the value is no object.
 * @param bytes JSON that `scan` has checked
 * @param at where the value begins
 */
export function eachMember(bytes: Buffer, at: number, visit: (key: string, start: number, end: number) => void): void {
  if (bytes[at] !== OPEN_BRACE) return;
  scanObject(bytes, at, (key, start) => {
    const end = checkValue(bytes, start);
    visit(key, start, end);
    return end;
  });
}

function scanMessage(bytes: Buffer, at: number, members: Member[]): number {
  return scanObject(bytes, at, (key, start) => {
    const inner: Member[] | undefined = REMEMBERED.includes(key) && bytes[start] === OPEN_BRACE ? [] : undefined;
    const end = inner ? scanInner(bytes, start, inner) : checkValue(bytes, start);
    const known = inner && inner.length <= REMEMBERED_MEMBERS ? inner : undefined;
    if (members.push({ key, start, end, inner: known }) > MOST)
      throw new NoJson(bytes, start, `more than ${MOST} values`);
    return end;
  });
}

/** Collects members, up to one more than are remembered: the caller then knows that there are more. */
function scanInner(bytes: Buffer, at: number, members: Member[]): number {
  return scanObject(bytes, at, (key, start) => {
    const end = checkValue(bytes, start);
    if (members.length <= REMEMBERED_MEMBERS) members.push({ key, start, end, inner: undefined });
    return end;
  });
}

/** @param visit takes each member, and returns the end of its value */
function scanObject(bytes: Buffer, at: number, visit: (key: string, start: number) => number): number {
  let here = skipSpace(bytes, at + 1);
  if (bytes[here] === CLOSE_BRACE) return here + 1;
  for (;;) {
    const keyEnd = checkString(bytes, here);
    const key = keyAt(bytes, here + 1, keyEnd - 1);
    here = skipSpace(bytes, visit(key, afterColon(bytes, keyEnd)));
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

/** The opening brackets around the current value, one byte each; grows with the depth. */
let around = new Uint8Array(DEEP);

/** Checks a value of any depth, without recursion. @returns the place after the value */
function checkValue(bytes: Buffer, at: number): number {
  let here = at;
  let depth = 0;
  for (;;) {
    const code = bytes[here];
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      const first = skipSpace(bytes, here + 1);
      // In ASCII, a closing bracket's code is its opening bracket's plus 2.
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
