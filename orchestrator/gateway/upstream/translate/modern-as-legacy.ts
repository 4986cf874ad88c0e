import { setTimeout as sleep } from "node:timers/promises";
import { Frame, type RequestFrame, type ResponseFrame } from "../../wire/frame";
import { ErrorCode, isObject, type JsonObject, objectOf, type RequestId, textOr } from "../../wire/json-rpc";
import { ALL_LISTS, granted } from "../../wire/lists";
import {
  ACKNOWLEDGED,
  DISCOVER,
  inputRequests,
  LEGACY_VERSIONS,
  LISTEN,
  Meta,
  MODERN_VERSION,
} from "../../wire/modern";
import { modernHeaders } from "../../wire/modern-send";
import { NOBODY, type Upstream, type UpstreamEnd, type UpstreamUser } from "../upstream";

const OWN = "dind-mcp:";
/** Rounds of questions in one call; the SDKs' own limit. */
const ROUNDS = 10;
/** Before a call without questions is repeated, as the SDKs do. */
const PACING_MS = 250;

/** A call of the client, from which more than one request to the server may come. */
interface Call {
  request: RequestFrame;
  rounds: number;
  /** Answers still missing in this round. */
  missing: Set<string>;
  answers: JsonObject;
  state?: unknown;
}

/**
 * A server of the modern era, as a client of the legacy era sees it: `initialize` becomes `server/discover`,
 * questions in results become requests to the client, subscriptions become one stream.
 */
export class ModernAsLegacy implements Upstream, UpstreamUser {
  user: UpstreamUser = NOBODY;
  readonly #calls = new Map<RequestId, Call>();
  /** The client's answers that are waited for: id of the question to its call and its key there. */
  readonly #questions = new Map<RequestId, { call: Call; key: string }>();
  readonly #watched = new Set<string>();
  #envelope: JsonObject = {};
  #discovering: RequestFrame | undefined;
  #capabilities: JsonObject = {};
  #listening: RequestId | undefined;
  #count = 0;

  constructor(private readonly server: Upstream) {
    server.user = this;
  }

  get alive(): boolean {
    return this.server.alive;
  }

  send(frame: Frame): void {
    if (frame.isRequest()) this.#request(frame);
    else if (frame.isResponse()) this.#answer(frame);
    else if (frame.method === "notifications/initialized") this.#listen();
    else if (frame.method === "notifications/cancelled")
      this.cancel(frame.at("params", "requestId") as RequestId, "cancelled");
    // Other notifications (roots changed, progress) have no counterpart.
  }

  cancel(id: RequestId, reason: string): void {
    this.#calls.delete(id);
    this.server.cancel(id, reason);
  }

  pause(): void {
    this.server.pause();
  }

  resume(): void {
    this.server.resume();
  }

  close(): void {
    this.server.close();
  }

  ended(end: UpstreamEnd): void {
    this.user.ended(end);
  }

