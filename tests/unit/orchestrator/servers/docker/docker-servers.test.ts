import assert from "node:assert/strict";
import { pino } from "pino";
import { engineClient } from "../../../../../lib/docker-client";
import { Label, Role } from "../../../../../manifest/container/labels";
import { Events } from "../../../../../orchestrator/events";
import { DockerServers } from "../../../../../orchestrator/servers/docker/docker-servers";
import { OwnNetworks } from "../../../../../orchestrator/servers/docker/own-networks";
import { FakeEngine } from "../../../../support/orchestrator/servers/docker/fake-engine";
import { health, inspected, STACK } from "../../../../support/orchestrator/servers/docker/inspect";

const HTTP = { name: "web", user: 11_001, transport: { type: "streamable-http", port: 80, path: "/mcp" } };

/** Waits until a condition holds; half a second is long for a daemon in this process. */
async function until(condition: () => boolean, what: string, limit = 2_000): Promise<void> {
  for (const end = Date.now() + limit; !condition(); ) {
    if (Date.now() > end) throw new Error(`not in ${limit} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("the servers, found by their labels", () => {
  let engine: FakeEngine;
  let events: Events;
  let servers: DockerServers;
  let close: () => void;
  const logged: string[] = [];
  const types = () => events.since(0).map(({ type, server }) => `${type} ${server}`);

  beforeEach(async () => {
    logged.length = 0;
    engine = new FakeEngine();
    await engine.start();
    const client = engineClient({ socketPath: engine.socketPath });
    const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
    events = new Events(console.error);
    const networks = new OwnNetworks(client, STACK, log);
    servers = new DockerServers({
      client,
      stack: STACK,
      events,
      log,
      volumesFolder: "/v",
      networks,
      memory: () => undefined,
    });
    close = () => {
      servers.close();
      client.close();
    };
  });

  afterEach(async () => {
    close();
    await engine.remove();
  });

  it("are known at the start, by name, with their image's digest and age", async () => {
    engine.containers.set("c1", inspected("c1"));
    engine.containers.set("c0", inspected("c0", { name: "another", user: 11_005 }));
    await servers.start();
    assert.deepEqual([servers.synced, servers.connected], [true, true]);
    assert.deepEqual(
      servers.list().map(({ name }) => name),
      ["another", "echo"],
    );
    const { digest, created } = servers.get("echo")?.runtime.image ?? {};
    assert.deepEqual([digest, created], ["sha256:digest", "2026-11-01T10:00:00.500Z"]);
    assert.deepEqual(types().sort(), ["server.added another", "server.added echo"]);
  });

  it("come, change and go with Docker's events", async () => {
    const heard: string[] = [];
    await servers.start();
    const end = servers.onChange((name, now, before) => heard.push(`${name} ${before?.status} ${now?.status}`));
    engine.containers.set("c1", inspected("c1", {}, { Status: "created" }));
    engine.emit("create", "c1");
    await until(() => servers.list().length === 1, "added");
    engine.containers.set("c1", inspected("c1", {}, health("starting", 0, "")));
    engine.emit("start", "c1");
    await until(() => servers.get("echo")?.status === "starting", "starting");
    engine.containers.set("c1", inspected("c1"));
    engine.emit("health_status: healthy", "c1");
    await until(() => servers.get("echo")?.status === "running", "running");
    engine.containers.delete("c1");
    engine.emit("destroy", "c1");
    await until(() => servers.list().length === 0, "removed");
    assert.deepEqual(heard, [
      "echo undefined stopped",
      "echo stopped starting",
      "echo starting running",
      "echo running undefined",
    ]);
    assert.deepEqual(
      types(),
      ["added", "started", "healthy", "removed"].map((type) => `server.${type} echo`),
    );
    end();
  });

  it("are not told of what did not change, and survive a listener that throws", async () => {
    engine.containers.set("c1", inspected("c1"));
    await servers.start();
    let heard = 0;
    servers.onChange(() => {
      heard += 1;
      throw new Error("mine");
    });
    await servers.resync();
    await servers.refresh("c1");
    assert.equal(heard, 0);
    engine.containers.set("c1", inspected("c1", {}, { Status: "exited", ExitCode: 2 }));
    await servers.refresh("c1");
    assert.equal(heard, 1);
    assert.equal(servers.get("echo")?.reason, "ended with exit code 2");
  });

  it("that are not well say why, with the last lines of their logs, in events too; one that was stopped says nothing", async () => {
    engine.containers.set("c1", inspected("c1"));
    engine.logs.set("c1", ["\u001b[31mno key", "  ", `bye ${"x".repeat(1_000)}`]);
    await servers.start();
    assert.equal(servers.get("echo")?.reason, undefined);
    engine.containers.set("c1", inspected("c1", {}, health("unhealthy", 1, "unhealthy: initialize: ended")));
    await servers.refresh("c1");
    const reason = servers.get("echo")?.reason ?? "";
    assert.match(reason, /^initialize: ended; its log ends with: \[31mno key \| bye x{156}$/);
    assert.deepEqual(events.since(0).at(-1)?.data, { reason });
    engine.containers.set("c1", inspected("c1", {}, { Status: "exited", ExitCode: 143 }));
    await servers.refresh("c1");
    assert.equal(servers.get("echo")?.reason, "ended with exit code 143");
    engine.containers.set("c1", inspected("c1", {}, { Status: "exited", ExitCode: 1 }));
    await servers.refresh("c1");
    assert.match(servers.get("echo")?.reason ?? "", /^ended with exit code 1; its log ends with: /);
  });

  it("have the state of their companions, and a reason when one fails, though the server runs", async () => {
    const services = [{ name: "db", image: "db:1.0", user: 11_001, health: { port: 1 } }];
    const companion = (state: Parameters<typeof inspected>[2]) =>
      ({ ...inspected("d1", {}, state), Name: "/mcp-echo.db" }) as ReturnType<typeof inspected>;
    engine.containers.set("c1", inspected("c1", { services }));
    await servers.start();
    assert.deepEqual(servers.get("echo")?.companions, [
      { name: "db", container: "mcp-echo.db", status: "stopped", reason: "it has no container" },
    ]);
    engine.containers.set("mcp-echo.db", companion(health("unhealthy", 1, "no answer")));
    engine.logs.set("d1", ["disk full"]);
    await servers.refresh("c1");
    const { status, reason } = servers.get("echo") ?? {};
    assert.deepEqual(
      [status, reason],
      ["running", "its companion db is unhealthy: no answer; its log ends with: disk full"],
    );
    engine.containers.set("mcp-echo.db", companion(health("healthy", 0, "")));
    engine.emit("health_status: healthy", "d1", { [Label.Companion]: "db", [Label.Server]: "echo" });
    await until(() => servers.get("echo")?.reason === undefined, "well again");
  });

  it("have the state of the shared services that they use, and hear of their changes", async () => {
    const service = (state: Parameters<typeof inspected>[2]) =>
      ({ ...inspected("s1", {}, state), Name: "/mcp-shared.redis" }) as ReturnType<typeof inspected>;
    engine.containers.set("c1", inspected("c1", { uses: ["redis"] }));
    engine.containers.set("mcp-shared.redis", service(health("unhealthy", 1, "no answer")));
    await servers.start();
    const { companions, reason } = servers.get("echo") ?? {};
    assert.deepEqual(companions, [
      { name: "redis", container: "mcp-shared.redis", shared: true, status: "unhealthy", reason: "no answer" },
    ]);
    assert.equal(reason, "the shared service redis is unhealthy: no answer");
    engine.containers.set("mcp-shared.redis", service(health("healthy", 0, "")));
    engine.emit("health_status: healthy", "s1", { [Label.Companion]: "redis", [Label.Role]: Role.SharedService });
    await until(() => servers.get("echo")?.reason === undefined, "well again");
  });

  it("that start are looked at again and again, for Docker tells of no check that fails meanwhile", async () => {
    engine.containers.set("c1", inspected("c1", {}, health("starting", 0, "")));
    await servers.start();
    engine.containers.set("c1", inspected("c1", {}, health("starting", 1, "unhealthy: not yet")));
    await until(() => servers.get("echo")?.reason === "not yet", "the reason", 8_000);
  });

  it("count what the kernel killed for memory", async () => {
    engine.containers.set("c1", inspected("c1"));
    await servers.start();
    engine.emit("oom", "c1");
    await until(() => servers.get("echo")?.runtime.oomKills === 1, "counted");
    assert.deepEqual(types().at(-1), "server.oom echo");
  });

  it("stay as they were while the daemon is away, and are looked at again when it is back", async () => {
    engine.containers.set("c1", inspected("c1"));
    await servers.start();
    engine.emit("oom", "c1");
    await until(() => servers.get("echo")?.runtime.oomKills === 1, "counted");
    await engine.stop();
    await until(() => !servers.connected, "stream ended");
    await servers.resync();
    assert.equal(servers.get("echo")?.status, "running");
    engine.containers.set("c1", inspected("c1", {}, { StartedAt: "2026-01-02T00:00:00Z" }));
    engine.containers.set("c2", inspected("c2", HTTP));
    await engine.start();
    await until(() => servers.list().length === 2, "looked at again", 8_000);
    await servers.resync();
    assert.equal(servers.get("echo")?.runtime.oomKills, 1);
    assert.deepEqual(types().slice(2), [
      "server.stopped echo",
      "server.started echo",
      "server.healthy echo",
      "server.added web",
    ]);
  });

  it("are found later when the daemon is not there at the start", async () => {
    await engine.stop();
    await servers.start(50);
    assert.deepEqual([servers.synced, servers.list()], [false, []]);
    engine.containers.set("c1", inspected("c1"));
    await engine.start();
    await until(() => servers.synced && servers.list().length === 1, "found", 8_000);
  });

  it("leave out a container whose manifest is wrong, and say so once", async () => {
    const wrong = inspected("bad");
    wrong.Config.Labels[Label.Manifest] = '{"name":"echo"}';
    engine.containers.set("bad", wrong);
    engine.containers.set("c1", inspected("c1", { name: "good" }));
    await servers.start();
    await servers.resync();
    assert.deepEqual(
      servers.list().map(({ name }) => name),
      ["good"],
    );
    assert.equal(logged.filter((line) => line.includes("no server")).length, 1);
  });

  it("keep the new container of a replaced server when the old one's end is heard of last", async () => {
    engine.containers.set("old", inspected("old"));
    await servers.start();
    engine.containers.set("new", inspected("new"));
    await servers.refresh("new");
    engine.containers.delete("old");
    engine.emit("destroy", "old");
    await servers.refresh("old");
    assert.equal(servers.get("echo")?.runtime.id, "new");
  });

  it("with HTTP have the orchestrator in their network while they are there", async () => {
    engine.containers.set("c2", inspected("c2", HTTP));
    await servers.start();
    await servers.resync();
    assert.deepEqual(engine.asked, ['POST /networks/mcp-web/connect {"Container":"self"}']);
    engine.containers.delete("c2");
    engine.emit("destroy", "c2");
    await until(() => engine.asked.length === 2, "left");
    assert.equal(engine.asked[1], 'POST /networks/mcp-web/disconnect {"Container":"self","Force":true}');
  });
});
