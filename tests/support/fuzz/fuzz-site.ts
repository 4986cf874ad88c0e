import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { SessionMode } from "../../../manifest/types";
import type { ServerAddress } from "../../../orchestrator/servers/server-info";
import type { ManifestChanges } from "../orchestrator/gateway/gateway-manifest";
import { GatewayProcess } from "../orchestrator/gateway/gateway-process";
import { closeConnections } from "../orchestrator/gateway/mcp-client";
import { type Era, talkativeStdio } from "../orchestrator/gateway/talkative";
import { EvilHttp } from "./evil-http";
import type { EvilServer } from "./evil-server";
import { EvilSse } from "./evil-sse";
import { EvilStdio } from "./evil-stdio";
import { Random } from "./random";

export const ERAS: Era[] = ["legacy", "modern"];
/** The orchestrator's container has 384 MiB. */
const MEMORY = 384 * 2 ** 20;
/** Open files beside those at the beginning: connections that are kept for a while. */
const SPARE_FILES = 50;
/** What the gateway says of faults of its own. */
const FAULT = /a request failed|the request \S+ failed|was not told/;
const TIMEOUTS = { call: "1s", start: "1s" };
const SESSIONS = { max: 16, grace: "0s", idleTimeout: "1s" };

interface Evil {
  name: string;
  server: EvilServer & { listen(): Promise<string> };
  mode?: SessionMode;
}

/** A gateway in a process of its own without the last wall; servers that misbehave, and one that does not. */
export class FuzzSite {
  /** Bytes that the gateway took at most. */
  memory = 0;
  readonly #files: number;

  private constructor(
    readonly gateway: GatewayProcess,
    private readonly evil: Evil[],
    private readonly closes: (() => void)[],
  ) {
    this.#files = this.#openFiles;
  }

  /** `good` and `trodden` behave: the second is for rude clients. All others do not. */
  static async open(seed: string): Promise<FuzzSite> {
    const good = await talkativeStdio("legacy").listen();
    const evil: Evil[] = ERAS.flatMap((era) => [
      { name: `stdio-${era}`, server: new EvilStdio(era, new Random(seed, "stdio", era)) },
      { name: `http-${era}`, server: new EvilHttp(era, new Random(seed, "http", era)) },
    ]);
    evil.push({
      name: "shared-one",
      server: new EvilStdio("legacy", new Random(seed, "shared")),
      mode: SessionMode.Shared,
    });
    evil.push({ name: "sse", server: new EvilSse("legacy", new Random(seed, "sse")) });
    const target: ServerAddress = { type: "stdio", socket: good.socket };
    const timeouts = { call: "15s", start: "15s" };
    const servers: Record<string, [ServerAddress, ManifestChanges]> = {
      good: [target, { timeouts }],
      trodden: [target, { timeouts, sessions: { max: 100, idleTimeout: "1s" } }],
    };
    for (const { name, server, mode = SessionMode.PerClient } of evil) {
      const at = await server.listen();
      const address: ServerAddress = at.startsWith("http")
        ? { type: at.endsWith("/sse") ? "sse" : "http", url: at }
        : { type: "stdio", socket: at };
      servers[name] = [address, { timeouts: TIMEOUTS, sessions: { ...SESSIONS, mode } }];
    }
    const gateway = await GatewayProcess.start({ servers, config: { limits: { sessions: 500 } } });
    return new FuzzSite(gateway, evil, [
      () => good.close(),
      ...evil.map(
        ({ server }) =>
          () =>
            server.close(),
      ),
    ]);
  }

  /** The names of servers that misbehave. */
  get names(): string[] {
    return this.evil.map(({ name }) => name);
  }

  /** @param server undefined: the URL of all */
  url(server?: string): string {
    return `${this.gateway.url}${server === undefined ? "" : `/servers/${server}`}/mcp`;
  }

  /** What holds at any time. @throws AssertionError */
  check(): void {
    assert.ok(this.gateway.alive, `the gateway ended: ${this.gateway.errors}`);
    this.memory = Math.max(this.memory, this.gateway.memory);
    assert.ok(this.memory < MEMORY, `the gateway takes ${Math.round(this.memory / 2 ** 20)} MiB`);
    assert.doesNotMatch(this.gateway.errors, FAULT);
  }

  /**
   * Processes of servers (here connections) and open files that nobody uses any more, and that are still there.
   * @param held of a server: processes that may be there
   */
  left(held: ReadonlyMap<string, number>): string[] {
    const processes = this.evil.flatMap(({ name, server: { connections } }) =>
      connections > (held.get(name) ?? 0) ? [`${connections} of ${name}`] : [],
    );
    const files = this.#openFiles - this.#files;
    return files > SPARE_FILES ? [...processes, `${files} open files`] : processes;
  }

  async close(): Promise<void> {
    closeConnections();
    await this.gateway.kill();
    for (const close of this.closes) close();
  }

  get #openFiles(): number {
    return readdirSync(`/proc/${this.gateway.child.pid}/fd`).length;
  }
}
