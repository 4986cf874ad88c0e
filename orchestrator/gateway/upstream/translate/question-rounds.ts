import { setTimeout as sleep } from "node:timers/promises";
import { Frame, type RequestFrame, type ResponseFrame } from "../../wire/frame";
import { ErrorCode, isObject, type JsonObject, objectOf, type RequestId } from "../../wire/json-rpc";
import { inputRequests } from "../../wire/modern";

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
}

/**
 * A legacy client's calls to a modern server. A result that holds questions becomes requests to the client; once all
 * have an answer, the call goes to the server again, with the answers.
 */
export class QuestionRounds {
  readonly #calls = new Map<RequestId, Call>();
  /** The call and the key of each question that the client has not answered, by the question's id. */
  readonly #questions = new Map<RequestId, { call: Call; key: string }>();
  #count = 0;

  constructor(private readonly sides: Sides) {}

  /** Sends a client's call to the server. */
  begin(request: RequestFrame): void {
    this.#calls.set(request.id, { request, rounds: 0, missing: new Set(), answers: {} });
    this.sides.ask(request);
  }

  /** Forgets a call that the client cancelled, and its questions. */
  cancel(id: RequestId): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    for (const [question, asked] of this.#questions) if (asked.call === call) this.#questions.delete(question);
  }

  /** Takes the server's response to a call: passes it on, or puts its questions to the client. */
  answered(frame: ResponseFrame): void {
    const { id } = frame;
    const call = this.#calls.get(id);
    if (!call) return; // the end of a subscription of our own, or an answer to a cancelled call
    const questions = inputRequests(frame);
    if (!questions) {
      this.#calls.delete(id);
      this.sides.say(frame);
      return;
    }
    if (++call.rounds > ROUNDS) {
      this.#lost(call, `the server still asks after ${ROUNDS} rounds`);
      return;
    }
    const asked = Object.entries(questions);
    const isSound = asked.every(([, question]) => isObject(question) && typeof question.method === "string");
    if (!isSound || asked.length > QUESTIONS) {
      this.#lost(
        call,
        isSound ? `the server asks ${asked.length} questions at once` : "the server's question has no method",
      );
      return;
    }
    call.state = frame.exact("result", "requestState");
    call.answers = {};
    call.missing = new Set(Object.keys(questions));
    for (const [key, { method, params = {} }] of asked) {
      const question = ++this.#count;
      this.#questions.set(question, { call, key });
      this.sides.say(Frame.request(question, method, params), id);
    }
    if (call.missing.size === 0) {
      sleep(PACING_MS)
        .then(() => this.#again(call))
        .catch((error: Error) => this.#lost(call, `it cannot be asked again: ${error.message}`));
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
      this.#calls.delete(call.request.id);
      this.sides.say(Frame.error(call.request.idText, error.code, `the client refused: ${error.message}`));
      return;
    }
    call.answers[key] = frame.exact("result");
    call.missing.delete(key);
    if (call.missing.size === 0) this.#again(call);
  }

  #lost({ request }: Call, reason: string): void {
    this.#calls.delete(request.id);
    this.sides.say(Frame.error(request.idText, ErrorCode.Internal, reason));
  }

  #again({ request, answers, state }: Call): void {
    const { id, method } = request;
    if (!this.#calls.has(id)) return;
    const params = objectOf(request.exact("params"));
    const more = { inputResponses: answers, ...(state === undefined ? {} : { requestState: state }) };
    this.sides.ask(Frame.request(id, method, { ...params, ...more }).withId(request.idText));
  }
}
