import { isUtf8 } from "node:buffer";
import { parseExactly } from "../../../lib/exact-json";
import { withoutOddLineEnds } from "../../../lib/json-line";
import { CLOSE_BRACE, LINE_FEED, OPEN_BRACE, OPEN_BRACKET, QUOTE, RETURN, SPACE } from "./ascii";
import { type Cut, cutIn, find, valueAt } from "./json-pieces";
import { isObject, type JsonObject, objectOf, type RequestId, type RpcError, textOr } from "./json-rpc";
import { eachMember, type Member, type Span, scan } from "./json-scan";
import { skipSpace } from "./json-tokens";
import { checkBytes, checkParsable, PARSED_BYTES } from "./parse-limits";

/** The kinds of messages. Anything else is no message. */
export type Kind = "request" | "notification" | "response";

/** Replaces the value at a path with another one, which is given as JSON text. */
export interface Edit {
  path: readonly string[];
  json: string;
}

const MARK = Buffer.from("\uFEFF");
/** Characters of an escape like \u2028. */
const ESCAPE = 6;
/** Bytes of a message from which on no string is made of it to send it on. */
const LARGE = 256 * 1024;

export type RequestFrame = Frame & { readonly kind: "request"; readonly id: RequestId; readonly method: string };
export type ResponseFrame = Frame & { readonly kind: "response"; readonly id: RequestId; readonly method: undefined };

/**
 * A message on its way: the bytes as they came, and the places of its outermost members. The bytes are checked once and
 * go on as they are. A value is parsed when somebody asks for it, so a large result crosses without being parsed. A frame
 * never changes. Everything that needs the members' places is in this one class, so it is long.
 */
export class Frame {
  readonly kind: Kind | undefined;
  readonly id: RequestId | undefined;
  readonly method: string | undefined;
  #idText: string | undefined;
  #params: JsonObject | undefined;
  #meta: JsonObject | undefined;
  #result: JsonObject | undefined;

