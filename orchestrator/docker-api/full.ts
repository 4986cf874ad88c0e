import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { EngineSocket } from "./engine-socket";
import { relay } from "./relay";

/** Headers of one connection, not of the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function endToEnd(raw: string[]): string[] {
  return raw.filter((_, index) => !HOP_BY_HOP.has((raw[index - (index % 2)] as string).toLowerCase()));
}

/** Passes everything on to the engine: whoever reaches this port is root in the engine. */
export class FullApi {
  /** Clients' sockets that no longer speak HTTP. The server does not end these by itself. */
  readonly #upgraded = new Set<Duplex>();

  constructor(private readonly engine: EngineSocket) {}

  /** Passes a request on and answers it. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = endToEnd(request.rawHeaders);
    // A body without a length goes on in chunks, as it came.
    if (request.headers["transfer-encoding"] !== undefined) headers.push("Transfer-Encoding", "chunked");
    const question = { method: request.method ?? "GET", target: request.url ?? "/", headers, body: request };
    await relay(this.engine, question, response, async (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders));
      response.flushHeaders();
      await pipeline(answer, response);
    });
  }

  /** Serves exec, attach, and sessions of builds: after the headers, the connection is a pair of byte streams. */
  upgrade(request: IncomingMessage, client: Duplex, head: Buffer): void {
    // Each side may end its own direction and still read: that is how a client says that stdin is over.
    const engine = connect({ path: this.engine.path, allowHalfOpen: true });
    const lines = request.rawHeaders.flatMap((name, index, all) => (index % 2 ? [] : [`${name}: ${all[index + 1]}`]));
    engine.write([`${request.method} ${request.url} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
    engine.write(head);
    client.pipe(engine);
    engine.pipe(client);
    this.#upgraded.add(client);
    const end = (): void => {
      this.#upgraded.delete(client);
      client.destroy();
      engine.destroy();
    };
    for (const side of [client, engine]) side.on("error", end).on("close", end);
  }

  /** Ends the upgraded connections. */
  close(): void {
    for (const client of this.#upgraded) client.destroy();
  }
}
