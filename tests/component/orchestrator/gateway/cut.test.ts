import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerAddress } from "../../../../orchestrator/servers/server-info";
import { converse } from "../../../support/orchestrator/gateway/conversations";
import { CuttingProxy, ENDS } from "../../../support/orchestrator/gateway/cutting-proxy";
import { GatewayProcess } from "../../../support/orchestrator/gateway/gateway-process";
import type { HostileServer } from "../../../support/orchestrator/gateway/hostile-server";
import type { HttpServer } from "../../../support/orchestrator/gateway/http-server";
import { closeConnections } from "../../../support/orchestrator/gateway/mcp-client";
import { Neighbour } from "../../../support/orchestrator/gateway/neighbour";
import { converseOld } from "../../../support/orchestrator/gateway/old-conversation";
import { type Era, talkativeHttp, talkativeSse, talkativeStdio } from "../../../support/orchestrator/gateway/talkative";

const ERAS: Era[] = ["legacy", "modern"];
const CHANGES = { timeouts: { call: "2s", start: "2s" }, sessions: { grace: "0s" } };

/**
 * The gateway in a process of its own, without the last wall: what nobody catches ends it. A conversation that has all there
 * is goes through a proxy, once for each moment and each way in which a connection can end then.
 */
describe("gateway: a connection that ends at any moment, on either side, ends nothing else", function () {
  this.timeout(240_000);
  const closes: (() => unknown)[] = [];
  /** A server of each kind behind a proxy, by its name. */
  const proxies = new Map<string, CuttingProxy>();
  let gateway: GatewayProcess;
  let clients: CuttingProxy;
  let neighbour: Neighbour;

  async function stdio(server: HostileServer): Promise<ServerAddress> {
    closes.push(() => server.close());
    await server.listen();
    return { type: "stdio", socket: server.socket };
  }
  async function http(server: HttpServer, type: "http" | "sse" = "http"): Promise<ServerAddress> {
    closes.push(() => server.stop());
    return { type, url: await server.start() };
  }
  /** The address of a proxy before a server. */
  async function cut(name: string, address: ServerAddress): Promise<ServerAddress> {
    const proxy = new CuttingProxy(address.type === "stdio" ? address.socket : Number(new URL(address.url).port));
    closes.push(() => proxy.close());
    proxies.set(name, proxy);
    const at = await proxy.listen();
    return address.type === "stdio"
      ? { type: "stdio", socket: String(at) }
      : { ...address, url: `http://127.0.0.1:${at}/mcp` };
  }

  before(async () => {
    const servers: Record<string, [ServerAddress, object]> = { good: [await stdio(talkativeStdio("legacy")), {}] };
    for (const client of ERAS) {
      const old = `sse-legacy-${client}`;
      servers[old] = [await cut(old, await http(talkativeSse(), "sse")), CHANGES];
    }
    for (const era of ERAS) {
      servers[`whole-${era}`] = [await stdio(talkativeStdio(era)), CHANGES];
      for (const client of ERAS) {
        const [piped, web] = [`stdio-${era}-${client}`, `http-${era}-${client}`];
        servers[piped] = [await cut(piped, await stdio(talkativeStdio(era))), CHANGES];
        servers[web] = [await cut(web, await http(talkativeHttp(era))), CHANGES];
      }
    }
    gateway = await GatewayProcess.start({ servers });
    clients = new CuttingProxy(Number(new URL(gateway.url).port));
    closes.push(() => clients.close());
    neighbour = await Neighbour.start(`${gateway.url}/servers/good/mcp`);
  });
  after(async () => {
    closeConnections();
    await gateway?.kill();
    for (const close of closes) await close();
  });
  afterEach(() => assert.ok(gateway.alive, `the gateway ended: ${gateway.errors}`));

  /** @returns how many moments there were */
  async function sweep(proxy: CuttingProxy, talk: () => Promise<void>): Promise<number> {
    let most = 0;
    for (const how of ENDS) {
      for (let at = 0; ; at++) {
        proxy.arm(at, how);
        try {
          await talk();
        } catch (error) {
          throw new Error(`${how} at moment ${at}: ${(error as Error).message}\n${gateway.errors}`);
        }
        if (!proxy.fired) break;
        most = Math.max(most, at);
      }
    }
    assert.ok(most >= 5, `${most} moments`);
    return most;
  }

  for (const client of ERAS) {
    for (const era of ERAS) {
      for (const kind of era === "legacy" ? ["stdio", "http", "sse"] : ["stdio", "http"]) {
        const name = `${kind}-${era}-${client}`;
        it(`between the gateway and a server: ${kind}, a ${era} server of a ${client} client`, async () => {
          const url = `${gateway.url}/servers/${name}/mcp`;
          await sweep(proxies.get(name) as CuttingProxy, () => converse(url, client, (tool) => tool));
        });
      }
    }
    it(`between a server and the gateway, behind the URL of all: a ${client} client`, async () => {
      const name = `stdio-legacy-${client}`;
      await sweep(proxies.get(name) as CuttingProxy, () =>
        converse(`${gateway.url}/mcp`, client, (tool) => `${name}__${tool}`),
      );
    });
    it(`between a ${client} client and the gateway`, async () => {
      const port = await clients.listen();
      const url = `http://127.0.0.1:${port}/servers/whole-${client}/mcp`;
      await sweep(clients, () => converse(url, client, (tool) => tool));
      clients.close();
    });
  }

  it("between a client of HTTP+SSE and the gateway", async () => {
    const port = await clients.listen();
    await sweep(clients, () => converseOld(`http://127.0.0.1:${port}/servers/whole-legacy`));
    clients.close();
  });

  it("and nobody else noticed, nor does a timer that was left behind", async () => {
    await sleep(2_000);
    await neighbour.stop();
    console.log(`      ${neighbour.calls} calls of a neighbour, the slowest ${Math.round(neighbour.worst)} ms`);
  });
});
