import assert from "node:assert/strict";
import { Label } from "../../../manifest/container/labels";
import type { ServerError } from "../../../orchestrator/servers/server-error";
import { eventually } from "../../support/eventually";
import { callTool, docker } from "../../support/fleet/fleet";
import { extraServer, SELF, ServersSite } from "../../support/fleet/servers-site";

/** An HTTP server in one line: it answers `initialize`. */
const LISTENS = `require("http").createServer((q,s)=>{s.setHeader("content-type","application/json");
s.end(JSON.stringify({jsonrpc:"2.0",id:1,result:{protocolVersion:"2025-11-25",capabilities:{},serverInfo:{name:"h",version:"1"}}}))}).listen(8080)`;

describe("the orchestrator's servers, in a real engine", function () {
  this.timeout(60_000);
  let site: ServersSite;

  before(async function () {
    this.timeout(300_000); // where it comes first, it brings the shared fleet up
    site = await ServersSite.open("test/servers");
    await site.parts.deployer.deploy(extraServer("extra"));
  });

  after(async () => {
    await site?.close();
  });

  it("are found by their labels, those of another stack are not", () => {
    const { synced, connected } = site.parts.containers;
    assert.deepEqual(
      [synced, connected, site.parts.containers.list().map(({ name }) => name)],
      [true, true, ["extra"]],
    );
  });

  it("stop, start and restart", async () => {
    const first = site.parts.containers.get("extra");
    assert.equal((await site.parts.lifecycle.stop("extra")).status, "stopped");
    assert.equal((await site.parts.lifecycle.stop("extra")).status, "stopped");
    assert.notEqual((await site.parts.lifecycle.start("extra")).generation, first?.generation);
    await eventually(async () => assert.equal(site.parts.containers.get("extra")?.status, "running"));
    const second = site.parts.containers.get("extra");
    assert.notEqual((await site.parts.lifecycle.restart("extra")).generation, second?.generation);
    await eventually(async () => assert.equal(site.parts.containers.get("extra")?.status, "running"));
    await assert.rejects(site.parts.lifecycle.stop("nobody"), (error: ServerError) => error.status === 404);
  });

  it("have a log that is read and followed, until the reader goes", async () => {
    await callTool(site.fleet, "extra", "flood", {}).catch(() => {});
    const lines: string[] = [];
    for await (const { stream, line } of site.parts.lifecycle.logs("extra", { tail: 3 }))
      lines.push(`${stream} ${line.length}`);
    assert.equal(lines.length, 3);
    const stop = new AbortController();
    let followed = 0;
    for await (const _ of site.parts.lifecycle.logs("extra", { tail: 2, follow: true, signal: stop.signal })) {
      followed += 1;
      // The reader waits for a third line, which does not come.
      if (followed === 2) setTimeout(() => stop.abort(), 100);
    }
    assert.equal(followed, 2);
  });

  it("are measured, and say when the kernel killed a process of theirs", async () => {
    await site.parts.stats.poll();
    const { usage = 0, limit } = site.parts.containers.memory("extra") ?? {};
    assert.equal(limit, 64 * 2 ** 20);
    assert.ok(usage > 0 && usage < 64 * 2 ** 20, String(usage));
    const measured = site.parts.stats.server("extra");
    assert.ok(measured && measured.pids >= 1 && measured.cpuSeconds > 0, JSON.stringify(measured));
    await callTool(site.fleet, "extra", "hog", {}).catch(() => {});
    await eventually(async () => assert.ok((site.parts.containers.get("extra")?.runtime.oomKills ?? 0) > 0));
    assert.ok(site.types().includes("server.oom"));
  });

  it("with HTTP have the orchestrator in their network, which is gone with them", async () => {
    const files = await site.nodeImage();
    const self = ["--name", SELF, "--label", `${Label.Role}=orchestrator`, "--label", `${Label.Stack}=${site.stack}`];
    const idle = ["--entrypoint", "node", files, "-e", "setInterval(()=>{},9e8)"];
    const id = await docker(site.fleet, "run", "-d", "--network", "none", "--cap-drop", "ALL", ...self, ...idle);
    await docker(site.fleet, "network", "create", SELF);
    try {
      // In a network of its own first, as the orchestrator is; from `none` Docker does not connect.
      await docker(site.fleet, "network", "disconnect", "none", id);
      await docker(site.fleet, "network", "connect", SELF, id);
      const transport = { type: "streamable-http", port: 8_080, command: ["node", "-e", LISTENS] };
      const manifest = extraServer("extra-http", { image: files, transport, resources: { memory: "128m" } });
      const { server } = await site.parts.deployer.deploy(manifest);
      assert.match(server.address.type === "http" ? server.address.url : "", /^http:\/\/10\.214\.\d+\.\d+:8080\/mcp$/);
      const members = await docker(
        site.fleet,
        "network",
        "inspect",
        "mcp-extra-http",
        "--format",
        "{{json .Containers}}",
      );
      assert.ok(Object.keys(JSON.parse(members)).includes(id), members);
      const stdio = await site.parts.deployer.deploy(extraServer("extra-http"));
      assert.equal(stdio.change, "replaced");
      const parts = (await site.left()).filter((name) => name.startsWith("mcp-extra-http"));
      assert.deepEqual(parts, ["mcp-extra-http", "mcp-extra-http-sessions"]);
      await assert.rejects(docker(site.fleet, "network", "inspect", "mcp-extra-http"), /not found/);
      await site.parts.deployer.remove("extra-http");
      assert.deepEqual(
        (await site.left()).filter((name) => name.startsWith("mcp-extra-http")),
        [],
      );
    } finally {
      await docker(site.fleet, "rm", "-f", SELF);
      await docker(site.fleet, "network", "rm", SELF);
    }
  });

  it("stay known while the daemon is away; what happened meanwhile is known when it is back", async () => {
    const before = site.parts.containers.get("extra");
    site.wire.cut();
    await eventually(async () => assert.equal(site.parts.containers.connected, false));
    await assert.rejects(site.parts.ping());
    await docker(site.fleet, "restart", "mcp-extra");
    assert.deepEqual(site.parts.containers.get("extra"), before);
    const seen = site.types().length;
    await site.wire.open();
    await eventually(async () => assert.notEqual(site.parts.containers.get("extra")?.generation, before?.generation));
    assert.deepEqual(site.types().slice(seen, seen + 2), ["server.stopped", "server.started"]);
    assert.equal(site.parts.containers.connected, true);
    await eventually(async () => assert.equal(site.parts.containers.get("extra")?.status, "running"));
  });

  it("leave to the cleanup what lost its server", async () => {
    const labels = ["managed-by=api", `stack=${site.stack}`, "server=extra9"].flatMap((label) => [
      "--label",
      `dind-mcp.${label}`,
    ]);
    await docker(site.fleet, "volume", "create", ...labels, "mcp-extra9-secrets");
    const network = await docker(site.fleet, "network", "create", ...labels, "mcp-extra9");
    const found = (await site.parts.cleanup.plan()).filter(({ name }) => name.startsWith("mcp-"));
    assert.deepEqual(
      found.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`),
      [
        "network mcp-extra9: of server extra9, which is gone",
        "volume mcp-extra9-secrets: of server extra9, which is gone",
      ],
    );
    const { removed, failed } = await site.parts.cleanup.run({ only: [network, "mcp-extra9-secrets"] });
    assert.deepEqual([removed.length, failed], [2, []]);
    assert.ok(!(await site.left()).some((name) => name.startsWith("mcp-extra9")));
  });

  it("are in an engine that says what it is", async () => {
    const { version, cgroupVersion, containers, memory } = await site.parts.engine.info();
    assert.match(version, /^\d+\.\d+/);
    assert.match(cgroupVersion, /^[12]$/);
    assert.ok(containers.running > 0 && memory > 2 ** 28);
    const { images, time } = await site.parts.engine.disk();
    assert.ok(images > 0);
    assert.equal((await site.parts.engine.disk()).time, time);
  });
});
