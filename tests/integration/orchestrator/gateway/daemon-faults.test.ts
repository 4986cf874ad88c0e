import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { INNER_DNS } from "../../../../components/engine/daemon-config";
import { PORTS } from "../../../../config/ports";
import { GATEWAY_ADDRESS } from "../../../../manifest/container/gateway";
import { Api } from "../../../support/clients/api";
import { eventually } from "../../../support/eventually";
import { must } from "../../../support/fleet/command";
import {
  answers,
  callingAnew,
  callingDuring,
  connection,
  daemonAway,
  failure,
  killDaemon,
  ready,
  target,
  withClient,
} from "../../../support/fleet/faults";
import { FAULTY, inEngine, theFaultsFleet } from "../../../support/fleet/faults-fleet";
import { docker, type Fleet } from "../../../support/fleet/fleet";

const { calm, http } = FAULTY;

/** Tries to connect, again and again, until it is stopped; then says how often, and how often it got in. */
const KNOCKING = `
const { connect } = require("node:net");
const said = { tries: 0, opened: 0 };
process.on("SIGTERM", () => { console.log(JSON.stringify(said)); process.exit(); });
for (const target of process.argv.slice(1).flatMap((one) => Array(8).fill(one))) {
  const [host, port] = target.split(":");
  const knock = () => {
    said.tries++;
    const socket = connect({ host, port, timeout: 100 });
    socket.on("connect", () => { said.opened++; socket.destroy(); }).on("error", () => {});
    socket.on("timeout", () => socket.destroy()).on("close", () => setTimeout(knock, 10));
  };
  knock();
}`;
interface Problem {
  detail: string;
}

