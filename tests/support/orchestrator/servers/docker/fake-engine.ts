import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerInspectInfo } from "dockerode";
import { Label, Role } from "../../../../../manifest/container/labels";

/** A Docker daemon on a unix socket, as far as discovery asks one; it can go away and come back. */
export class FakeEngine {
  readonly folder = mkdtempSync(join(tmpdir(), "mcp-fake-engine-"));
  readonly socketPath = join(this.folder, "docker.sock");
  readonly containers = new Map<string, ContainerInspectInfo>();
  readonly volumes = new Map<string, { Name: string; Labels: Record<string, string>; CreatedAt?: string }>();
  /** The last lines of containers' standard error. */
  readonly logs = new Map<string, string[]>();
  /** How many latest lines of a log were asked for each time; null: all of them. */
  readonly tails: (string | null)[] = [];
  /** Requests other than the looks at containers, as "METHOD path body". */
  readonly asked: string[] = [];
  /** What a new listener is told again, as Docker does for the time after `since`. */
  readonly #past: string[] = [];
  readonly #streams = new Set<ServerResponse>();
  #server: Server | undefined;

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      const { pathname: path, searchParams } = new URL(request.url ?? "", "http://engine");
      if (path.endsWith("/logs")) this.tails.push(searchParams.get("tail"));
      let body = "";
      request.on("data", (data) => (body += data));
      request.on("end", () => this.#answer(request.method ?? "", path, body, response));
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.socketPath, resolve));
  }

  /** The daemon dies; its socket file stays until the next start. */
  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  emit(Action: string, ID: string, Attributes: Record<string, string> = {}): void {
    const event = { Type: "container", Action, Actor: { ID, Attributes }, timeNano: Date.now() * 1e6 };
    const line = `${JSON.stringify(event)}\n`;
    this.#past.push(line);
    for (const stream of this.#streams) stream.write(line);
  }

  #answer(method: string, path: string, body: string, response: ServerResponse): void {
    const send = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    if (path === "/events") {
      this.#streams.add(response);
      response.on("close", () => this.#streams.delete(response));
      response.writeHead(200).flushHeaders();
      for (const line of this.#past) response.write(line);
      return;
    }
    if (path === "/volumes") {
      send(200, { Volumes: [...this.volumes.values()] });
      return;
    }
    if (path === "/containers/json") {
      const all = [...this.containers].map(([Id, { Name, Config }]) => ({ Id, Names: [Name], Labels: Config.Labels }));
      // A server's image may call itself the orchestrator.
      const liar = { Id: "liar", Names: ["/liar"], Labels: { [Label.Role]: Role.Orchestrator } };
      send(200, [liar, ...all, { Id: "self", Names: ["/mcp-orchestrator"], Labels: { [Label.Manifest]: "" } }]);
      return;
    }
    const [, id] = /^\/containers\/([^/]+)\/json$/.exec(path) ?? [];
    if (id !== undefined) {
      const found = this.containers.get(id);
      if (found) send(200, found);
      else send(404, { message: `No such container: ${id}` });
      return;
    }
    const [, logged = ""] = /^\/containers\/([^/]+)\/logs$/.exec(path) ?? [];
    if (logged !== "") {
      response.writeHead(200, { "content-type": "application/vnd.docker.raw-stream" });
      response.end(Buffer.concat((this.logs.get(logged) ?? []).map(framed)));
      return;
    }
    if (path.startsWith("/images/")) {
      send(200, { RepoDigests: ["example/echo@sha256:digest"], Created: "2026-11-01T10:00:00.5Z" });
      return;
    }
    this.asked.push(`${method} ${path} ${body}`);
    send(200, {});
  }
}

/** A line as Docker sends it: one byte for the stream, three of nothing, four for the length, the time, the text. */
function framed(line: string): Buffer {
  const text = Buffer.from(`2026-01-01T00:00:00.000000000Z ${line}\n`);
  const head = Buffer.alloc(8);
  head[0] = 2;
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, text]);
}
