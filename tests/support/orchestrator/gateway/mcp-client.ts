import assert from "node:assert/strict";
import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { until } from "../../mcp-init/mcp-init";

/** One event of an event stream, as it came. */
export interface SseEvent {
  id?: string;
  data: string;
}

/** A parsed message; tests look into it as they need. */
export interface Answer {
  id?: unknown;
  method?: string;
  params?: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: results of tools are of any form
  result?: any;
  error?: { code: number; message: string; data?: Record<string, unknown> };
}

/** The answer to one HTTP request while it comes in. */
export class Reply {
  status = 0;
  headers: IncomingHttpHeaders = {};
  text = "";
  readonly events: SseEvent[] = [];
  /** The headers are there, or the connection broke. */
  readonly begun: Promise<void>;
  /** The body has ended, or the connection broke. */
  readonly done: Promise<void>;
  ended = false;
  broken: Error | undefined;
  response: IncomingMessage | undefined;
  #rest = "";

  /** @param reads false: the body is left in the socket until `response.resume()` */
  constructor(
    readonly request: ClientRequest,
    reads = true,
  ) {
    let begun = (): void => {};
    this.begun = new Promise((resolve) => {
      begun = resolve;
    });
    this.done = new Promise((resolve) => {
      const end = (error?: Error): void => {
        this.broken ??= error;
        this.ended = true;
        begun();
        resolve();
      };
      request.on("error", end);
      request.on("response", (response) => {
        this.response = response;
        this.status = response.statusCode ?? 0;
        this.headers = response.headers;
        begun();
        response.setEncoding("utf8");
        response.on("error", end).on("end", () => end());
        response.on("close", () => end());
        if (reads) response.on("data", (chunk: string) => this.#take(chunk));
      });
    });
  }

  get streaming(): boolean {
    return this.headers["content-type"] === "text/event-stream";
  }

  /** The texts of all messages so far. */
  get messages(): string[] {
    if (this.streaming) return this.events.map(({ data }) => data).filter((data) => data !== "");
    return this.text === "" ? [] : [this.text];
  }

  /** The last message, parsed. */
  get last(): Answer {
    const text = this.messages.at(-1);
    assert.ok(text, `no message: HTTP ${this.status} ${this.broken?.message ?? ""}`);
    return JSON.parse(text) as Answer;
  }

  /** Waits for a message with this in its text, and gives it. */
  async has(part: string, ms = 5000): Promise<string> {
    const find = (): string | undefined => this.messages.find((text) => text.includes(part));
    await until(`a message with ${part}`, () => find() ?? (this.ended ? "ended" : undefined), Boolean, ms);
    const found = find();
    assert.ok(found, `the stream ended without ${part}: ${JSON.stringify(this.messages).slice(0, 500)}`);
    return found;
  }

  /** Ends the connection as a client does that is gone. */
  drop(): void {
    this.request.destroy();
  }

  #take(chunk: string): void {
    if (!this.streaming) {
      this.text += chunk;
      return;
    }
    const isWhole = chunk.includes("\n\n") || (chunk.startsWith("\n") && this.#rest.endsWith("\n"));
    this.#rest += chunk;
    if (!isWhole) return; // to search a large event again at each of its pieces takes seconds
    for (let end = this.#rest.indexOf("\n\n"); end >= 0; end = this.#rest.indexOf("\n\n")) {
      const lines = this.#rest.slice(0, end).split("\n");
      this.#rest = this.#rest.slice(end + 2);
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data") ?? (lines.includes("data: ") ? "" : undefined);
      if (data !== undefined) this.events.push({ id: field("id"), data });
    }
  }
}

export interface ClientOptions {
  /** A name that the test gave a principal in TestGateway.principals. */
  principal?: string;
  version?: string;
  capabilities?: Record<string, unknown>;
  /** Sends `notifications/initialized`. @default true */
  initialized?: boolean;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

/** Lets go of the connections that are kept for more requests. */
export function closeConnections(): void {
  agent.destroy();
}

/** A client that shows every byte: sessions and requests to one URL of the gateway. */
export class McpClient {
  session: string | undefined;
  #count = 0;

  constructor(
    readonly url: string,
    readonly options: ClientOptions = {},
  ) {}

