import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayProcess } from "../../../support/orchestrator/gateway/gateway-process";
import { HostileServer, SILENT } from "../../../support/orchestrator/gateway/hostile-server";
import { closeConnections, McpClient } from "../../../support/orchestrator/gateway/mcp-client";

/** What a server writes again and again, by the tool that is called. */
const FLOODS: Record<string, string> = {
  "empty lines": "\n",
  "lines of one letter": "x\n",
  "empty objects": "{}\n",
  "broken objects": "{x\n",
  notifications: '{"jsonrpc":"2.0","method":"notifications/x"}\n',
};
const PIECE = 1024 * 1024;
/** Calls of a neighbour, of which each takes a few milliseconds where nobody floods. */
const CALLS = 30;
/** Milliseconds for all of them: without limits the first one does not end before the flood, which has no end. */
const BEARABLE_MS = 30_000;

describe("gateway: a server that floods with small lines", function () {
  this.timeout(60_000);
  let good: HostileServer;
  let evil: HostileServer;
  let gateway: GatewayProcess;

  before(async () => {
    good = await new HostileServer(() => undefined).listen();
    evil = await new HostileServer(({ method, params }, _say, socket) => {
      if (method !== "tools/call") return undefined;
      const line = FLOODS[String(params?.name)] as string;
      const piece = line.repeat(PIECE / line.length);
      const more = (): void => {
        while (!socket.destroyed && socket.write(piece)) {}
      };
      socket.on("drain", more);
      more();
      return SILENT;
    }).listen();
    const address = ({ socket }: HostileServer) => ({ type: "stdio", socket }) as const;
    const timeouts = { call: "60s" };
    gateway = await GatewayProcess.start({
      servers: { good: [address(good), {}], evil: [address(evil), { timeouts }] },
    });
  });
  after(async () => {
    closeConnections();
    await gateway.kill();
    good.close();
    evil.close();
  });

  for (const tool of Object.keys(FLOODS)) {
    it(`(${tool}) takes nobody else's time for long`, async () => {
      const client = await McpClient.open(`${gateway.url}/servers/good/mcp`);
      const flooded = await McpClient.open(`${gateway.url}/servers/evil/mcp`);
      flooded.start(tool);
      const calls = (async () => {
        for (let left = CALLS; left > 0; left--) assert.ok((await client.call("echo")).result);
        return true;
      })();
      const done = await Promise.race([calls, sleep(BEARABLE_MS, false, { ref: false })]);
      assert.ok(done, `${CALLS} calls of another server take more than ${BEARABLE_MS} ms`);
      assert.ok(gateway.alive, gateway.errors);
      evil.hangUp();
      await flooded.delete();
    });
  }
});
