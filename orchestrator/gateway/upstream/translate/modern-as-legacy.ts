import { setTimeout as sleep } from "node:timers/promises";
import {
  ErrorCode,
  errorText,
  isObject,
  isRequest,
  isResponse,
  type JsonObject,
  type Message,
  type Request,
  type RequestId,
  requestText,
  textOr,
} from "../../wire/json-rpc";
import { insert } from "../../wire/json-splice";
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
  request: Request;
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
  #discovering: Request | undefined;
  #capabilities: JsonObject = {};
  #listening: RequestId | undefined;
  #count = 0;

  constructor(private readonly server: Upstream) {
    server.user = this;
  }

  get alive(): boolean {
    return this.server.alive;
  }

  send(message: Message, text: string): void {
    if (isRequest(message)) this.#request(message, text);
    else if (isResponse(message)) this.#answer(message);
    else if (message.method === "notifications/initialized") this.#listen();
    else if (message.method === "notifications/cancelled")
      this.cancel(message.params?.requestId as RequestId, "cancelled");
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

  message(message: Message, text: string, related?: RequestId): void {
    if (isResponse(message)) this.#answered(message, text);
    else if (message.method !== ACKNOWLEDGED)
      this.user.message(message, text, related === this.#listening ? undefined : related);
  }

  #request(request: Request, text: string): void {
    const { id, method, params = {} } = request;
    switch (method) {
      case "initialize":
        this.#discovering = request;
        this.#envelope = {
          [Meta.Version]: MODERN_VERSION,
          [Meta.Capabilities]: params.capabilities ?? {},
          [Meta.ClientInfo]: params.clientInfo ?? { name: "unknown", version: "0" },
        };
        this.#ask(id, DISCOVER, {});
        return;
      case "ping":
        this.#reply(id, {});
        return;
      case "logging/setLevel":
        this.#envelope[Meta.LogLevel] = params.level;
        this.#reply(id, {});
        return;
      case "resources/subscribe":
      case "resources/unsubscribe":
        if (method === "resources/subscribe") this.#watched.add(textOr(params.uri, ""));
        else this.#watched.delete(textOr(params.uri, ""));
        this.#reply(id, {});
        this.#listen();
        return;
      default:
        this.#calls.set(id, { request, rounds: 0, missing: new Set(), answers: {} });
        this.server.send(request, this.#enveloped(text, params), modernHeaders(method, params));
    }
  }

  #answered(message: Message, text: string): void {
    const id = message.id as RequestId;
    if (this.#discovering?.id === id) {
      this.#discovered(message, text);
      return;
    }
    const call = this.#calls.get(id);
    if (!call) return; // one of our own: the end of a subscription
    const questions = inputRequests(message);
    if (!questions) {
      this.#calls.delete(id);
      this.user.message(message, text);
      return;
    }
    if (++call.rounds > ROUNDS) {
      this.#calls.delete(id);
      const error = errorText(id, ErrorCode.Internal, `the server still asks after ${ROUNDS} rounds`);
      this.user.message(JSON.parse(error) as Message, error);
      return;
    }
    call.state = message.result?.requestState;
    call.answers = {};
    call.missing = new Set(Object.keys(questions));
    for (const [key, { method, params = {} }] of Object.entries(questions)) {
      const question = `${OWN}q${++this.#count}`;
      this.#questions.set(question, { call, key });
      this.user.message({ id: question, method, params }, requestText(question, method, params), id);
    }
    if (call.missing.size === 0) void sleep(PACING_MS).then(() => this.#again(call));
  }

  /** The client's answer to a question; with the last one the call goes to the server again. */
  #answer(message: Message): void {
    const asked = this.#questions.get(message.id as RequestId);
    if (!asked) return;
    this.#questions.delete(message.id as RequestId);
    const { call, key } = asked;
    if (message.error) {
      this.#calls.delete(call.request.id);
      const error = errorText(call.request.id, message.error.code, `the client refused: ${message.error.message}`);
      this.user.message(JSON.parse(error) as Message, error);
      return;
    }
    call.answers[key] = message.result;
    call.missing.delete(key);
    if (call.missing.size === 0) this.#again(call);
  }

  #again({ request, answers, state }: Call): void {
    const { id, method, params = {} } = request;
    if (!this.#calls.has(id)) return;
    const more = { inputResponses: answers, ...(state === undefined ? {} : { requestState: state }) };
    this.#ask(id, method, { ...params, ...more });
  }

  #discovered(message: Message, text: string): void {
    const { id, params = {} } = this.#discovering as Request;
    this.#discovering = undefined;
    if (message.error) {
      this.user.message(message, text);
      return;
    }
    const { capabilities, instructions, _meta } = message.result ?? {};
    this.#capabilities = isObject(capabilities) ? capabilities : {};
    const asked = textOr(params.protocolVersion, "");
    this.#reply(id, {
      protocolVersion: LEGACY_VERSIONS.includes(asked) ? asked : LEGACY_VERSIONS[0],
      capabilities: this.#capabilities,
      serverInfo: (isObject(_meta) && _meta[Meta.ServerInfo]) || { name: "unknown", version: "0" },
      ...(typeof instructions === "string" ? { instructions } : {}),
    });
  }

  /** One subscription for all that changes; a new one takes the place of the old one. */
  #listen(): void {
    const can = (part: string, what: string): boolean => {
      const has = this.#capabilities[part];
      return isObject(has) && has[what] === true;
    };
    const notifications = {
      ...(can("tools", "listChanged") ? { toolsListChanged: true } : {}),
      ...(can("prompts", "listChanged") ? { promptsListChanged: true } : {}),
      ...(can("resources", "listChanged") ? { resourcesListChanged: true } : {}),
      ...(this.#watched.size > 0 && can("resources", "subscribe") ? { resourceSubscriptions: [...this.#watched] } : {}),
    };
    const old = this.#listening;
    this.#listening = undefined;
    if (Object.keys(notifications).length > 0) {
      this.#listening = `${OWN}listen${++this.#count}`;
      this.#ask(this.#listening, LISTEN, { notifications });
    }
    if (old !== undefined) this.server.cancel(old, "another subscription takes its place");
  }

  /** A request made anew, whose text nobody else has written. */
  #ask(id: RequestId, method: string, params: JsonObject): void {
    const text = this.#enveloped(requestText(id, method, params), params);
    this.server.send({ id, method, params }, text, modernHeaders(method, params));
  }

  #enveloped(text: string, params: JsonObject): string {
    if (isObject(params._meta)) return insert(text, ["params", "_meta"], this.#envelope);
    const meta = { _meta: this.#envelope };
    const inserted = insert(text, ["params"], meta);
    return inserted === text ? insert(text, [], { params: meta }) : inserted;
  }

  #reply(id: RequestId, result: JsonObject): void {
    this.user.message({ id, result }, JSON.stringify({ jsonrpc: "2.0", id, result }));
  }
}