describe("the gateway, when the engine fails", function () {
  this.timeout(300_000);
  let fleet: Fleet;
  let api: Api;
  before(async () => {
    fleet = await theFaultsFleet();
    api = Api.of(fleet);
  });
  beforeEach(() => ready(fleet));

  const statuses = async () => {
    const { body } = await api.get<{ items: { name: string; status: string }[] }>("/v1/servers");
    return Object.fromEntries(body.items.map(({ name, status }) => [name, status]));
  };

  /** All servers run, and what happens is seen: the way to the daemon is whole again. */
  async function whole(): Promise<void> {
    await ready(fleet);
    await eventually(
      async () => assert.deepEqual(new Set(Object.values(await statuses())), new Set(["running"])),
      60_000,
    );
    const since = (await events(api, 0)).at(-1)?.id ?? 0;
    await docker(fleet, "restart", "-t", "1", "mcp-hostile");
    await eventually(async () => {
      const types = (await events(api, since)).filter(({ server }) => server === "hostile").map(({ type }) => type);
      assert.ok(types.includes("server.stopped") && types.includes("server.healthy"), types.join(", "));
    }, 30_000);
  }

  it("dockerd killed with -9: no MCP call fails while it is away, nor a new session; REST says so in words, and is right afterwards", async () => {
    const { calls, failures } = await callingDuring(fleet, calm, async () => {
      await daemonAway(fleet, async () => {
        for (let count = 0; count < 5; count++) await answers(fleet, calm);
        await answers(fleet, http, "test_simple_text");
        const refused = [await api.post<Problem>(`/v1/servers/${calm}/restart`), await api.get<Problem>("/v1/engine")];
        for (const { status, body, took } of refused) {
          assert.equal(status, 502, JSON.stringify(body));
          assert.match(body.detail, /the engine does not answer/);
          assert.ok(took < 5_000, `${took} ms`);
        }
        await eventually(async () => assert.equal((await api.get("/readyz")).status, 503));
        assert.equal((await statuses())[calm], "running", "the last known state stays");
        await pause(3_000);
      });
      await pause(3_000); // it starts again
    });
    assert.deepEqual(failures, []);
    assert.ok(calls > 100, `${calls} calls`);
    await whole();
  });

  it("dockerd killed with -9 five times: of calls at a steady rate, each on a new connection, none is lost", async () => {
    const { calls, failures } = await callingAnew(fleet, calm, async () => {
      for (let count = 0; count < 5; count++) {
        await killDaemon(fleet);
        await pause(1_000); // its rules are all written by then
      }
    });
    assert.deepEqual(failures, []);
    assert.ok(calls > 100, `${calls} calls`);
    await whole();
  });

  it("nor does it open the orchestrator's ports to the network of image builds, not even for a moment", async () => {
    const image = await docker(fleet, "inspect", "mcp-files", "-f", "{{.Config.Image}}");
    const run = ["run", "-d", "--cap-drop", "ALL", "--entrypoint", "node", image, "-e", KNOCKING];
    const build = await docker(fleet, ...run, `${GATEWAY_ADDRESS}:${PORTS.api}`, `${INNER_DNS.address}:${PORTS.api}`);
    try {
      for (let count = 0; count < 3; count++) {
        await killDaemon(fleet);
        await pause(1_000);
      }
      await docker(fleet, "stop", build);
      const { tries, opened } = JSON.parse(await docker(fleet, "logs", build)) as { tries: number; opened: number };
      assert.ok(tries > 100, `${tries} tries`);
      assert.equal(opened, 0);
    } finally {
      await docker(fleet, "rm", "-f", build);
    }
    await whole();
  });

  it("a daemon that hangs: no MCP call fails, and REST says so in time", async () => {
    const daemon = (signal: string) => inEngine(fleet, `kill -${signal} $(cat /run/dind-mcp/dockerd.pid)`);
    const { calls, failures } = await callingDuring(fleet, calm, async () => {
      await daemon("STOP");
      const [restart, engine, list] = await Promise.all([
        api.post<Problem>(`/v1/servers/${calm}/restart`),
        api.get<Problem>("/v1/engine"),
        api.get("/v1/servers"),
      ]).finally(() => daemon("CONT"));
      assert.deepEqual([restart.status, engine.status, list.status], [502, 502, 200], restart.text + engine.text);
      for (const { took, body } of [restart, engine]) assert.ok(took < 35_000 && body.detail, `${took} ms`);
    });
    assert.deepEqual(failures, []);
    assert.ok(calls > 100, `${calls} calls`);
    await whole();
  });

  it("containerd killed with -9: no MCP call fails", async () => {
    const { calls, failures } = await callingDuring(fleet, calm, async () => {
      await inEngine(fleet, "kill -9 $(cat /run/dind-mcp/containerd.pid)");
      await pause(3_000);
    });
    assert.deepEqual(failures, []);
    assert.ok(calls > 100, `${calls} calls`);
    await whole();
  });

  it("the engine restarted: everything is back by itself; what is lost is said", async () => {
    const clients = connection(fleet, calm, 4);
    try {
      const session = await clients.open();
      const call = failure(clients.request(session, "tools/call", { name: "hang", arguments: {} }), 60_000);
      await pause(500);
      await must("docker", ["restart", fleet.stack.engineName]);
      assert.match(await call, /its process ended|the session ended: shutdown|ECONNRESET|socket hang up/);
      await ready(fleet, 90_000);
      await assert.rejects(
        clients.request(session, "tools/call", { name: "echo", arguments: {} }),
        /HTTP 404: .*it has ended/,
      );
      await eventually(() => answers(fleet, calm), 60_000);
      await eventually(() => answers(fleet, http, "test_simple_text"), 60_000);
      await eventually(
        async () => assert.deepEqual(new Set(Object.values(await statuses())), new Set(["running"])),
        60_000,
      );
      const tools = await withClient("modern", target(fleet), (client) => client.client.listTools());
      for (const name of [`${calm}__echo`, `${http}__test_simple_text`, "files__read_text_file"])
        assert.ok(
          tools.tools.some((tool) => tool.name === name),
          name,
        );
    } finally {
      clients.close();
    }
  });
});

/** Events after one: what the stream has within a second. */
async function events(api: Api, since: number): Promise<{ id: number; type: string; server?: string }[]> {
  const answer = await fetch(`${api.base}/v1/events`, {
    headers: { ...api.headers, "last-event-id": String(since) },
    signal: AbortSignal.timeout(1_000),
  });
  let text = "";
  try {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString();
  } catch {
    // the second is over
  }
  return [...text.matchAll(/^data: *(\{.*\})$/gm)].map(([, json]) => JSON.parse(json as string));
}
