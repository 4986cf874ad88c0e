import type { ServerResponse } from "node:http";
import type { Reply } from "../calls/exchange";
import type { GatewayError } from "../gateway-api";
import type { Frame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { type ClientStream, startEventStream } from "./client-stream";
import { COME_AGAIN, sendJson } from "./http-answers";

/** How the answers to a POST are given. */
export interface HttpReplyOptions {
  /** Requests of this POST. More than one: a batch, always on a stream. @default 1 */
  open?: number;
  /** HTTP status of a JSON answer. @default always 200 */
  status?: (answer: Frame) => number;
  /** A failure of the gateway has a status of its own, because nothing was begun yet. @default false */
  opening?: boolean;
}

/** The answers to one POST: one JSON document, or an SSE stream as soon as there is more to say. */
export class HttpReply implements Reply {
  headers: Record<string, string> = {};
  #status: (answer: Frame) => number;
  #open: number;
  #stream: ClientStream | undefined;

  /** @param openStream makes the stream for messages before the answer; called only when there are some */
  constructor(
    private readonly response: ServerResponse,
    private readonly openStream: () => ClientStream,
    private readonly options: HttpReplyOptions = {},
  ) {
    this.#open = options.open ?? 1;
    this.#status = options.status ?? (() => 200);
  }

  get streaming(): boolean {
    return this.#stream !== undefined;
  }

  notify({ text }: Frame): void {
    this.#opened().send(text);
  }

  answer(answer: Frame): void {
    this.#open--;
    if (this.#stream || this.#open > 0) {
      this.#opened().send(answer.text);
      if (this.#open === 0) this.#stream?.end();
    } else sendJson(this.response, this.#status(answer), answer.text, this.headers);
  }

  failing({ status, code }: GatewayError): void {
    if (!this.options.opening) return;
    this.#status = () => status;
    if (code === ErrorCode.Busy) this.headers = COME_AGAIN;
  }

  leave(): void {
    this.#open--;
    if (this.#open > 0) return;
    this.#stream?.end();
    if (!this.response.headersSent) this.response.destroy();
  }

  #opened(): ClientStream {
    if (this.#stream) return this.#stream;
    this.#stream = this.openStream();
    if (!this.response.destroyed) {
      startEventStream(this.response, this.headers);
      this.#stream.attach(this.response, 0);
    }
    return this.#stream;
  }
}
