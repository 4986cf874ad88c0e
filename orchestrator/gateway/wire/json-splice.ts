/** Where a value stands in a text: from its first character to behind its last. */
export interface Span {
  start: number;
  end: number;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COMMA = 44;

function skipSpace(text: string, at: number): number {
  let here = at;
  while (text.charCodeAt(here) <= 32) here++;
  return here;
}

/** @param at the opening quote @returns behind the closing one */
function skipString(text: string, at: number): number {
  let end = at;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return skipString(text, at);
  let here = at;
  let depth = 0;
  while (here < text.length) {
    const code = text.charCodeAt(here);
    if (code === QUOTE) {
      here = skipString(text, here);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) return here; // the end of a number or a word, at the end of what holds it
      if (--depth === 0) return here + 1;
    } else if (depth === 0 && (code === COMMA || code <= 32)) return here;
    here++;
  }
  return here;
}

/**
 * Finds a value in JSON text without parsing it into something that loses digits or order.
 * @param text valid JSON
 * @param path keys of objects, from the outermost
 * @returns undefined when there is no such value; of a key given twice the last, as JSON.parse takes it
 */
export function locate(text: string, path: readonly string[]): Span | undefined {
  let start = skipSpace(text, 0);
  let end = text.length;
  for (const key of path) {
    const found = member(text, start, key);
    if (!found) return undefined;
    ({ start, end } = found);
  }
  return { start, end };
}

function member(text: string, object: number, key: string): Span | undefined {
  let found: Span | undefined;
  eachMember(text, object, (name, start, end) => {
    if (name === key) found = { start, end };
  });
  return found;
}

function eachMember(text: string, object: number, visit: (key: string, start: number, end: number) => void): void {
  if (text.charCodeAt(object) !== OPEN_BRACE) return;
  let here = skipSpace(text, object + 1);
  while (text.charCodeAt(here) === QUOTE) {
    const keyEnd = skipString(text, here);
    const name = text.slice(here + 1, keyEnd - 1);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = skipValue(text, start);
    visit(name.includes("\\") ? (JSON.parse(`"${name}"`) as string) : name, start, end);
    here = skipSpace(text, end);
    if (text.charCodeAt(here) === COMMA) here = skipSpace(text, here + 1);
  }
}

/** The keys of an object, in their order, each as often as it is there. */
export function keysAt(text: string, path: readonly string[]): string[] {
  const keys: string[] = [];
  const span = locate(text, path);
  if (span) eachMember(text, span.start, (key) => keys.push(key));
  return keys;
}

/** A value as it is written: numbers with all their digits. Undefined when there is none. */
export function rawAt(text: string, path: readonly string[]): string | undefined {
  const span = locate(text, path);
  return span && text.slice(span.start, span.end);
}

/** One value to put in the place of another; `json` is text. */
export interface Edit {
  path: readonly string[];
  json: string;
}

/** Replaces values, each found by its path in the text as given; what is not there is left out. The rest stays to the letter. */
export function splice(text: string, edits: readonly Edit[]): string {
  const spans = edits.flatMap(({ path, json }) => {
    const span = locate(text, path);
    return span ? [{ ...span, json }] : [];
  });
  spans.sort((a, b) => b.start - a.start);
  return spans.reduce((result, { start, end, json }) => result.slice(0, start) + json + result.slice(end), text);
}

/** Puts members at the beginning of an object; where it has them already, its own come later and count. */
export function insert(text: string, path: readonly string[], members: Record<string, unknown>): string {
  const span = locate(text, path);
  if (!span || text.charCodeAt(span.start) !== OPEN_BRACE) return text;
  const json = JSON.stringify(members).slice(1, -1);
  const empty = text.charCodeAt(skipSpace(text, span.start + 1)) === CLOSE_BRACE;
  return `${text.slice(0, span.start + 1)}${json}${empty ? "" : ","}${text.slice(span.start + 1)}`;
}
