/** Line ends for many readers (Node's readline, Python's splitlines), but not for JSON, where they stand in strings only. */
const ODD_LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** JSON for readers that go line by line: it means the same with its few odd line ends as escapes. */
export function withoutOddLineEnds(json: string): string {
  return json.replace(ODD_LINE_ENDS, (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A value as JSON on one line, whatever takes for a line's end. */
export function jsonLine(value: unknown): string {
  return withoutOddLineEnds(JSON.stringify(value));
}
