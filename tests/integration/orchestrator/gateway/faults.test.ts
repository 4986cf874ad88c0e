import assert from "node:assert/strict";
import { Api, metric } from "../../../support/clients/api";
import { type Era, GatewayClient } from "../../../support/clients/gateway-client";
import { eventually } from "../../../support/eventually";
import {
  answers,
  connection,
  failure,
  killOrchestrator,
  ready,
  target,
  withClient,
} from "../../../support/fleet/faults";
import { FAULTY, inEngine, sessionPids, theFaultsFleet } from "../../../support/fleet/faults-fleet";
import { docker, type Fleet } from "../../../support/fleet/fleet";

const ERAS: Era[] = ["legacy", "modern"];
const { calm, hostile } = FAULTY;
interface Server {
  status: string;
  reason?: string;
  oomKills: number;
  usage: { sessions: number; connections: number };
}

describe("the gateway, when processes fail", function () {
  this.timeout(300_000);
  let fleet: Fleet;
  let api: Api;
  before(async () => {
    fleet = await theFaultsFleet();
    api = Api.of(fleet);
    await ready(fleet);
  });

  const server = async (name: string) => (await api.get<Server>(`/v1/servers/${name}`)).body;
  const echo = { name: "echo", arguments: {} };

  it("the orchestrator killed with -9 with 50 sessions open leaves no process, and is back in seconds", async () => {
    const clients = connection(fleet, calm);
    const modern = await GatewayClient.connect("modern", target(fleet, calm));
    try {
      const sessions = await Promise.all(Array.from({ length: 50 }, () => clients.open()));
      assert.ok((await sessionPids(fleet, calm, "/server")).length >= 50);
      const old = await killOrchestrator(fleet);
      await eventually(async () => {
        const pid = await docker(fleet, "inspect", "mcp-orchestrator", "-f", "{{.State.Pid}}");
        assert.ok(pid !== old && pid !== "0");
      });
      const took = await ready(fleet, 30_000);
      assert.ok(took < 15_000, `${took} ms`);
      await eventually(async () => assert.deepEqual(await sessionPids(fleet, calm), []), 10_000);

      for (const session of sessions.slice(0, 5)) {
        await assert.rejects(clients.request(session, "tools/call", echo), /HTTP 404: .*begin again with initialize/);
      }
      await clients.request(await clients.open(), "tools/call", echo);
      assert.equal(await modern.text("echo"), "echo", "a client without a session does not notice");
      const { body } = await api.get<{ items: unknown[] }>("/v1/sessions");
      assert.equal(body.items.length, 1);
    } finally {
      clients.close();
      await modern.close();
    }
  });

  for (const era of ERAS) {
    it(`a server's process killed in the middle of a ${era} call: its caller is told at once, nobody else notices`, async () => {
      await withClient("legacy", target(fleet, hostile), async (other) => {
        await other.text("echo");
        const before = await sessionPids(fleet, hostile, "/server");
        const mine = await GatewayClient.connect(era, target(fleet, hostile));
        try {
          const call = failure(mine.client.callTool({ name: "hang", arguments: {} }), 30_000);
          let pids: string[] = [];
          await eventually(async () => {
            pids = (await sessionPids(fleet, hostile, "/server")).filter((pid) => !before.includes(pid));
            assert.ok(pids.length > 0);
            assert.ok((await server(hostile)).usage.connections > before.length);
          });
          await new Promise((resolve) => setTimeout(resolve, 500)); // the call has reached it
          await inEngine(fleet, `kill -9 ${pids.join(" ")}`);
          assert.match(await call, /failed during the call: its process ended/);

          assert.equal(await mine.text("echo"), "echo");
          assert.equal(await other.text("echo"), "echo");
          const after = await sessionPids(fleet, hostile, "/server");
          assert.deepEqual(
            before.filter((pid) => !after.includes(pid)),
            [],
            "another client's process is another one",
          );
        } finally {
          await mine.close();
        }
      });
    });
  }

  it("a server's container restarted: calls under way are told, the session goes on with a new process", async () => {
    await withClient("legacy", target(fleet, calm), async (client) => {
      const call = failure(client.client.callTool({ name: "hang", arguments: {} }), 30_000);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await docker(fleet, "restart", "-t", "2", `mcp-${calm}`);
      assert.match(await call, /failed during the call/);
      await eventually(async () => assert.equal((await server(calm)).status, "running"), 30_000);
      assert.equal(await client.text("echo"), "echo");
      await answers(fleet, calm);
    });
  });

  it("a server stopped through REST: 503 with its state in words, to old clients and new; started again it serves", async () => {
    const clients = connection(fleet, calm);
    const modern = await GatewayClient.connect("modern", target(fleet, calm));
    const session = await clients.open();
    try {
      assert.equal((await api.post(`/v1/servers/${calm}/stop`)).status, 200);
      const stopped = /server calm cannot be reached; it is stopped/;
      await assert.rejects(clients.open(), /HTTP 503: .*it is stopped/);
      await assert.rejects(clients.request(session, "tools/call", echo), stopped);
      assert.match(await failure(modern.text("echo"), 10_000), stopped);
      assert.equal((await server(calm)).status, "stopped");
      const call = await api.post(`/v1/servers/${calm}/tools/echo/call`, { arguments: {} });
      assert.equal(call.status, 503);
      assert.match(call.text, stopped);
    } finally {
      assert.equal((await api.post(`/v1/servers/${calm}/start`)).status, 200);
    }
    await eventually(() => answers(fleet, calm), 20_000);
    assert.equal(await modern.text("echo"), "echo");
    await eventually(async () => assert.equal((await server(calm)).status, "running"), 30_000);
    await modern.close();
    clients.close();
  });

  for (const era of ERAS) {
    it(`a ${era} session beyond the memory limit: its caller is told at once, and it is counted`, async () => {
      const series = `dind_mcp_server_oom_kills_total{server="${hostile}"}`;
      const before = { rest: (await server(hostile)).oomKills, metrics: await metric(fleet, series) };
      await withClient(era, target(fleet, hostile), async (client) => {
        const words = await failure(client.client.callTool({ name: "hog", arguments: {} }), 30_000);
        assert.match(words, /failed during the call: its process ended/);
      });
      await eventually(async () => {
        assert.ok((await server(hostile)).oomKills > before.rest);
        assert.ok((await metric(fleet, series)) > before.metrics);
      }, 10_000);
      await answers(fleet, hostile);
    });
  }
});
