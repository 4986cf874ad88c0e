import { eachMember, type Member, type Span } from "./json-scan";

/** A piece of a text, and what takes its place. */
export interface Cut extends Span {
  json: string;
}

/** The text with pieces replaced, and where its members stand then. @param cuts do not overlap */
export function cutIn(text: string, members: readonly Member[], cuts: Cut[]): { text: string; members: Member[] } {
  cuts.sort((a, b) => a.start - b.start);
  let result = "";
  let from = 0;
  for (const { start, end, json } of cuts) {
    result += text.slice(from, start) + json;
    from = end;
  }
  const moved = (position: number): number =>
    cuts.reduce((sum, { start, end, json }) => (end <= position ? sum + json.length - (end - start) : sum), position);
  return {
    text: result + text.slice(from),
    members: members.map(({ key, start, end }) => ({ key, start: moved(start), end: moved(end) })),
  };
}

/** A member of an object, as it is written last. @param object where it begins */
export function find(text: string, object: number, key: string): Span | undefined {
  let found: Span | undefined;
  eachMember(text, object, (name, start, end) => {
    if (name === key) found = { start, end };
  });
  return found;
}
