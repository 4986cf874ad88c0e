import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Scope } from "../../api/scopes";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { guardedServer } from "../http/guarded-server";
import { listen, shut } from "../http/listening";
import { reject } from "../http/problem";
import type { Guard } from "../security/guard-api";
import { isRejection, type Principal, type Rejection } from "../security/principal";
import { pathOf } from "../security/resource-metadata";
import type { Exposition } from "./exposition";
import { visibleTo } from "./visible";

const PATH = "/metrics";

/** The settings and parts of the server on port 19090. */
export interface MetricsServerOptions {
  guard: Guard;
  limits: OrchestratorConfig["limits"];
  exposition: Pick<Exposition, "text" | "contentType">;
}

/** Serves GET /metrics on port 19090, for tokens of scope `read`, and nothing else. */
export class MetricsServer {
  readonly #server: Server;

  constructor(private readonly options: MetricsServerOptions) {
    this.#server = guardedServer({
      ...options,
      refuse: (response, rejection) => reject(response, rejection, randomUUID()),
      handle: (request, response) => this.#answer(request, response),
    });
  }

  /** Starts to listen. @returns the port */
  listen(port: number, host?: string): Promise<number> {
    return listen(this.#server, port, host);
  }

  /** Refuses new connections, and ends the open ones. */
  close(): Promise<void> {
    return shut(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const who = this.#notThere(request) ?? (await this.#reader(request));
    if (isRejection(who)) {
      reject(response, who, randomUUID());
      return;
    }
    try {
      const text = visibleTo(who, await this.options.exposition.text());
      response.setHeader("Content-Type", this.options.exposition.contentType);
      response.setHeader("Content-Length", Buffer.byteLength(text));
      response.end(request.method === "HEAD" ? undefined : text);
    } catch {
      const detail = "the metrics could not be read; the next scrape tries again";
      reject(response, { status: 500, title: "Internal Server Error", detail }, randomUUID());
    }
  }

  #notThere({ url, method }: IncomingMessage): Rejection | undefined {
    if (pathOf(url) !== PATH) return { status: 404, title: "Not Found", detail: `the only path here is ${PATH}` };
    if (method === "GET" || method === "HEAD") return undefined;
    const headers = { Allow: "GET, HEAD" };
    return { status: 405, title: "Method Not Allowed", detail: `${PATH} can be read only`, headers };
  }

  async #reader(request: IncomingMessage): Promise<Principal | Rejection> {
    const who = await this.options.guard.authenticate(request, Scope.Read);
    return isRejection(who) ? who : (this.options.guard.permit(who, Scope.Read, PATH) ?? who);
  }
}
