import { setTimeout as sleep } from "node:timers/promises";
import { Frame, type RequestFrame, type ResponseFrame } from "../../wire/frame";
import { ErrorCode, isObject, type JsonObject, objectOf, type RequestId } from "../../wire/json-rpc";
import { capabilityFor, type InputRequest, inputRequests } from "../../wire/modern";
import { ownId } from "../../wire/own-ids";

/** Most rounds of questions in one call; the official SDKs have the same limit. */
const ROUNDS = 10;
/** Most questions of one round. */
const QUESTIONS = 100;
/** Milliseconds before a call is repeated whose `input_required` held no questions; the official SDKs wait as long. */
const PACING_MS = 250;

/** A client's call. Each round of questions sends one more request to the server. */
interface Call {
  request: RequestFrame;
  rounds: number;
  /** The id of the request that the server has; undefined while the client has questions to answer. */
  sent: RequestId | undefined;
  /** Keys of the questions of this round that have no answer yet. */
  missing: Set<string>;
  answers: JsonObject;
  state?: unknown;
}

/** The two sides of the calls. */
export interface Sides {
  /** Sends a request to the modern server. */
  ask(request: RequestFrame): void;
  /** Sends a message to the legacy client. */
  say(frame: Frame, related?: RequestId): void;
  /** True when the legacy client has a capability. */
  can(capability: string): boolean;
}

/**
 * A legacy client's calls to a modern server. A result that holds questions becomes requests to the client; once all
 * have an answer, the call goes to the server again, with the answers. Each time it has another id, as a server may
 * answer twice: only the first answer to a request counts.
 */
export class QuestionRounds {
  readonly #calls = new Map<RequestId, Call>();
  /** The calls that wait for the server, by the id of the request that it has. */
  readonly #sent = new Map<RequestId, Call>();
  /** The call and the key of each question that the client has not answered, by the question's id. */
  readonly #questions = new Map<RequestId, { call: Call; key: string }>();

  constructor(private readonly sides: Sides) {}

  /** Sends a client's call to the server. */
  begin(request: RequestFrame): void {
    const call: Call = { request, rounds: 0, sent: undefined, missing: new Set(), answers: {} };
    this.#calls.set(request.id, call);
    this.#send(call, request);
  }

  /** Returns the id that the client gave the call which the server has under this id. */
  clientId(sent: RequestId): RequestId {
    return this.#sent.get(sent)?.request.id ?? sent;
  }

  /**
   * Forgets a call that the client cancelled, and its questions.
   * @returns the id under which the server has it; undefined when the server waits for the client
   */
  cancel(id: RequestId): RequestId | undefined {
    const call = this.#calls.get(id);
    if (!call) return id;
    const { sent } = call;
    this.#end(call);
    return sent;
  }

  /** Takes the server's response to a call: passes it on, or puts its questions to the client. */
  answered(frame: ResponseFrame): void {
    const call = this.#sent.get(frame.id);
    if (!call) return; // a second answer, the end of a subscription of our own, or an answer to a cancelled call
    this.#sent.delete(frame.id);
    call.sent = undefined;
    const questions = inputRequests(frame);
    if (!questions) {
      const { id, idText } = call.request;
      this.#end(call);
      this.sides.say(frame.id === id ? frame : frame.withId(idText));
      return;
    }
    const problem = ++call.rounds > ROUNDS ? `the server still asks after ${ROUNDS} rounds` : problemOf(questions);
    if (problem !== undefined) {
      this.#fail(call, ErrorCode.Internal, problem);
      return;
    }
    const lacking = Object.values(questions).find(({ method }) => !this.#isAble(method));
    if (lacking) {
      this.#fail(
        call,
        ErrorCode.MissingCapability,
        `the server asks for ${lacking.method}, which the client did not offer`,
      );
      return;
    }
    call.state = frame.exact("result", "requestState");
    call.answers = {};
    call.missing = new Set(Object.keys(questions));
    for (const [key, { method, params = {} }] of Object.entries(questions)) {
      const question = ownId();
      this.#questions.set(question, { call, key });
      this.sides.say(Frame.request(question, method, params), call.request.id);
    }
    if (call.missing.size === 0) {
      sleep(PACING_MS)
        .then(() => this.#again(call))
        .catch((error: Error) => this.#fail(call, ErrorCode.Internal, `it cannot be asked again: ${error.message}`));
    }
  }

  /** Takes the client's answer to a question. After the last one, the call goes to the server again. */
  answer(frame: ResponseFrame): void {
    const { id, error } = frame;
    const asked = this.#questions.get(id);
    if (!asked) return;
    this.#questions.delete(id);
    const { call, key } = asked;
    if (error) {
      this.#fail(call, error.code, `the client refused: ${error.message}`);
      return;
    }
    call.answers[key] = frame.exact("result");
    call.missing.delete(key);
    if (call.missing.size === 0) this.#again(call);
  }

  #isAble(method: string): boolean {
    const needed = capabilityFor(method);
    return needed !== undefined && this.sides.can(needed);
  }

  #fail(call: Call, code: number, reason: string): void {
    if (this.#calls.get(call.request.id) !== call) return;
    this.#end(call);
    this.sides.say(Frame.error(call.request.idText, code, reason));
  }

  /** Forgets a call, and withdraws the questions that the client has not answered. */
  #end(call: Call): void {
    this.#calls.delete(call.request.id);
    if (call.sent !== undefined) this.#sent.delete(call.sent);
    if (call.missing.size === 0) return;
    for (const [question, asked] of this.#questions) {
      if (asked.call !== call) continue;
      this.#questions.delete(question);
      const about = { requestId: question, reason: "its call is over" };
      this.sides.say(Frame.notification("notifications/cancelled", about), call.request.id);
    }
  }

  #send(call: Call, request: RequestFrame): void {
    call.sent = request.id;
    this.#sent.set(request.id, call);
    this.sides.ask(request);
  }

  #again(call: Call): void {
    const { request, answers, state } = call;
    if (this.#calls.get(request.id) !== call) return;
    const params = objectOf(request.exact("params"));
    const more = { inputResponses: answers, ...(state === undefined ? {} : { requestState: state }) };
    this.#send(call, Frame.request(ownId(), request.method, { ...params, ...more }));
  }
}

/** Says why a client cannot be asked this; undefined when it can. A client drops what it cannot read, and waits. */
function problemOf(questions: Record<string, InputRequest>): string | undefined {
  const asked: unknown[] = Object.values(questions);
  if (asked.length > QUESTIONS) return `the server asks ${asked.length} questions at once`;
  for (const question of asked) {
    if (!isObject(question) || typeof question.method !== "string") return "the server's question has no method";
    if (question.params !== undefined && !isObject(question.params))
      return `the params of the server's question ${question.method} are no object`;
  }
  return undefined;
}
