import { manifestOf } from "./gateway-manifest";
import { Site } from "./gateway-site";
import { type HttpCall, HttpServer } from "./http-server";
import { DONE } from "./http-site";

/** Writes an event: data, and more lines before it. */
type Say = (data: unknown, more?: string) => void;

/** The gateway with one server `old`, in this process, that speaks HTTP+SSE of 2024; what it does a test says. */
export class SseSite {
  /** What it does with a tool's call, which it has taken. */
  onCall: (call: HttpCall, say: Say) => void = (call, say) => say({ jsonrpc: "2.0", id: call.body.id, result: DONE });
  /** What it does with GET. */
  onGet: (call: HttpCall) => void = (call) => this.opened(call);
  /** What it does with any POST, in place of taking it. @returns true when it did something */
  onPost: (call: HttpCall, say: Say) => boolean = () => false;
  /** The open streams, by session. */
  readonly streams = new Map<string, HttpCall>();
  readonly server = new HttpServer((call) => (call.method === "GET" ? this.onGet(call) : this.#post(call)));
  readonly #said = new Map<string, Say>();
  #sessions = 0;

  private constructor(
    readonly site: Site,
    readonly url: string,
  ) {}

  static async open(): Promise<SseSite> {
    let url = "";
    const old = new SseSite(await Site.open(), url);
    url = (await old.server.start()).replace("/mcp", "/sse");
    old.site.test.servers.set("old", { type: "sse", url }, manifestOf({ timeouts: { call: "1500ms", start: "1s" } }));
    return Object.assign(old, { url });
  }

  async close(): Promise<void> {
    await Site.closeAll();
    await this.server.stop();
  }

  /** Opens a stream and says where to post. @param endpoint as the event has it; SESSION stands for the session */
  opened(call: HttpCall, endpoint = "/messages?session=SESSION"): Say {
    const session = `s${++this.#sessions}`;
    const event = call.stream();
    const say: Say = (data, more) => event(data, undefined, more);
    this.streams.set(session, call);
    this.#said.set(session, say);
    say(endpoint.replace("SESSION", session), "event: endpoint\n");
    return say;
  }

  #post(call: HttpCall): void {
    const session = new URL(call.request.url ?? "", this.url).searchParams.get("session") ?? "";
    const say = this.#said.get(session);
    if (!say) call.json({ error: "no such session" }, {}, 404);
    else if (!this.onPost(call, say)) this.#take(call, say);
  }

  #take({ body, response, ...call }: HttpCall, say: Say): void {
    response.writeHead(202).end("Accepted");
    const result = (value: object): void => say({ jsonrpc: "2.0", id: body.id, result: value });
    if (body.method === "initialize") {
      const capabilities = { tools: {}, logging: {} };
      result({ protocolVersion: "2024-11-05", capabilities, serverInfo: { name: "old", version: "1" } });
    } else if (body.method === "tools/call") this.onCall({ body, response, ...call }, say);
    else if (body.id !== undefined && body.method !== undefined) result({});
  }

  /** Ends a session's stream. */
  cut(session: string): void {
    this.streams.get(session)?.response.destroy();
    this.forget(session);
  }

  /** Loses a session, of which the client is not told. */
  forget(session: string): void {
    this.#said.delete(session);
  }

  /** The calls of tools that it got. */
  get tools(): HttpCall[] {
    return this.server.calls.filter(({ body }) => body?.method === "tools/call");
  }

  /** The methods of all that it got. */
  get methods(): string[] {
    return this.server.calls.map(({ method, body }) => body?.method ?? method);
  }
}
