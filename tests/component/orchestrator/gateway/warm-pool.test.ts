import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause, until } from "../../../support/mcp-init/mcp-init";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";

describe("gateway: the warm pool", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), "mcp-warm-"));
  const starts = join(folder, "starts");
  after(async () => {
    await Site.closeAll();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    chmodSync(folder, 0o777);
    writeFileSync(starts, "");
    chmodSync(starts, 0o666);
  });
  const started = (): string[] => readFileSync(starts, "utf8").split("\n").filter(Boolean);

  it("gives each client a process that was waiting, and none two clients", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { warmPool: 2 }, command: ["--starts", starts] });
    const idle = (): number => site.gateway.usage("one").idle;
    await until(
      "two waiting",
      () => [servers(init), idle()],
      ([all, waiting]) => all === 2 && waiting === 2,
    );
    const waiting = started();
    const clients = await Promise.all([1, 2].map(() => site.client("one")));
    const pids = await Promise.all(clients.map((client) => client.text("pid")));
    assert.equal(new Set(pids).size, 2);
    assert.equal(started().slice(0, 2).join(), waiting.join(), "those that were there");
    await until(
      "two more",
      () => [servers(init), idle()],
      ([all, spare]) => all === 4 && spare === 2,
    );
    const [again] = await Promise.all([clients[0]?.text("pid"), clients[1]?.delete()]);
    assert.equal(again, pids[0]);
    await until(
      "one less",
      () => servers(init),
      (count) => count === 3,
    );
    await pause(100);
    const third = await site.client("one");
    assert.ok(!pids.includes(await third.text("pid")), "a used process is not used again");
    await site.close();
  });

  it("saves the server's start", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { warmPool: 1 }, command: ["--slow", "300"] });
    // The start of this server is its answer to initialize: nothing to save. So its process is asked for its age.
    await until(
      "one waiting",
      () => servers(init),
      (count) => count === 1,
    );
    await pause(200);
    const born = (pid: number): number => Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[21]);
    const [process] = init.processes.filter(({ name }) => name === "scripted");
    assert.ok(process);
    const before = born(process.pid);
    const client = await site.client("one");
    assert.equal(born(process.pid), before);
    assert.match(await client.text("pid"), /^\d+$/);
    await site.close();
  });

  it("fills up again when it was used up by the cap", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { warmPool: 2, max: 3, grace: "0s" } });
    const clients = await Promise.all([1, 2, 3].map(() => site.client("one")));
    assert.equal(site.gateway.usage("one").idle, 0);
    await Promise.all(clients.slice(1).map((client) => client.delete()));
    await until(
      "two waiting",
      () => site.gateway.usage("one").idle,
      (count) => count === 2,
    );
    assert.ok(servers(init) <= 3);
    await site.close();
  });

  it("tries less and less often with a server that crashes when it starts, and at once when it is replaced", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", {
      sessions: { warmPool: 2 },
      command: ["--starts", starts, "--crash"],
    });
    await pause(4_500);
    // Two at once, then after 1 s and 2 s more; 4 s later the next.
    assert.ok(started().length <= 6, `${started().length} starts in 4.5 s`);
    assert.ok(started().length >= 4, `${started().length} starts in 4.5 s`);
    const reply = await site.caller("one").ask({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
    assert.equal(reply.status, 502);
    assert.match(reply.last.error?.message ?? "", /its process ended before it answered initialize/);
    const good = await site.stdio("one", { sessions: { warmPool: 2 } });
    await until(
      "two waiting",
      () => servers(good),
      (count) => count === 2,
      500,
    );
    assert.equal(servers(init), 0);
    await site.close();
  });

  it("waits for a server whose socket is not there yet", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { warmPool: 1 } });
    const { manifest } = site.test.servers.get("one") ?? {};
    site.test.servers.set("later", { type: "stdio", socket: join(folder, "none") }, manifest);
    const reply = await site.caller("later").ask({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
    assert.equal(reply.status, 503);
    assert.match(reply.last.error?.message ?? "", /cannot be reached; it is running/);
    site.test.servers.set("later", { type: "stdio", socket: init.socket }, manifest);
    await until(
      "one waiting",
      () => site.gateway.usage("later").idle,
      (count) => count === 1,
      500,
    );
    await site.close();
  });
});
