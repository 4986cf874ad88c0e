import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request to an HTTP server of a test. */
export interface HttpCall {
  method: string;
  headers: IncomingMessage["headers"];
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they need
  body: any;
  request: IncomingMessage;
  response: ServerResponse;
  /** Answers with JSON. */
  json(value: unknown, headers?: Record<string, string>, status?: number): void;
  result(result: unknown, headers?: Record<string, string>): void;
  /** Begins an event stream; the function writes an event. */
  stream(headers?: Record<string, string>): (data: unknown, id?: string, more?: string) => void;
}

/** A Streamable HTTP server in this process whose every answer a test decides. */
export class HttpServer {
  readonly calls: HttpCall[] = [];
  #server: Server;
  #port = 0;

  constructor(private answer: (call: HttpCall) => void) {
    this.#server = this.#create();
  }

  /** @param host where it listens */
  async start(host = "127.0.0.1"): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, host, resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://${host}:${this.#port}/mcp`;
  }

  /** Ends at once; start() begins again on the same port. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#server = this.#create();
  }

  #create(): Server {
    return createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const call = httpCall(request, response, text);
        this.calls.push(call);
        this.answer(call);
      });
    });
  }
}

function httpCall(request: IncomingMessage, response: ServerResponse, text: string): HttpCall {
  const body = text === "" ? undefined : JSON.parse(text);
  const json = (value: unknown, headers: Record<string, string> = {}, status = 200): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  };
  return {
    ...{ method: request.method ?? "", headers: request.headers, text, body, request, response, json },
    result: (result, headers) => json({ jsonrpc: "2.0", id: body.id, result }, headers),
    stream: (headers = {}) => {
      response.writeHead(200, { "content-type": "text/event-stream", ...headers });
      response.flushHeaders();
      return (data, id, more = "") => {
        const line = typeof data === "string" ? data : JSON.stringify(data);
        response.write(`${id === undefined ? "" : `id: ${id}\n`}${more}data: ${line}\n\n`);
      };
    },
  };
}

/** Answers as a server of the legacy era does; `call` gets tools/call and GET. */
export function sessionServer(call: (call: HttpCall) => void): (call: HttpCall) => void {
  let sessions = 0;
  return (one) => {
    const { method, body } = one;
    if (method === "DELETE") one.response.writeHead(200).end();
    else if (method === "GET" || body?.method === "tools/call") call(one);
    else if (body?.method === "initialize") {
      const capabilities = { tools: {}, logging: {} };
      const serverInfo = { name: "http", version: "1" };
      one.result({ protocolVersion: "2025-06-18", capabilities, serverInfo }, { "mcp-session-id": `s${++sessions}` });
    } else if (body?.method === "server/discover")
      one.json({ jsonrpc: "2.0", id: body.id, error: { code: -32601, message: "no" } });
    else if (body?.id === undefined) one.response.writeHead(202).end();
    else one.result({});
  };
}
