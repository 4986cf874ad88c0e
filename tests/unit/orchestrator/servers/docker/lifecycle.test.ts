import assert from "node:assert/strict";
import { pino } from "pino";
import { engineClient } from "../../../../../lib/docker-client";
import { Events } from "../../../../../orchestrator/events";
import { DockerServers } from "../../../../../orchestrator/servers/docker/docker-servers";
import { Lifecycle } from "../../../../../orchestrator/servers/docker/lifecycle";
import { OwnNetworks } from "../../../../../orchestrator/servers/docker/own-networks";
import { FakeEngine } from "../../../../support/orchestrator/servers/docker/fake-engine";
import { health, inspected, STACK } from "../../../../support/orchestrator/servers/docker/inspect";

const SERVICES = [{ name: "db", image: "db:1.0", user: 11_001, health: { port: 1 } }];

describe("a server with a companion", () => {
  let engine: FakeEngine;
  let lifecycle: Lifecycle;
  let close: () => void;
  /** What containers were told, in order. */
  const told = () => engine.asked.filter((line) => line.startsWith("POST")).map((line) => line.split(/[ ?]/)[1]);

  beforeEach(async () => {
    engine = new FakeEngine();
    await engine.start();
    engine.containers.set("c1", inspected("c1", { services: SERVICES, uses: ["redis"] }));
    engine.containers.set("mcp-echo.db", inspected("d1", {}, health("healthy", 0, "")));
    const client = engineClient({ socketPath: engine.socketPath });
    const log = pino({ level: "silent" });
    const networks = new OwnNetworks(client, STACK, log);
    const options = { client, stack: STACK, events: new Events(console.error), log, volumesFolder: "/v", networks };
    const servers = new DockerServers({ ...options, memory: () => undefined });
    lifecycle = new Lifecycle(client, servers);
    close = () => {
      servers.close();
      client.close();
    };
    await servers.start();
  });
  afterEach(async () => {
    close();
    await engine.remove();
  });

  it("starts after it, and stops before it", async () => {
    await lifecycle.start("echo");
    await lifecycle.stop("echo");
    assert.deepEqual(told(), [
      "/containers/mcp-echo.db/start",
      "/containers/c1/start",
      "/containers/c1/stop",
      "/containers/mcp-echo.db/stop",
    ]);
  });

  it("leaves the shared services that it uses alone, for others use them too", async () => {
    await lifecycle.stop("echo");
    await lifecycle.start("echo");
    assert.ok(!told().some((path) => path?.includes("redis")), told().join());
  });

  it("is restarted alone; one that was down is started first", async () => {
    await lifecycle.restart("echo");
    assert.deepEqual(told(), ["/containers/mcp-echo.db/start", "/containers/c1/restart"]);
  });

  it("has a log of its own, and the companion its", async () => {
    engine.logs.set("c1", ["the server's"]).set("mcp-echo.db", ["the companion's"]);
    engine.logs.set("mcp-shared.redis", ["the shared one's"]);
    const lines = async (service?: string) => {
      const found: string[] = [];
      for await (const { line } of lifecycle.logs("echo", { service })) found.push(line);
      return found;
    };
    assert.deepEqual([await lines(), await lines("db")], [["the server's"], ["the companion's"]]);
    assert.deepEqual(await lines("redis"), ["the shared one's"]);
    const none = /^ServerError: server echo has no companion of that name: it has db, redis$/;
    for (const name of ["", "echo", "../c1"]) await assert.rejects(lines(name), none);
  });

  it("has its latest lines, or all that Docker keeps", async () => {
    for (const tail of [undefined, 5, "all"] as const) for await (const _ of lifecycle.logs("echo", { tail }));
    assert.deepEqual(engine.tails, ["200", "5", null]);
  });

  it("does not start when it fails, and says why", async () => {
    engine.containers.set("mcp-echo.db", inspected("d1", {}, health("unhealthy", 1, "no answer")));
    await assert.rejects(lifecycle.start("echo"), /^ServerError: companion db does not become healthy: no answer$/);
    assert.deepEqual(told(), ["/containers/mcp-echo.db/start"]);
  });
});
