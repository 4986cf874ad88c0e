import { NINE, QUOTE, ZERO } from "./ascii";
import { eachMember, type Member, type Span } from "./json-scan";

/** Most digits of an integer that a double always holds exactly. */
const SAFE_DIGITS = 15;

/** Returns the value at a place. Digits and plain strings, which most ids and names are, need no parser. */
export function valueAt(bytes: Buffer, { start, end }: Span): unknown {
  const whole = wholeAt(bytes, start, end);
  if (whole !== undefined) return whole;
  const written = bytes.toString("utf8", start, end);
  return bytes[start] === QUOTE && !written.includes("\\") ? written.slice(1, -1) : JSON.parse(written);
}

function wholeAt(bytes: Buffer, start: number, end: number): number | undefined {
  if (end - start > SAFE_DIGITS) return undefined;
  let whole = 0;
  for (let at = start; at < end; at++) {
    const code = bytes[at] as number;
    if (code < ZERO || code > NINE) return undefined;
    whole = 10 * whole + (code - ZERO);
  }
  return whole;
}

/** A piece of JSON, and its replacement. */
export interface Cut extends Span {
  json: Buffer;
  /** Key of the top-level member that holds the piece. */
  within: string;
}

/**
 * Replaces pieces of the bytes.
 * @param cuts must not overlap
 * @returns the new bytes, and the new places of the members
 */
export function cutIn(bytes: Buffer, members: readonly Member[], cuts: Cut[]): { bytes: Buffer; members: Member[] } {
  cuts.sort((a, b) => a.start - b.start);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end, json } of cuts) {
    pieces.push(bytes.subarray(from, start), json);
    from = end;
  }
  pieces.push(bytes.subarray(from));
  const moved = (position: number): number => {
    let to = position;
    for (const { start, end, json } of cuts) if (end <= position) to += json.length - (end - start);
    return to;
  };
  const place = ({ key, start, end, inner }: Member): Member => ({
    key,
    start: moved(start),
    end: moved(end),
    inner: cuts.some(({ within }) => within === key) ? undefined : inner?.map(place),
  });
  return { bytes: Buffer.concat(pieces), members: members.map(place) };
}

/** Finds a member of an object; of several with one key, the last. @param object where the object begins */
export function find(bytes: Buffer, object: number, key: string): Span | undefined {
  let found: Span | undefined;
  eachMember(bytes, object, (name, start, end) => {
    if (name === key) found = { start, end };
  });
  return found;
}
