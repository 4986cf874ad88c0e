import { randomBytes } from "node:crypto";
import type { GatewayError } from "../gateway-api";
import type { Cancel } from "../upstream/connection";
import type { PooledConnection } from "../upstream/pooled-connection";
import { SMALL } from "../wire/byte-budget";
import { Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, isObject, type JsonObject, objectOf } from "../wire/json-rpc";
import { capabilityFor, type InputRequest } from "../wire/modern";
import { type Exchange, QUESTION_MS } from "./exchange";

/** Most questions of one call that may wait for an answer; further ones are declined. */
const QUESTIONS = 100;
/** Most bytes of those that wait; a question may hold a conversation, with images. */
const MOST_BYTES = 4 * 1024 * 1024;
const TOO_EARLY = `the server answered before the client did, with more than the ${SMALL} bytes that are kept meanwhile`;

/**
 * A call to a legacy server for a modern client. When the server asks the client something during the call, the client
 * gets `input_required` as its answer, and the call stays open. The client's next request, with the answers and the
 * gateway's `requestState`, resumes it.
 */
export class SuspendableCall {
  readonly #waiting = new Map<string, RequestFrame>();
  #waitingBytes = 0;
  /** The server's ids (as JSON) of the questions that the client has, by their keys in `inputRequests`. */
  readonly #asked = new Map<string, string>();
  #exchange: Exchange | undefined;
  /** The server's answer, when it came before the client's answers; sent when the client comes back. */
  #answer: ResponseFrame | undefined;
  #count = 0;
  #state = "";
  #timer: NodeJS.Timeout | undefined;
  /** Tells the server that nobody waits for the answer; set once the call was sent. */
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

  /** The exchange that the answer goes to; undefined while the client has a question to answer. */
  get exchange(): Exchange | undefined {
    return this.#exchange;
  }

  /** Takes a question of the server, and suspends the call. Declines a question that the client cannot answer. */
  asked(question: RequestFrame): void {
    const needed = capabilityFor(question.method);
    const isTooMuch = this.#waiting.size >= QUESTIONS || this.#waitingBytes + question.bytes.length > MOST_BYTES;
    if (!needed || this.capabilities[needed] === undefined || isTooMuch) {
      this.connection.decline(question);
      if (needed && this.capabilities[needed] === undefined) this.#lacking(needed);
      return;
    }
    this.#waiting.set(`q${++this.#count}`, question);
    this.#waitingBytes += question.bytes.length;
    if (this.#exchange) this.#suspend(this.#exchange);
  }

  /** Passes the server's answer on, or keeps it while the client has a question to answer. */
  answered(frame: ResponseFrame): void {
    if (this.#exchange) {
      // The server answers the client's first request. After a question the client waits with another request's id.
      const { idText } = this.#exchange.request;
      this.#exchange.answer(frame.idText === idText ? frame : frame.withId(idText));
    } else if (frame.bytes.length <= SMALL) this.#answer = frame;
    else this.#answer = Frame.error(frame.idText, ErrorCode.Internal, TOO_EARLY);
  }

  /**
   * Resumes the call with the client's answers.
   * @returns false when the answer to a question is missing; the call then stays suspended
   */
  resume(exchange: Exchange, answers: unknown): boolean {
    const given = isObject(answers) ? answers : {};
    if ([...this.#asked.keys()].some((key) => !isObject(given[key]))) return false;
    clearTimeout(this.#timer);
    this.#exchange = exchange;
    for (const [key, id] of this.#asked) this.connection.say(Frame.result(id, JSON.stringify(given[key])));
    this.#asked.clear();
    if (this.#answer) this.answered(this.#answer);
    else if (this.#waiting.size > 0) this.#suspend(exchange);
    return true;
  }

  /** Fails the call. A client that comes back with its `requestState` finds no call. */
  lost(error: GatewayError): void {
    this.#exchange?.reject(error);
    clearTimeout(this.#timer);
    this.suspended.delete(this.#state);
  }

  /** Fails the call for want of a client capability, as 2026-07-28 requires. */
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
    for (const [key, question] of this.#waiting) {
      this.#asked.set(key, question.idText);
      inputRequests[key] = { method: question.method, params: objectOf(question.exact("params")) };
    }
    this.#waiting.clear();
    this.#waitingBytes = 0;
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
