import assert from "node:assert/strict";
import { pino } from "pino";
import { engineClient } from "../../../../../lib/docker-client";
import { Label } from "../../../../../manifest/container/labels";
import { remoteLabels, remoteVolume } from "../../../../../manifest/container/remote-volume";
import { Events } from "../../../../../orchestrator/events";
import { AllServers } from "../../../../../orchestrator/servers/all-servers";
import { RemoteServers } from "../../../../../orchestrator/servers/remote/remote-servers";
import type { FollowedServers } from "../../../../../orchestrator/servers/server-info";
import { manifest } from "../../../../support/manifest/documents";
import { until } from "../../../../support/mcp-init/mcp-init";
import { FakeEngine } from "../../../../support/orchestrator/servers/docker/fake-engine";
import { STACK } from "../../../../support/orchestrator/servers/docker/inspect";

const far = (more: Record<string, unknown> = {}) =>
  manifest({
    name: "far",
    image: undefined,
    user: 11_007,
    transport: { type: "remote", url: "https://mcp.example.com/mcp" },
    health: { interval: "1s", startInterval: "100ms", retries: 2 },
    ...more,
  });

const idle: FollowedServers = {
  ...{ synced: true, connected: true },
  ...{ list: () => [], get: () => undefined, onChange: () => () => {}, memory: () => undefined },
};

describe("remote servers, found by the labels of volumes", () => {
  let engine: FakeEngine;
  let servers: RemoteServers;
  let close: () => void;
  const logged: string[] = [];
  const networks: string[] = [];

  const declare = (one = far(), name = remoteVolume(one.name)): void => {
    engine.volumes.set(name, { Name: name, Labels: remoteLabels(one, STACK), CreatedAt: "2026-12-01T00:00:00Z" });
  };

  beforeEach(async () => {
    logged.length = 0;
    networks.length = 0;
    engine = new FakeEngine();
    await engine.start();
    const client = engineClient({ socketPath: engine.socketPath });
    const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
    servers = new RemoteServers({
      ...{ client, stack: STACK, events: new Events(console.error), log, volumesFolder: "/v" },
      networks: {
        join: async ({ name }) => void networks.push(`join ${name}`),
        leave: async ({ name }) => void networks.push(`leave ${name}`),
      },
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

  it("are reached through the proxy in their network, with their secrets' files", async () => {
    declare();
    await servers.start();
    const server = servers.get("far");
    assert.deepEqual(server?.address, {
      type: "remote",
      protocol: "streamable-http",
      url: "https://mcp.example.com/mcp",
      proxy: { host: "10.214.6.190", port: 3128 },
      secrets: "/v/mcp-far-remote/_data",
    });
    assert.deepEqual([server?.status, server?.managedBy, server?.runtime.kind], ["starting", "pulumi", "remote"]);
    assert.deepEqual(new Set(networks), new Set(["join far"]));
  });

  it("come, change and go with their volumes", async () => {
    await servers.start();
    assert.deepEqual(servers.list(), []);
    declare();
    engine.emit("create", "mcp-far-remote");
    const first = await until(
      "there",
      () => servers.get("far")?.generation,
      (one) => one !== undefined,
    );
    declare(far({ title: "Far away" }));
    await servers.look();
    assert.notEqual(servers.get("far")?.generation, first);
    assert.equal(servers.get("far")?.manifest.title, "Far away");
    engine.volumes.clear();
    await servers.look();
    assert.deepEqual([servers.list(), networks.at(-1)], [[], "leave far"]);
  });

  it("are none of a volume with another name, or with a manifest that is none or has a container; each is told once", async () => {
    declare(far(), "mcp-other-remote");
    const labels = { ...remoteLabels(far(), STACK), [Label.Manifest]: "{" };
    engine.volumes.set("broken", { Name: "broken", Labels: labels });
    declare(manifest({ name: "local" }));
    await servers.start();
    await servers.look();
    assert.deepEqual(servers.list(), []);
    const told = logged.filter((line) => line.includes("no remote server")).join("");
    assert.equal(told.split("\n").length - 1, 3);
    assert.match(told, /the volume is called mcp-other-remote, expected mcp-far-remote/);
  });

  it("are asked whether they answer: unhealthy after so many failures in a row, with the reason, and well again", async () => {
    declare();
    await servers.start();
    let wrong: string | undefined = "it does not answer";
    let asked = 0;
    servers.checkBy(async () => {
      asked++;
      return wrong;
    });
    await until(
      "first",
      () => servers.get("far")?.reason,
      (reason) => reason === "it does not answer",
    );
    assert.equal(servers.get("far")?.status, "starting");
    await until(
      "lost",
      () => servers.get("far")?.status,
      (status) => status === "unhealthy",
    );
    assert.equal(asked, 2);
    wrong = undefined;
    await until(
      "well",
      () => servers.get("far")?.status,
      (status) => status === "running",
    );
    assert.equal(servers.get("far")?.reason, undefined);
  });

  it("are in one list with those that run here, which come first", async () => {
    declare();
    await servers.start();
    const both = new AllServers([servers, servers]);
    assert.deepEqual(
      both.list().map(({ name }) => name),
      ["far"],
    );
    assert.equal(both.get("far"), servers.get("far"));
    assert.deepEqual([both.synced, new AllServers([servers, { ...idle, synced: false }]).synced], [true, false]);
    assert.equal(both.memory("far"), undefined);
  });
});
