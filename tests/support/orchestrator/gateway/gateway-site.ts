import type { GatewayDeps } from "../../../../orchestrator/gateway/gateway";
import type { ConfigChanges } from "../../config/orchestrator-config";
import type { Init, InitOptions } from "../../mcp-init/mcp-init";
import { startGateway, type TestGateway } from "./gateway";
import { type ManifestChanges, manifestOf } from "./gateway-manifest";
import { type ClientOptions, closeConnections, McpClient } from "./mcp-client";
import { startScripted } from "./scripted-server";

export interface StdioOptions extends ManifestChanges {
  /** Options of the scripted server. */
  command?: string[];
  init?: Partial<InitOptions>;
}

/** The gateway with real processes behind it: everything is gone after close(). */
export class Site {
  static readonly #open = new Set<Site>();
  readonly #inits: Init[] = [];
  #more: (() => Promise<unknown>)[] = [];

  private constructor(readonly test: TestGateway) {}

  static async open(config: ConfigChanges = {}, deps: Partial<GatewayDeps> = {}): Promise<Site> {
    const site = new Site(await startGateway(config, deps));
    Site.#open.add(site);
    return site;
  }

  /** For `after`: also closes what a failed test left open. */
  static async closeAll(): Promise<void> {
    for (const site of Site.#open) await site.close();
    closeConnections();
  }

  get gateway() {
    return this.test.gateway;
  }

  /** A server behind mcp-init, with the cap of its manifest, as a container has it. */
  async stdio(name: string, options: StdioOptions = {}): Promise<Init> {
    const more = manifestOf(options);
    const init = await startScripted(options.command, { sessions: more.sessions?.max, ...options.init });
    this.#inits.push(init);
    this.test.servers.set(name, { type: "stdio", socket: init.socket }, more);
    return init;
  }

  /** One server's URL, or that of all. */
  url(name?: string): string {
    return name === undefined ? `${this.test.url}/mcp` : `${this.test.url}/servers/${name}/mcp`;
  }

  /** A client with an open session. */
  client(name?: string, options: ClientOptions = {}): Promise<McpClient> {
    return McpClient.open(this.url(name), options);
  }

  /** A client without a session. */
  caller(name?: string, options: ClientOptions = {}): McpClient {
    return new McpClient(this.url(name), options);
  }

  /** What close() also waits for. */
  also(end: () => Promise<unknown>): void {
    this.#more.push(end);
  }

  async close(): Promise<void> {
    Site.#open.delete(this);
    await this.test.close();
    for (const end of this.#more.splice(0)) await end();
    for (const init of this.#inits.splice(0)) await init.stop();
  }
}

/** Processes of sessions: all but mcp-init itself and its supervisors. */
export function servers(init: Init): number {
  return init.processes.filter(({ name, state }) => name === "scripted" && state !== "Z").length;
}