  /** Opens a session. @throws AssertionError when there is none */
  static async open(url: string, options: ClientOptions = {}): Promise<McpClient> {
    const client = new McpClient(url, options);
    const reply = await client.initialize();
    assert.equal(reply.status, 200, reply.text);
    assert.ok(client.session, reply.text);
    return client;
  }

  async initialize(): Promise<Reply> {
    const { version = "2025-11-25", capabilities = {}, initialized = true } = this.options;
    const params = { protocolVersion: version, capabilities, clientInfo: { name: "raw", version: "1" } };
    const reply = await this.ask({ jsonrpc: "2.0", id: "init", method: "initialize", params });
    this.session = reply.headers["mcp-session-id"] as string | undefined;
    if (this.session && initialized) await this.ask({ jsonrpc: "2.0", method: "notifications/initialized" });
    return reply;
  }

  /** Sends a request; does not wait. */
  send(body: string | Buffer | object, headers: Record<string, string> = {}, reads = true): Reply {
    const text = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const outgoing = request(this.url, {
      method: "POST",
      agent,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
        ...this.#headers(headers),
      },
    });
    outgoing.end(text);
    return new Reply(outgoing, reads);
  }

  /** Sends a request and waits for the end of its answer. */
  async ask(body: string | Buffer | object, headers: Record<string, string> = {}): Promise<Reply> {
    const reply = this.send(body, headers);
    await reply.done;
    return reply;
  }

  /** A tool's call in a session, not waited for. */
  start(name: string, args: object = {}, meta?: object): Reply {
    const params = { name, arguments: args, ...(meta ? { _meta: meta } : {}) };
    return this.send({ jsonrpc: "2.0", id: ++this.#count, method: "tools/call", params });
  }

  /** A tool's call in a session. */
  async call(name: string, args: object = {}, meta?: object): Promise<Answer> {
    const reply = this.start(name, args, meta);
    await reply.done;
    return reply.last;
  }

  /** The text of a tool's result. @throws AssertionError when it failed */
  async text(name: string, args: object = {}): Promise<string> {
    const answer = await this.call(name, args);
    assert.ok(answer.result, JSON.stringify(answer));
    return answer.result.content[0].text as string;
  }

  /** A request of the modern era, not waited for. */
  startModern(method: string, params: Record<string, unknown> = {}, id: unknown = ++this.#count): Reply {
    return this.send(...modern(method, params, id));
  }

  async modern(method: string, params: Record<string, unknown> = {}, id?: unknown): Promise<Answer> {
    const reply = this.startModern(method, params, id);
    await reply.done;
    return reply.last;
  }

  /** A tool's call of the modern era. */
  modernCall(name: string, args: object = {}, more: Record<string, unknown> = {}): Promise<Answer> {
    return this.modern("tools/call", { name, arguments: args, ...more });
  }

  /** The GET stream. */
  async listen(lastEventId?: string, reads = true): Promise<Reply> {
    const headers = { accept: "text/event-stream", ...(lastEventId ? { "last-event-id": lastEventId } : {}) };
    const reply = new Reply(this.#bare("GET", headers), reads);
    await reply.begun;
    return reply;
  }

  async delete(): Promise<number> {
    const reply = new Reply(this.#bare("DELETE"));
    await reply.done;
    return reply.status;
  }

  #bare(method: string, headers: Record<string, string> = {}): ClientRequest {
    const outgoing = request(this.url, { method, agent, headers: this.#headers(headers) });
    outgoing.end();
    return outgoing;
  }

  #headers(more: Record<string, string>): Record<string, string> {
    return {
      accept: "application/json, text/event-stream",
      ...(this.session ? { "mcp-session-id": this.session } : {}),
      ...(this.options.principal ? { "x-test-principal": this.options.principal } : {}),
      ...more,
    };
  }
}

const META = "io.modelcontextprotocol/";

/** Body and headers of a request of the modern era. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
  id: unknown = 1,
): [Record<string, unknown>, Record<string, string>] {
  const { _meta, ...rest } = params;
  const meta = {
    [`${META}protocolVersion`]: "2026-07-28",
    [`${META}clientCapabilities`]: {},
    [`${META}clientInfo`]: { name: "raw", version: "1" },
    ...(_meta as object | undefined),
  };
  const name = params.name ?? params.uri;
  const headers = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(typeof name === "string" ? { "mcp-name": name } : {}),
  };
  return [{ jsonrpc: "2.0", id, method, params: { ...rest, _meta: meta } }, headers];
}
