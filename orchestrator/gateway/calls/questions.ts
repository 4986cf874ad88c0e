import { randomBytes } from "node:crypto";
import type { GatewayError } from "../gateway-api";
import type { Cancel } from "../upstream/connection";
import type { PooledConnection } from "../upstream/pooled-connection";
import { Frame, type RequestFrame } from "../wire/frame";
import { ErrorCode, isObject, type JsonObject } from "../wire/json-rpc";
import { capabilityFor, type InputRequest } from "../wire/modern";
import { type Exchange, QUESTION_MS } from "./exchange";

/** Questions that may wait for an answer at the same time. */
const QUESTIONS = 100;

/**
 * A call to a server of the legacy era, made for a client of the modern era. When the server asks something in
 * the middle of it, the client gets `input_required` as its answer, while the call goes on waiting; the client's next
 * request, with the answers and our `requestState`, takes it up again.
 */
export class SuspendableCall {
  readonly #waiting = new Map<string, RequestFrame>();
  /** Ids of questions, as the server wrote them. */
  readonly #asked = new Map<string, string>();
  #exchange: Exchange | undefined;
  #count = 0;
  #state = "";
  #timer: NodeJS.Timeout | undefined;
  /** Tells the server that nobody waits; set when the call has been sent. */
  cancel: Cancel = () => {};

  constructor(
    readonly principal: string,
    readonly connection: PooledConnection,
    exchange: Exchange,
    private readonly capabilities: JsonObject,
    private readonly suspended: Map<string, SuspendableCall>,
  ) {
    this.#exchange = exchange;
  }

  /** The exchange that the answer goes to; undefined while the client thinks about a question. */
  get exchange(): Exchange | undefined {
    return this.#exchange;
  }

  /** The server asks something. */
  asked(question: RequestFrame): void {
    const needed = capabilityFor(question.method);
    if (!needed || this.capabilities[needed] === undefined || this.#waiting.size >= QUESTIONS) {
      this.connection.decline(question);
      if (needed && this.capabilities[needed] === undefined) this.#lacking(needed);
      return;
    }
    this.#waiting.set(`q${++this.#count}`, question);
    if (this.#exchange) this.#suspend(this.#exchange);
  }

  /**
   * The client came back.
   * @returns false when an answer is missing
   */
  resume(exchange: Exchange, answers: unknown): boolean {
    const given = isObject(answers) ? answers : {};
    if ([...this.#asked.keys()].some((key) => !isObject(given[key]))) return false;
    clearTimeout(this.#timer);
    this.#exchange = exchange;
    for (const [key, id] of this.#asked) this.connection.say(Frame.result(id, JSON.stringify(given[key])));
    this.#asked.clear();
    if (this.#waiting.size > 0) this.#suspend(exchange);
    return true;
  }

  /** There will be no answer, also for a client that comes back. */
  lost(error: GatewayError): void {
    this.#exchange?.reject(error);
    clearTimeout(this.#timer);
    this.suspended.delete(this.#state);
  }

  /** The client did not say that it can answer this: 2026-07-28 wants the whole call to fail then. */
  #lacking(needed: string): void {
    const data = { requiredCapabilities: { [needed]: {} } };
    this.#exchange?.fail(ErrorCode.MissingCapability, `the server needs the client's capability ${needed}`, data);
    this.cancel("the client lacks a capability");
  }

  #suspend(exchange: Exchange): void {
    this.#exchange = undefined;
    const state = randomBytes(24).toString("base64url");
    this.#state = state;
    const inputRequests: Record<string, InputRequest> = {};
    for (const [key, { idText, method, params }] of this.#waiting) {
      this.#asked.set(key, idText);
      inputRequests[key] = { method, params };
    }
    this.#waiting.clear();
    this.suspended.set(state, this);
    this.#timer = setTimeout(() => {
      this.suspended.delete(state);
      this.cancel("the client did not come back");
    }, QUESTION_MS);
    this.#timer.unref();
    const result = { resultType: "input_required", inputRequests, requestState: state };
    exchange.result(JSON.stringify(result));
  }
}
