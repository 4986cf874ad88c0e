import { Frame, type RequestFrame } from "../wire/frame";
import { type JsonObject, objectOf, textOr } from "../wire/json-rpc";
import { ownId } from "../wire/own-ids";

const SET_LEVEL = "logging/setLevel";

/** What a client has set at its server: the log level and the subscriptions. A new process of the server gets it again. */
export class SessionState {
  /** The requests that set it: a subscription by its URI, others by their method. */
  readonly #requests = new Map<string, { method: string; params: JsonObject }>();

  /** Keeps a client's request if it sets something. */
  note(request: RequestFrame): void {
    const { method } = request;
    if (method === SET_LEVEL) this.set(method, objectOf(request.exact("params")));
    else if (method === "resources/subscribe") {
      const params = objectOf(request.exact("params"));
      this.#requests.set(textOr(params.uri, ""), { method, params });
    } else if (method === "resources/unsubscribe") this.#requests.delete(textOr(request.at("params", "uri"), ""));
  }

  /** Keeps a request, in place of an earlier one with the same method. */
  set(method: string, params: JsonObject): void {
    this.#requests.set(method, { method, params });
  }

  /** Makes the requests for a new process, with ids of our own. @param capabilities what the server offers */
  requests(capabilities: JsonObject): Frame[] {
    return [...this.#requests.values()]
      .filter(({ method }) => method !== SET_LEVEL || capabilities.logging !== undefined)
      .map(({ method, params }) => Frame.request(ownId(), method, params));
  }
}
