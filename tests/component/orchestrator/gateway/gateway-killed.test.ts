import assert from "node:assert/strict";
import { type Init, until } from "../../../support/mcp-init/mcp-init";
import { GatewayProcess } from "../../../support/orchestrator/gateway/gateway-process";
import { servers } from "../../../support/orchestrator/gateway/gateway-site";
import { closeConnections, McpClient } from "../../../support/orchestrator/gateway/mcp-client";
import { startScripted } from "../../../support/orchestrator/gateway/scripted-server";

const SESSIONS = 50;

describe("gateway: killed with -9", function () {
  this.timeout(30_000);
  let init: Init;
  let gateway: GatewayProcess;

  before(async () => {
    init = await startScripted();
  });
  after(async () => {
    await gateway?.kill();
    closeConnections();
    await init?.stop();
  });

  async function start(): Promise<string> {
    const address = { type: "stdio", socket: init.socket } as const;
    gateway = await GatewayProcess.start({ servers: { one: [address, { sessions: { max: 64, warmPool: 4 } }] } });
    return gateway.url;
  }

  it(`leaves none of ${SESSIONS} sessions' processes, and the next one serves at once`, async () => {
    const url = `${await start()}/servers/one/mcp`;
    const clients = await Promise.all(Array.from({ length: SESSIONS }, () => McpClient.open(url)));
    clients[0]?.start("hang");
    await clients[1]?.listen();
    assert.match((await new McpClient(url).modernCall("pid")).result.content[0].text, /^\d+$/);
    await until(
      "sessions, one for modern calls, the warm pool",
      () => servers(init),
      (n) => n === SESSIONS + 1 + 4,
    );
    await gateway.kill();
    await init.alone(3_000);

    const client = await McpClient.open(`${await start()}/servers/one/mcp`);
    assert.match(await client.text("pid"), /^\d+$/);
    const stale = new McpClient(client.url);
    stale.session = clients[0]?.session;
    const reply = await stale.ask({ jsonrpc: "2.0", id: 1, method: "ping" });
    assert.equal(reply.status, 404, "clients of the dead one are told to begin again");
  });
});