  message(frame: Frame, related?: RequestId): void {
    if (frame.isResponse()) this.#answered(frame);
    else if (frame.method !== ACKNOWLEDGED) this.user.message(frame, related === this.#listening ? undefined : related);
  }

  #request(request: RequestFrame): void {
    const { id, method } = request;
    switch (method) {
      case "initialize":
        this.#discovering = request;
        this.#envelope = {
          [Meta.Version]: MODERN_VERSION,
          [Meta.Capabilities]: request.params.capabilities ?? {},
          [Meta.ClientInfo]: request.params.clientInfo ?? { name: "unknown", version: "0" },
        };
        this.#ask(Frame.request(id, DISCOVER, {}).withId(request.idText));
        return;
      case "ping":
        this.#reply(request, {});
        return;
      case "logging/setLevel":
        this.#envelope[Meta.LogLevel] = request.params.level;
        this.#reply(request, {});
        return;
      case "resources/subscribe":
      case "resources/unsubscribe":
        if (method === "resources/subscribe") this.#watched.add(textOr(request.params.uri, ""));
        else this.#watched.delete(textOr(request.params.uri, ""));
        this.#reply(request, {});
        this.#listen();
        return;
      default:
        this.#calls.set(id, { request, rounds: 0, missing: new Set(), answers: {} });
        this.#ask(request);
    }
  }

  #answered(frame: ResponseFrame): void {
    const { id } = frame;
    if (this.#discovering?.id === id) {
      this.#discovered(this.#discovering, frame);
      return;
    }
    const call = this.#calls.get(id);
    if (!call) return; // one of our own: the end of a subscription
    const questions = inputRequests(frame);
    if (!questions) {
      this.#calls.delete(id);
      this.user.message(frame);
      return;
    }
    if (++call.rounds > ROUNDS) {
      this.#calls.delete(id);
      const words = `the server still asks after ${ROUNDS} rounds`;
      this.user.message(Frame.error(call.request.idText, ErrorCode.Internal, words));
      return;
    }
    call.state = frame.at("result", "requestState");
    call.answers = {};
    call.missing = new Set(Object.keys(questions));
    for (const [key, { method, params = {} }] of Object.entries(questions)) {
      const question = `${OWN}q${++this.#count}`;
      this.#questions.set(question, { call, key });
      this.user.message(Frame.request(question, method, params), id);
    }
    if (call.missing.size === 0) void sleep(PACING_MS).then(() => this.#again(call));
  }

  /** The client's answer to a question; with the last one the call goes to the server again. */
  #answer({ id, error, result }: ResponseFrame): void {
    const asked = this.#questions.get(id);
    if (!asked) return;
    this.#questions.delete(id);
    const { call, key } = asked;
    if (error) {
      this.#calls.delete(call.request.id);
      this.user.message(Frame.error(call.request.idText, error.code, `the client refused: ${error.message}`));
      return;
    }
    call.answers[key] = result;
    call.missing.delete(key);
    if (call.missing.size === 0) this.#again(call);
  }

  #again({ request, answers, state }: Call): void {
    const { id, method, params } = request;
    if (!this.#calls.has(id)) return;
    const more = { inputResponses: answers, ...(state === undefined ? {} : { requestState: state }) };
    this.#ask(Frame.request(id, method, { ...params, ...more }).withId(request.idText));
  }

  #discovered(initialize: RequestFrame, answer: ResponseFrame): void {
    this.#discovering = undefined;
    if (answer.error) {
      this.user.message(answer);
      return;
    }
    const { capabilities, instructions, _meta } = answer.result ?? {};
    this.#capabilities = objectOf(capabilities);
    const asked = textOr(initialize.params.protocolVersion, "");
    this.#reply(initialize, {
      protocolVersion: LEGACY_VERSIONS.includes(asked) ? asked : LEGACY_VERSIONS[0],
      capabilities: this.#capabilities,
      serverInfo: objectOf(_meta)[Meta.ServerInfo] || { name: "unknown", version: "0" },
      ...(typeof instructions === "string" ? { instructions } : {}),
    });
  }

  /** One subscription for all that changes; a new one takes the place of the old one. */
  #listen(): void {
    const notifications = granted({ ...ALL_LISTS, resourceSubscriptions: [...this.#watched] }, this.#capabilities);
    const old = this.#listening;
    this.#listening = undefined;
    if (Object.keys(notifications).length > 0) {
      this.#listening = `${OWN}listen${++this.#count}`;
      this.#ask(Frame.request(this.#listening, LISTEN, { notifications }));
    }
    if (old !== undefined) this.server.cancel(old, "another subscription takes its place");
  }

  /** Sends a request with what the modern era wants in each. */
  #ask(request: RequestFrame): void {
    this.server.send(this.#enveloped(request), modernHeaders(request));
  }

  #enveloped(request: RequestFrame): RequestFrame {
    if (isObject(request.at("params", "_meta"))) return request.insert(["params", "_meta"], this.#envelope);
    const meta = { _meta: this.#envelope };
    const inserted = request.insert(["params"], meta);
    return inserted === request ? request.insert([], { params: meta }) : inserted;
  }

  #reply({ idText }: RequestFrame, result: JsonObject): void {
    this.user.message(Frame.result(idText, JSON.stringify(result)));
  }
}
