import http from "node:http";

/** One MCP endpoint over Streamable HTTP, as sparingly as a client can speak it. */
export interface Target {
  url: string;
  token?: string;
  /** Host header, where it is not the URL's own. */
  host?: string;
}

/** Sessions of 2025-11-25 on keep-alive connections: bare HTTP, so that the client's own cost stays small. */
export class Connection {
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #headers: Record<string, string>;
  #id = 0;

  /** @param sockets connections at the same time */
  constructor(target: Target, sockets: number) {
    this.#url = new URL(target.url);
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
    this.#headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
      ...(target.token && { authorization: `Bearer ${target.token}` }),
      ...(target.host && { host: target.host }),
    };
  }

  /** Opens a session; gives its id. */
  async open(): Promise<string> {
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } };
    const id = ++this.#id;
    const answer = await this.#send("POST", undefined, { jsonrpc: "2.0", id, method: "initialize", params });
    resultOf(answer, id);
    const session = answer.headers["mcp-session-id"];
    if (typeof session !== "string") throw new Error("initialize: the answer has no Mcp-Session-Id");
    await this.#send("POST", session, { jsonrpc: "2.0", method: "notifications/initialized" });
    return session;
  }

  /** Sends a request in a session; gives its result. @throws Error for an error of the server, too */
  async request(session: string, method: string, params: object): Promise<unknown> {
    const id = ++this.#id;
    return resultOf(await this.#send("POST", session, { jsonrpc: "2.0", id, method, params }), id);
  }

  async end(session: string): Promise<void> {
    await this.#send("DELETE", session);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, session?: string, message?: object): Promise<Answer> {
    const body = message === undefined ? undefined : JSON.stringify(message);
    const headers: http.OutgoingHttpHeaders = { ...this.#headers };
    if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
    if (session !== undefined) headers["mcp-session-id"] = session;
    return new Promise((resolve, reject) => {
      const request = http.request(this.#url, { method, agent: this.#agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (data: string) => {
          text += data;
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      request.on("error", reject);
      request.end(body);
    });
  }
}

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** The result of the response with this id, from a JSON body or from an SSE stream. */
function resultOf({ status, text }: Answer, id: number): unknown {
  const messages = text.startsWith("{")
    ? [text]
    : text.split("\n").flatMap((line) => (line.startsWith("data:") && line.trim() !== "data:" ? [line.slice(5)] : []));
  for (const message of messages) {
    const parsed = JSON.parse(message) as { id?: unknown; result?: unknown };
    if (parsed.id === id && "result" in parsed) return parsed.result;
  }
  throw new Error(`HTTP ${status}: ${text.slice(0, 300)}`);
}
