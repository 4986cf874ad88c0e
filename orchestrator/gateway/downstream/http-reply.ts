import type { ServerResponse } from "node:http";
import type { Reply } from "../calls/exchange";
import type { GatewayError } from "../gateway-api";
import { type ByteBudget, SMALL } from "../wire/byte-budget";
import { Frame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import type { Forms } from "./accept";
import { type ClientStream, startEventStream } from "./client-stream";
import { COME_AGAIN, sendJson } from "./http-answers";

/**
 * Milliseconds after which a reply without an answer begins an event stream. Some clients wait only 300 s for
 * headers, and some proxies only 60 s for any byte. A shorter call gets a JSON answer.
 */
const EARLY_MS = 10_000;

/** How a POST is answered. */
export interface HttpReplyOptions {
  /** Number of requests in this POST. More than one is a batch. @default 1 */
  open?: number;
  /** Forms of an answer that the client takes. @default both */
  forms?: Forms;
  /** HTTP status of a JSON answer. @default always 200 */
  status?: (answer: Frame) => number;
  /** True when an error of the gateway sets the HTTP status, as for `initialize`. @default false */
  opening?: boolean;
  /** Headers for a stream that begins before the answer. @default none */
  early?: Record<string, string>;
  /** Takes messages that come before the answer when the client takes JSON only. @default drops them */
  aside?: (frame: Frame) => void;
  /** Milliseconds after which a stream begins without a message. @default 10 s */
  earlyMs?: number;
  /** Counts what the client has not read of the answer. @default nobody counts */
  budget?: ByteBudget;
  /** The principal that the budget counts for. */
  owner?: string;
}

/**
 * Answers one POST: with one JSON document, or with an SSE stream once a message comes before the answer, or the
 * answer takes long.
 */
export class HttpReply implements Reply {
  headers: Record<string, string> = {};
  #status: (answer: Frame) => number;
  #open: number;
  #stream: ClientStream | undefined;
  readonly #early: NodeJS.Timeout | undefined;
  readonly #isBatch: boolean;
  /** Answers to a batch, for a client that takes JSON only. */
  readonly #texts: string[] = [];

  /** @param openStream makes the SSE stream; called only when the answer needs one */
  constructor(
    private readonly response: ServerResponse,
    private readonly openStream: () => ClientStream,
    private readonly options: HttpReplyOptions = {},
  ) {
    this.#open = options.open ?? 1;
    this.#isBatch = this.#open > 1;
    this.#status = options.status ?? (() => 200);
    if (options.forms !== "json") this.#early = setTimeout(() => this.#opened(), options.earlyMs ?? EARLY_MS).unref();
  }

  get streaming(): boolean {
    return this.#stream !== undefined;
  }

  notify(frame: Frame): void {
    if (this.options.forms === "json") this.options.aside?.(frame);
    else this.#opened().send(frame.bytes.length > SMALL ? frame.lineBytes : frame.line);
  }

  answer(answer: Frame): void {
    this.#open--;
    const { forms = "both" } = this.options;
    if (this.#stream || forms === "stream" || (this.#isBatch && forms !== "json")) {
      this.#opened().send(answer.bytes.length > SMALL ? answer.lineBytes : answer.line);
      this.#endStream();
    } else if (this.#isBatch) {
      this.#texts.push(answer.text);
      this.#endBatch();
    } else {
      clearTimeout(this.#early);
      sendJson(this.response, this.#status(answer), answer.bytes, this.headers);
      if (this.response.writableLength > 0) this.#count(); // mostly the kernel took it all
    }
  }

  failing({ status, code }: GatewayError): void {
    if (!this.options.opening) return;
    this.#status = () => status;
    if (code === ErrorCode.Busy) this.headers = COME_AGAIN;
  }

  leave(id: string): void {
    this.#open--;
    if (this.options.forms !== "json") {
      // HTTP needs a response even so: an event stream that ends without a message.
      if (this.#open === 0) this.#opened();
      this.#endStream();
    } else if (this.#isBatch) this.#endBatch();
    else sendJson(this.response, 200, Frame.error(id, ErrorCode.Cancelled, "the request was cancelled").bytes);
  }

  #endStream(): void {
    if (this.#open === 0) this.#stream?.end();
  }

  #endBatch(): void {
    if (this.#open > 0) return;
    sendJson(this.response, 200, Buffer.from(`[${this.#texts.join(",")}]`), this.headers);
    this.#count();
  }

  #count(): void {
    this.options.budget?.watch(this.response, this.options.owner ?? "");
  }

  #opened(): ClientStream {
    if (this.#stream) return this.#stream;
    clearTimeout(this.#early);
    this.#stream = this.openStream();
    if (!this.response.destroyed && !this.response.headersSent) {
      this.#count();
      startEventStream(this.response, { ...this.options.early, ...this.headers });
      this.#stream.attach(this.response, 0);
    }
    return this.#stream;
  }
}
