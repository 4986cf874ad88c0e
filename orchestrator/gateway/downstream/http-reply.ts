import type { ServerResponse } from "node:http";
import type { Reply } from "../calls/exchange";
import type { GatewayError } from "../gateway-api";
import { SMALL } from "../wire/byte-budget";
import { Frame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import type { Forms } from "./accept";
import { type ClientStream, startEventStream } from "./client-stream";
import { COME_AGAIN, sendJson } from "./http-answers";

/**
 * Milliseconds after which an answer that is not there yet begins as an event stream: some clients wait 300 s for headers,
 * some proxies 60 s for any byte. A short call stays JSON.
 */
const EARLY_MS = 10_000;

/** How the answers to a POST are given. */
export interface HttpReplyOptions {
  /** Requests of this POST. More than one is a batch. @default 1 */
  open?: number;
  /** What the client takes. @default both */
  forms?: Forms;
  /** HTTP status of a JSON answer. @default always 200 */
  status?: (answer: Frame) => number;
  /** A failure of the gateway has a status of its own, because nothing was begun yet. @default false */
  opening?: boolean;
  /** Headers of a stream that begins before the answer. @default none */
  early?: Record<string, string>;
  /** Where a message goes for which a JSON answer has no place. @default nowhere */
  aside?: (frame: Frame) => void;
  /** Milliseconds after which a stream begins although there is nothing to say. @default 10 s */
  earlyMs?: number;
}

/** The answers to one POST: one JSON document, or an SSE stream as soon as there is more to say, or it takes long. */
export class HttpReply implements Reply {
  headers: Record<string, string> = {};
  #status: (answer: Frame) => number;
  #open: number;
  #stream: ClientStream | undefined;
  readonly #early: NodeJS.Timeout | undefined;
  readonly #isBatch: boolean;
  /** Answers to a batch, for a client that takes no stream. */
  readonly #texts: string[] = [];

  /** @param openStream makes the stream for messages before the answer; called only when there are some */
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
    else this.#opened().send(frame.text);
  }

  answer(answer: Frame): void {
    this.#open--;
    const { forms = "both" } = this.options;
    if (this.#stream || forms === "stream" || (this.#isBatch && forms !== "json")) {
      this.#opened().send(answer.text);
      this.#endStream();
    } else if (this.#isBatch) {
      this.#texts.push(answer.text);
      this.#endBatch();
    } else {
      clearTimeout(this.#early);
      // A large one goes as the bytes it is: its text would be two more copies of it.
      const json = answer.bytes.length > SMALL ? answer.bytes : answer.text;
      sendJson(this.response, this.#status(answer), json, this.headers);
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
      // HTTP wants an answer all the same: a stream that ends without a message.
      if (this.#open === 0) this.#opened();
      this.#endStream();
    } else if (this.#isBatch) this.#endBatch();
    else sendJson(this.response, 200, Frame.error(id, ErrorCode.Cancelled, "the request was cancelled").text);
  }

  #endStream(): void {
    if (this.#open === 0) this.#stream?.end();
  }

  #endBatch(): void {
    if (this.#open === 0) sendJson(this.response, 200, `[${this.#texts.join(",")}]`, this.headers);
  }

  #opened(): ClientStream {
    if (this.#stream) return this.#stream;
    clearTimeout(this.#early);
    this.#stream = this.openStream();
    if (!this.response.destroyed && !this.response.headersSent) {
      startEventStream(this.response, { ...this.options.early, ...this.headers });
      this.#stream.attach(this.response, 0);
    }
    return this.#stream;
  }
}
