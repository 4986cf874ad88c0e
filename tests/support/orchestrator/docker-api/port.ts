import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DockerApi } from "../../../../orchestrator/docker-api/docker-api";
import { AccessGuard } from "../../../../orchestrator/security/guard";
import { config } from "../security/requests";

/** Port 12375 in front of an engine of our own on a unix socket, which does what a real one does rarely. */
export class DockerPort {
  readonly asked: string[] = [];
  readonly warnings: string[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end("{}");
  port = 0;
  readonly engine: Server;
  readonly #folder = mkdtempSync(join(tmpdir(), "mcp-test-docker-api-"));
  readonly #api: DockerApi;

  constructor(mode: "read-only" | "full") {
    const all = config();
    this.engine = createServer((incoming, response) => {
      this.asked.push(`${incoming.method} ${incoming.url}`);
      this.answer(incoming, response);
    });
    this.#api = new DockerApi({
      ...{ mode, socketPath: join(this.#folder, "docker.sock"), limits: all.limits },
      guard: new AccessGuard({ config: all, tokens: [] }),
      warn: (text) => this.warnings.push(text),
    });
  }

  async open(): Promise<void> {
    this.engine.listen(join(this.#folder, "docker.sock"));
    await once(this.engine, "listening");
    this.port = await this.#api.listen(0, "127.0.0.1");
  }

  /** The engine is gone. */
  silence(): void {
    this.engine.close();
    this.engine.closeAllConnections();
  }

  async close(): Promise<void> {
    await this.#api.close();
    this.silence();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  ask(path: string, headers: OutgoingHttpHeaders = {}, method = "GET") {
    return new Promise<{ status?: number; headers: IncomingMessage["headers"]; body: string }>((resolve, reject) => {
      const sent = request({ port: this.port, path, method, headers, agent: false }, async (response) => {
        let body = "";
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
      sent.on("error", reject).end();
    });
  }

  /** Sends text as it is, and gives all that comes back. */
  async raw(text: string): Promise<string> {
    const socket = connect(this.port, "127.0.0.1");
    socket.setTimeout(3_000, () => socket.destroy());
    socket.write(text);
    let got = "";
    for await (const chunk of socket) got += chunk;
    return got;
  }
}
