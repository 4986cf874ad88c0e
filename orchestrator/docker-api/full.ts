import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { answerError } from "./answer";
import type { EngineSocket } from "./engine-socket";

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

/** Passes everything on to the engine: who reaches this port is root in the engine. */
export class FullApi {
  constructor(private readonly engine: EngineSocket) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = endToEnd(request.rawHeaders);
    // A body without a length is sent on in chunks, as it came.
    if (request.headers["transfer-encoding"] !== undefined) headers.push("Transfer-Encoding", "chunked");
    const asked = this.engine.request(request.method ?? "GET", request.url ?? "/", headers);
    response.once("close", () => asked.destroy());
    asked.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders));
      response.flushHeaders();
      pipeline(answer, response).catch(() => response.destroy());
    });
    asked.on("error", () => answerError(response, 503, "the engine does not answer"));
    await pipeline(request, asked).catch(() => asked.destroy());
  }

  /** exec, attach, and sessions of builds: after the headers, the connection is a pair of byte streams. */
  upgrade(request: IncomingMessage, client: Duplex, head: Buffer): void {
    // Each side may end its own direction and still read: that is how a client says that stdin is over.
    const engine = connect({ path: this.engine.path, allowHalfOpen: true });
    const lines = request.rawHeaders.flatMap((name, index, all) => (index % 2 ? [] : [`${name}: ${all[index + 1]}`]));
    engine.write([`${request.method} ${request.url} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
    engine.write(head);
    client.pipe(engine);
    engine.pipe(client);
    const end = (): void => {
      client.destroy();
      engine.destroy();
    };
    for (const side of [client, engine]) side.on("error", end).on("close", end);
  }
}
