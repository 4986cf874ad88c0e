import { eachMember, type Member, type Span } from "./json-scan";

/** A piece of JSON, and what takes its place. */
export interface Cut extends Span {
  json: Buffer;
  /** The key of the top-level member that it is in. */
  within: string;
}

/** The bytes with pieces replaced, and where their members stand then. @param cuts do not overlap */
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

/** A member of an object, as it is written last. @param object where it begins */
export function find(bytes: Buffer, object: number, key: string): Span | undefined {
  let found: Span | undefined;
  eachMember(bytes, object, (name, start, end) => {
    if (name === key) found = { start, end };
  });
  return found;
}
