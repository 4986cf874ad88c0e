import assert from "node:assert/strict";
import { manifestOf } from "./gateway-manifest";
import { Site } from "./gateway-site";
import { type HttpCall, HttpServer, sessionServer } from "./http-server";
import type { Answer } from "./mcp-client";

/** The result of a call that went well. */
export const DONE = { content: [{ type: "text", text: "done" }] };

/** The gateway with one server `web` behind HTTP, in this process, which does what a test says. */
export class HttpSite {
  /** What it does with a tool's call. */
  onCall: (call: HttpCall) => void = (call) => call.result(DONE);
  /** What it does with GET. @default 405 */
  onGet: (call: HttpCall) => void = ({ response }) => response.writeHead(405).end();
  /** More servers, which close() stops as well. */
  readonly others: HttpServer[] = [];
  readonly server = new HttpServer(
    sessionServer((call) => (call.method === "GET" ? this.onGet(call) : this.onCall(call))),
  );

  private constructor(readonly site: Site) {}

  static async open(): Promise<HttpSite> {
    const web = new HttpSite(await Site.open());
    await web.add("web", web.server, { timeouts: { call: "1500ms", start: "1s" } });
    return web;
  }

  /** Starts a server and puts it behind the gateway. */
  async add(name: string, server: HttpServer, changes: Parameters<typeof manifestOf>[0] = {}): Promise<void> {
    this.others.push(server);
    this.site.test.servers.set(name, { type: "http", url: await server.start() }, manifestOf(changes));
  }

  async close(): Promise<void> {
    await Site.closeAll();
    for (const one of this.others.splice(0)) await one.stop();
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

/** An answer that says that the server failed, and how. */
export function assertFailed(answered: Answer, words: RegExp): void {
  assert.equal(answered.error?.code, -32000, JSON.stringify(answered));
  assert.match(answered.error?.message ?? "", words);
}