  private constructor(
    /** UTF-8. */
    readonly bytes: Buffer,
    private readonly members: readonly Member[],
    private readonly elements?: readonly Span[],
  ) {
    const id = this.#scalar("id");
    const method = this.#scalar("method");
    this.id = idOf(id);
    this.method = typeof method === "string" ? method : undefined;
    if (this.method !== undefined) {
      if (this.answering === undefined)
        this.kind = this.id !== undefined ? "request" : id === undefined ? "notification" : undefined;
    } else if (method === undefined && this.id !== undefined && this.#answers()) this.kind = "response";
  }

  /**
   * Reads what may be any JSON. Byte order marks before it, as Windows writes them, are no part of it (RFC 8259, 8.1).
   * @param source nobody may change the bytes afterwards; bytes that are no UTF-8 become U+FFFD
   * @throws NoJson
   */
  static read(source: Buffer | string): Frame {
    let bytes = typeof source === "string" ? Buffer.from(source) : source;
    if (!isUtf8(bytes)) bytes = Buffer.from(bytes.toString());
    while (isMarked(bytes)) bytes = bytes.subarray(MARK.length);
    const { members, elements } = scan(bytes);
    return new Frame(bytes, members, elements);
  }

  /** Makes a request of the gateway's own. */
  static request(id: RequestId, method: string, params: JsonObject): RequestFrame {
    return Frame.read(JSON.stringify({ jsonrpc: "2.0", id, method, params })) as RequestFrame;
  }

  static notification(method: string, params?: JsonObject): Frame {
    return Frame.read(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  /** Makes an answer. @param id,result JSON text */
  static result(id: string, result: string): ResponseFrame {
    return Frame.read(`{"jsonrpc":"2.0","id":${id},"result":${result}}`) as ResponseFrame;
  }

  /** Makes an answer that reports an error. @param id JSON text; undefined: without an id */
  static error(id: string | undefined, code: number, message: string, data?: JsonObject): ResponseFrame {
    const error = JSON.stringify({ code, message, data });
    const named = id === undefined ? "" : `"id":${id},`;
    return Frame.read(`{"jsonrpc":"2.0",${named}"error":${error}}`) as ResponseFrame;
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** The text for readers that go line by line. JSON means the same with its few odd line ends as escapes. */
  get line(): string {
    const { text, bytes } = this;
    if (text.length === bytes.length) return text; // ASCII
    return withoutOddLineEnds(text);
  }

  /** `line` in UTF-8: of a large message no string is made, which would take up to twice its size of the heap. */
  get lineBytes(): Buffer {
    return this.bytes.length > LARGE ? withOddLineEndsEscaped(this.bytes) : Buffer.from(this.line);
  }

  isRequest(): this is RequestFrame {
    return this.kind === "request";
  }

  isResponse(): this is ResponseFrame {
    return this.kind === "response";
  }

  get isBatch(): boolean {
    return this.elements !== undefined;
  }

  /** The elements of a batch, messages or not; undefined when the text is no array. */
  get batch(): Frame[] | undefined {
    return this.elements?.map(({ start, end }) => Frame.read(this.bytes.subarray(start, end)));
  }

  /** The id as it is written: a number with all its digits. */
  get idText(): string {
    this.#idText ??= this.raw("id") ?? "null";
    return this.#idText;
  }

  /** The params; an empty object when they are no object. */
  get params(): JsonObject {
    this.#params ??= objectOf(this.at("params"));
    return this.#params;
  }

  /** The result; undefined when there is none, or it is no object. */
  get result(): JsonObject | undefined {
    if (this.#result) return this.#result;
    const result = this.at("result");
    this.#result = isObject(result) ? result : undefined;
    return this.#result;
  }

  /** Code and message of a response's error; undefined when it has a result. @throws TooMuch */
  get error(): RpcError | undefined {
    if (!this.hasObject("error")) return undefined;
    return { code: this.at("error", "code"), message: this.at("error", "message") } as RpcError;
  }

  /** `_meta` of the params; empty when there is none. */
  get meta(): JsonObject {
    this.#meta ??= objectOf(this.at("params", "_meta"));
    return this.#meta;
  }

  /** The progress token that a request brings in its `_meta`. */
  get progressToken(): RequestId | undefined {
    return idOf(this.meta.progressToken);
  }

  /** The tool that a tools/call names. */
  get tool(): string | undefined {
    return this.method === "tools/call" ? textOr(this.at("params", "name"), "") || undefined : undefined;
  }

  /**
   * Parses the value at a path, and nothing else. Of a key written twice the last one counts, as with JSON.parse.
   * @throws TooMuch when it is too large to be parsed
   */
  at(...path: string[]): unknown {
    const span = this.#span(path);
    if (!span) return undefined;
    checkParsable(this.bytes, span, path);
    return valueAt(this.bytes, span);
  }

  /**
   * The value at a path with every digit of its numbers: for what is written again, or compared.
   * @throws TooMuch when it is too large to be parsed
   */
  exact(...path: string[]): unknown {
    const span = this.#span(path);
    if (!span) return undefined;
    checkParsable(this.bytes, span, path);
    return parseExactly(this.bytes.toString("utf8", span.start, span.end));
  }

  /** The text of the value at a path, as it is written. @throws TooMuch */
  raw(...path: string[]): string | undefined {
    const span = this.#span(path);
    if (!span) return undefined;
    checkBytes(span, path);
    return this.bytes.toString("utf8", span.start, span.end);
  }

  /** The beginning of the text of an outermost member, up to so many characters and a mark for more, for messages. */
  excerpt(key: string, most: number): string | undefined {
    const member = this.#outer(key);
    if (!member) return undefined;
    const text = this.bytes.toString("utf8", member.start, Math.min(member.end, member.start + 4 * most));
    return member.end - member.start > 4 * most || text.length > most ? `${text.slice(0, most)}...` : text;
  }

  /** True when the value at a path is written exactly so. Parses nothing. */
  reads(json: string, ...path: string[]): boolean {
    const span = this.#span(path);
    if (!span || span.end - span.start !== json.length) return false;
    for (let at = 0; at < json.length; at++) if (this.bytes[span.start + at] !== json.charCodeAt(at)) return false;
    return true;
  }

  /** True when the value at a path is a string. Parses nothing. */
  hasText(...path: string[]): boolean {
    const span = this.#span(path);
    return span !== undefined && this.bytes[span.start] === QUOTE;
  }

  /** The member that only an answer has, and that is not null: with a method beside it the message is neither. */
  get answering(): "result" | "error" | undefined {
    for (const key of ["result", "error"] as const) if (this.has(key) && !this.reads("null", key)) return key;
    return undefined;
  }

  /** True when there is such an outermost member. */
  has(key: string): boolean {
    return this.#outer(key) !== undefined;
  }

  /** True when this outermost member is an object. Parses nothing. */
  hasObject(key: string): boolean {
    const member = this.#outer(key);
    return member !== undefined && this.bytes[member.start] === OPEN_BRACE;
  }

  /** The keys of the object at a path, in their order; a key written twice comes twice. */
  keys(...path: string[]): string[] {
    const known =
      path.length === 0 ? this.members : path.length === 1 ? this.#outer(path[0] as string)?.inner : undefined;
    if (known) return known.map(({ key }) => key);
    const span = this.#span(path);
    const keys: string[] = [];
    if (span) eachMember(this.bytes, span.start, (key) => keys.push(key));
    return keys;
  }

  /** Replaces values. Skips paths that are not there. The rest of the text stays the same to the letter. */
  replace(...edits: Edit[]): this {
    const cuts = edits.flatMap(({ path, json }) => {
      const span = this.#span(path);
      return span ? [{ ...span, json: Buffer.from(json), within: path[0] as string }] : [];
    });
    return cuts.length === 0 ? this : this.#spliced(cuts);
  }

  /**
   * The same message on one line, as stdio and event streams want it. Line ends between JSON's values become spaces;
   * inside of its strings JSON allows none.
   */
  onOneLine(): this {
    if (!this.bytes.includes(LINE_FEED) && !this.bytes.includes(RETURN)) return this;
    const bytes = Buffer.from(this.bytes);
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === LINE_FEED || bytes[at] === RETURN) bytes[at] = SPACE;
    return new Frame(bytes, this.members, this.elements) as this;
  }

  /** The same message with another id. @param id JSON text */
  withId(id: string): this {
    return this.replace({ path: ["id"], json: id });
  }

  /**
   * Adds members at the beginning of an object, but none that it has: strict readers refuse a key that is written twice (the
   * Rust SDK takes the whole result for one that it does not know).
   */
  insert(path: readonly string[], more: JsonObject): this {
    const start = path.length === 0 ? skipSpace(this.bytes, 0) : this.#span(path)?.start;
    if (start === undefined || this.bytes[start] !== OPEN_BRACE) return this;
    const own = this.keys(...path);
    const missing = Object.entries(more).filter(([key]) => !own.includes(key));
    if (missing.length === 0) return this;
    const at = start + 1;
    const separator = this.bytes[skipSpace(this.bytes, at)] === CLOSE_BRACE ? "" : ",";
    const json = Buffer.from(JSON.stringify(Object.fromEntries(missing)).slice(1, -1) + separator);
    if (path.length > 0) return this.#spliced([{ start: at, end: at, json, within: path[0] as string }]);
    return Frame.read(Buffer.concat([this.bytes.subarray(0, at), json, this.bytes.subarray(at)])) as this;
  }

  /** True when it has a result or an error. */
  #answers(): boolean {
    return this.#outer("result") !== undefined || this.hasObject("error");
  }

  #outer(key: string): Member | undefined {
    return last(this.members, key);
  }

  #span(path: readonly string[]): Span | undefined {
    const [first, second] = [path[0], path[1]];
    if (first === undefined) return { start: skipSpace(this.bytes, 0), end: this.bytes.length };
    const outer = this.#outer(first);
    if (second === undefined || !outer) return outer;
    let span = this.#second(outer, second);
    for (let at = 2; span && at < path.length; at++) span = find(this.bytes, span.start, path[at] as string);
    return span;
  }

  #second({ start, inner }: Member, key: string): Span | undefined {
    return inner ? last(inner, key) : find(this.bytes, start, key);
  }

