import { isUtf8 } from "node:buffer";
import { type Cut, cutIn, find } from "./json-pieces";
import { isObject, type JsonObject, objectOf, type RequestId, type RpcError, textOr } from "./json-rpc";
import { eachMember, type Member, type Span, scan } from "./json-scan";
import { skipSpace } from "./json-tokens";

/** What a message is; everything else is none. */
export type Kind = "request" | "notification" | "response";

/** One value to put in the place of another; `json` is text. */
export interface Edit {
  path: readonly string[];
  json: string;
}

const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

export type RequestFrame = Frame & { readonly kind: "request"; readonly id: RequestId; readonly method: string };
export type ResponseFrame = Frame & { readonly kind: "response"; readonly id: RequestId; readonly method: undefined };

/**
 * A message on its way: the bytes as they came, which are what goes on, and what was read of them so far. They are checked
 * once; a value is parsed when somebody asks for it, so a large result crosses without ever being one. A frame never
 * changes.
 */
export class Frame {
  readonly kind: Kind | undefined;
  readonly id: RequestId | undefined;
  readonly method: string | undefined;
  #params: JsonObject | undefined;
  #meta: JsonObject | undefined;
  #result: JsonObject | undefined;

  private constructor(
    /** UTF-8. */
    readonly bytes: Buffer,
    private readonly members: readonly Member[],
    private readonly elements?: readonly Span[],
  ) {
    const id = this.at("id");
    const method = this.at("method");
    this.id = idOf(id);
    this.method = typeof method === "string" ? method : undefined;
    if (this.method !== undefined)
      this.kind = this.id !== undefined ? "request" : id === undefined ? "notification" : undefined;
    else if (method === undefined && this.id !== undefined && this.#answers()) this.kind = "response";
  }

  /**
   * Reads what may be any JSON.
   * @param source bytes that nobody changes any more; what is no UTF-8 in them becomes U+FFFD
   * @throws NoJson
   */
  static read(source: Buffer | string): Frame {
    let bytes = typeof source === "string" ? Buffer.from(source) : source;
    if (!isUtf8(bytes)) bytes = Buffer.from(bytes.toString());
    const { members, elements } = scan(bytes);
    return new Frame(bytes, members, elements);
  }

  /** A request of the gateway's own. */
  static request(id: RequestId, method: string, params: JsonObject): RequestFrame {
    return Frame.read(JSON.stringify({ jsonrpc: "2.0", id, method, params })) as RequestFrame;
  }

  static notification(method: string, params?: JsonObject): Frame {
    return Frame.read(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  /** An answer. @param id,result JSON, as text */
  static result(id: string, result: string): ResponseFrame {
    return Frame.read(`{"jsonrpc":"2.0","id":${id},"result":${result}}`) as ResponseFrame;
  }

  /** An answer that reports an error. @param id JSON, as text; undefined: there is none */
  static error(id: string | undefined, code: number, message: string, data?: JsonObject): ResponseFrame {
    const error = JSON.stringify({ code, message, data });
    const named = id === undefined ? "" : `"id":${id},`;
    return Frame.read(`{"jsonrpc":"2.0",${named}"error":${error}}`) as ResponseFrame;
  }

  get text(): string {
    return this.bytes.toString();
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

  /** The messages of a batch, or whatever else the array holds; undefined when the text is no array. */
  get batch(): Frame[] | undefined {
    return this.elements?.map(({ start, end }) => Frame.read(this.bytes.subarray(start, end)));
  }

  /** The id as it is written: a number with all its digits. */
  get idText(): string {
    return this.raw("id") ?? "null";
  }

  /** All of params; empty when they are no object. */
  get params(): JsonObject {
    this.#params ??= objectOf(this.at("params"));
    return this.#params;
  }

  /** All of the result; undefined when there is none, or no object. */
  get result(): JsonObject | undefined {
    if (this.#result) return this.#result;
    const result = this.at("result");
    this.#result = isObject(result) ? result : undefined;
    return this.#result;
  }

  /** What a response reports; undefined when it brings a result. */
  get error(): RpcError | undefined {
    const error = this.at("error");
    return isObject(error) ? (error as unknown as RpcError) : undefined;
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

  /** The value at a path, of which nothing else is parsed. Of a key written twice the last, as JSON.parse takes it. */
  at(...path: string[]): unknown {
    const span = this.#span(path);
    return span && this.#json(span);
  }

  /** A value as it is written. */
  raw(...path: string[]): string | undefined {
    const span = this.#span(path);
    return span && this.bytes.toString("utf8", span.start, span.end);
  }

  /** The keys of the object at a path, in their order, each as often as it is written. */
  keys(...path: string[]): string[] {
    const known =
      path.length === 0 ? this.members : path.length === 1 ? this.#outer(path[0] as string)?.inner : undefined;
    if (known) return known.map(({ key }) => key);
    const span = this.#span(path);
    const keys: string[] = [];
    if (span) eachMember(this.bytes, span.start, (key) => keys.push(key));
    return keys;
  }

  /** Puts values in the place of others; what is not there is left out. The rest of the text stays to the letter. */
  replace(...edits: Edit[]): this {
    const cuts = edits.flatMap(({ path, json }) => {
      const span = this.#span(path);
      return span ? [{ ...span, json: Buffer.from(json), within: path[0] as string }] : [];
    });
    return cuts.length === 0 ? this : this.#spliced(cuts);
  }

  /**
   * The same message in one line, as stdio and event streams want it: outside of texts a line end is a space, and inside
   * of them JSON has none.
   */
  onOneLine(): this {
    if (!this.bytes.includes("\n") && !this.bytes.includes("\r")) return this;
    const bytes = Buffer.from(this.bytes);
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10 || bytes[at] === 13) bytes[at] = 32;
    return new Frame(bytes, this.members, this.elements) as this;
  }

  /** The same message under another id. @param id JSON, as text */
  withId(id: string): this {
    return this.replace({ path: ["id"], json: id });
  }

  /** Puts members at the beginning of an object; where it has them already, its own come later and count. */
  insert(path: readonly string[], more: JsonObject): this {
    const start = path.length === 0 ? skipSpace(this.bytes, 0) : this.#span(path)?.start;
    if (start === undefined || this.bytes[start] !== OPEN_BRACE) return this;
    const at = start + 1;
    const separator = this.bytes[skipSpace(this.bytes, at)] === CLOSE_BRACE ? "" : ",";
    const json = Buffer.from(JSON.stringify(more).slice(1, -1) + separator);
    if (path.length > 0) return this.#spliced([{ start: at, end: at, json, within: path[0] as string }]);
    return Frame.read(Buffer.concat([this.bytes.subarray(0, at), json, this.bytes.subarray(at)])) as this;
  }

  /** True when it has what an answer must have. */
  #answers(): boolean {
    const error = this.#outer("error");
    return this.#outer("result") !== undefined || (error !== undefined && this.bytes[error.start] === OPEN_BRACE);
  }

  #outer(key: string): Member | undefined {
    return this.members.findLast((member) => member.key === key);
  }

  #span([first, ...rest]: readonly string[]): Span | undefined {
    if (first === undefined) return { start: skipSpace(this.bytes, 0), end: this.bytes.length };
    const outer = this.#outer(first);
    const [second, ...more] = rest;
    if (second === undefined || !outer) return outer;
    let span = this.#second(outer, second);
    for (const key of more) span = span && find(this.bytes, span.start, key);
    return span;
  }

  #second({ start, inner }: Member, key: string): Span | undefined {
    return inner ? inner.findLast((member) => member.key === key) : find(this.bytes, start, key);
  }

  #json({ start, end }: Span): unknown {
    return JSON.parse(this.bytes.toString("utf8", start, end));
  }

  /** @param cuts do not overlap */
  #spliced(cuts: Cut[]): this {
    const { bytes, members } = cutIn(this.bytes, this.members, cuts);
    const frame = new Frame(bytes, members);
    // What was parsed already, and is the same.
    const touched = cuts.map(({ within }) => within);
    if (!touched.includes("params")) {
      frame.#params = this.#params;
      frame.#meta = this.#meta;
    }
    if (!touched.includes("result")) frame.#result = this.#result;
    return frame as this;
  }
}

function idOf(value: unknown): RequestId | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}
