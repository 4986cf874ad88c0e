import { Frame, type RequestFrame, type ResponseFrame } from "../../wire/frame";
import { isObject, type JsonObject, objectOf, type RequestId, textOr } from "../../wire/json-rpc";
import { ALL_LISTS, granted } from "../../wire/lists";
import { ACKNOWLEDGED, DISCOVER, LEGACY_VERSIONS, LISTEN, Meta, MODERN_VERSION } from "../../wire/modern";
import { modernHeaders } from "../../wire/modern-send";
import { ownId } from "../../wire/own-ids";
import { NOBODY, type Upstream, type UpstreamEnd, type UpstreamUser } from "../upstream";
import { QuestionRounds } from "./question-rounds";

/**
 * Translates between a legacy client and a modern server. `initialize` becomes `server/discover`, questions in results
 * become requests to the client, and `resources/subscribe` and changed lists become one `subscriptions/listen`.
 */
export class ModernAsLegacy implements Upstream, UpstreamUser {
  user: UpstreamUser = NOBODY;
  readonly #rounds = new QuestionRounds({
    ask: (request) => this.#ask(request),
    say: (frame, related) => this.user.message(frame, related),
    can: (capability) => objectOf(this.#envelope[Meta.Capabilities])[capability] !== undefined,
  });
  readonly #watched = new Set<string>();
  #envelope: JsonObject = {};
  #discovering: RequestFrame | undefined;
  #capabilities: JsonObject = {};
  #listening: RequestId | undefined;

  constructor(private readonly server: Upstream) {
    server.user = this;
  }

  get alive(): boolean {
    return this.server.alive;
  }

  get idle(): boolean {
    return this.user.idle ?? true;
  }

  get printed(): string | undefined {
    return this.server.printed;
  }

  send(frame: Frame): void {
    if (frame.isRequest()) this.#request(frame);
    else if (frame.isResponse()) this.#rounds.answer(frame);
    else if (frame.method === "notifications/initialized") this.#listen();
    else if (frame.method === "notifications/cancelled")
      this.cancel(frame.at("params", "requestId") as RequestId, "cancelled");
    // The modern era has no counterpart for other notifications, such as changed roots or progress.
  }

  cancel(id: RequestId, reason: string): void {
    const sent = this.#rounds.cancel(id);
    if (sent !== undefined) this.server.cancel(sent, reason);
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
    if (frame.isResponse()) {
      if (this.#discovering?.id === frame.id) this.#discovered(this.#discovering, frame);
      else this.#rounds.answered(frame);
    } else if (frame.method !== ACKNOWLEDGED) {
      const isOwn = related === undefined || related === this.#listening;
      this.user.message(frame, isOwn ? undefined : this.#rounds.clientId(related));
    }
  }

  #request(request: RequestFrame): void {
    const { id, method } = request;
    switch (method) {
      case "initialize":
        this.#discovering = request;
        this.#envelope = {
          [Meta.Version]: MODERN_VERSION,
          [Meta.Capabilities]: request.exact("params", "capabilities") ?? {},
          [Meta.ClientInfo]: request.exact("params", "clientInfo") ?? { name: "unknown", version: "0" },
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
        this.#rounds.begin(request);
    }
  }

  #discovered(initialize: RequestFrame, answer: ResponseFrame): void {
    this.#discovering = undefined;
    if (answer.error) {
      this.user.message(answer);
      return;
    }
    const { capabilities, instructions, _meta } = objectOf(answer.exact("result"));
    this.#capabilities = objectOf(capabilities);
    const asked = textOr(initialize.params.protocolVersion, "");
    this.#reply(initialize, {
      protocolVersion: LEGACY_VERSIONS.includes(asked) ? asked : LEGACY_VERSIONS[0],
      capabilities: this.#capabilities,
      serverInfo: objectOf(_meta)[Meta.ServerInfo] || { name: "unknown", version: "0" },
      ...(typeof instructions === "string" ? { instructions } : {}),
    });
  }

  /** Subscribes to everything that may change, with one subscription. A new one replaces the old one. */
  #listen(): void {
    const notifications = granted({ ...ALL_LISTS, resourceSubscriptions: [...this.#watched] }, this.#capabilities);
    const old = this.#listening;
    this.#listening = undefined;
    if (Object.keys(notifications).length > 0) {
      this.#listening = ownId();
      this.#ask(Frame.request(this.#listening, LISTEN, { notifications }));
    }
    if (old !== undefined) this.server.cancel(old, "another subscription takes its place");
  }

  /** Sends a request with the `_meta` and headers that the modern era requires. */
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