  /** The value of an outermost member; null when it is an array, an object, or a text that nobody wrote by hand. */
  #scalar(key: string): unknown {
    const span = this.#outer(key);
    if (!span) return undefined;
    const first = this.bytes[span.start];
    const isOne = first !== OPEN_BRACE && first !== OPEN_BRACKET && span.end - span.start <= PARSED_BYTES;
    return isOne ? valueAt(this.bytes, span) : null;
  }

  /** @param cuts do not overlap */
  #spliced(cuts: Cut[]): this {
    const { bytes, members } = cutIn(this.bytes, this.members, cuts);
    const frame = new Frame(bytes, members);
    // Keeps what was parsed already and did not change.
    const touched = cuts.map(({ within }) => within);
    if (!touched.includes("params")) {
      frame.#params = this.#params;
      frame.#meta = this.#meta;
    }
    if (!touched.includes("result")) frame.#result = this.#result;
    return frame as this;
  }
}

/** Returns the bytes with each odd line end as its escape. */
function withOddLineEndsEscaped(bytes: Buffer): Buffer {
  let more = 0;
  for (let at = 0; at < bytes.length; at++) {
    const size = oddLineEnd(bytes, at);
    if (size > 0) more += ESCAPE - size;
  }
  if (more === 0) return bytes;
  const result = Buffer.allocUnsafe(bytes.length + more);
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    const size = oddLineEnd(bytes, at);
    if (size === 0) result[to++] = bytes[at] as number;
    else {
      to += result.write(size === 2 ? "\\u0085" : bytes[at + 2] === 0xa8 ? "\\u2028" : "\\u2029", to, "latin1");
      at += size - 1;
    }
  }
  return result;
}

/** @returns the bytes of the odd line end at a place: U+0085 has 2, U+2028 and U+2029 have 3; 0 when there is none */
function oddLineEnd(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === 0xc2) return bytes[at + 1] === 0x85 ? 2 : 0;
  if (first !== 0xe2 || bytes[at + 1] !== 0x80) return 0;
  return bytes[at + 2] === 0xa8 || bytes[at + 2] === 0xa9 ? 3 : 0;
}

function isMarked(bytes: Buffer): boolean {
  return bytes[0] === MARK[0] && bytes[1] === MARK[1] && bytes[2] === MARK[2];
}

/** Finds a member. Of a key written twice the last one counts. Without a closure, as it runs often for each message. */
function last(members: readonly Member[], key: string): Member | undefined {
  for (let at = members.length - 1; at >= 0; at--) if (members[at]?.key === key) return members[at];
  return undefined;
}

function idOf(value: unknown): RequestId | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}
