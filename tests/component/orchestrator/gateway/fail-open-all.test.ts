import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "../../../support/mcp-init/mcp-init";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import type { Answer } from "../../../support/orchestrator/gateway/mcp-client";

describe("gateway: /mcp with a server that hangs, crashes or is not there", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "mcp-fail-open-"));
  after(async () => {
    await Site.closeAll();
    rmSync(folder, { recursive: true });
  });
  const names = ({ result: { tools } }: Answer): string[] => tools.map(({ name }: { name: string }) => name);

  it("leaves it out, waits for it once, and tells when it comes back", async () => {
    const warned: string[] = [];
    const site = await Site.open(
      {},
      { patienceMs: 3_000, warn: (words, { message }) => warned.push(`${words}: ${message}`) },
    );
    await site.stdio("good");
    await site.stdio("hung", { command: ["--slow", "4500"], timeouts: { start: "20s" } });
    await site.stdio("crash", { command: ["--crash"] });
    const { manifest } = site.test.servers.get("good") ?? {};
    site.test.servers.set("none", { type: "stdio", socket: join(folder, "none") }, manifest);
    const client = await site.client();
    const stream = await client.listen();
    const subscription = site
      .caller()
      .startModern("subscriptions/listen", { notifications: { toolsListChanged: true } });
    await subscription.has("acknowledged");
    const timed = async (): Promise<[string[], number]> => {
      const began = performance.now();
      const { last } = await client.ask({ jsonrpc: "2.0", id: 1, method: "tools/list" });
      return [names(last), performance.now() - began];
    };
    const [first, took] = await timed();
    assert.deepEqual(first, ["good__echo"]);
    assert.ok(took > 2_500, `${took} ms`);
    const lacking = (words: string): string[] => warned.filter((line) => line.includes(words));
    assert.deepEqual(lacking("lacks hung"), ["tools/list of all servers lacks hung: no answer to tools/list yet"]);
    assert.match(lacking("lacks crash")[0] ?? "", /its process ended/);
    const [second, again] = await timed();
    assert.deepEqual(second, ["good__echo"]);
    assert.equal(lacking("lacks hung").length, 1, "told once");
    assert.ok(again < 2_000, `it waited again: ${again} ms`);
    await stream.has("tools/list_changed", 12_000);
    await subscription.has("tools/list_changed");
    assert.deepEqual((await timed())[0], ["good__echo", "hung__echo"]);
    await pause(100);
    assert.equal(stream.messages.length, 1, "told once");
    await site.close();
  });

  it("asks one that failed again, and tells when it is back, also without a restart", async () => {
    const site = await Site.open();
    const tools = join(folder, "tools.json");
    chmodSync(folder, 0o755);
    writeFileSync(tools, '{"tools":"none"}');
    const init = await site.stdio("good");
    const { manifest } = site.test.servers.get("good") ?? {};
    const socket = join(folder, "later.sock");
    site.test.servers.set("later", { type: "stdio", socket }, manifest);
    const client = await site.client();
    const stream = await client.listen();
    const { last } = await client.ask({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    assert.deepEqual(names(last), ["good__echo"]);
    const info = site.test.servers.get("later");
    assert.ok(info);
    info.address = { type: "stdio", socket: init.socket }; // as a socket that appears: no event tells of it
    await stream.has("tools/list_changed", 8_000);
    const back = await client.ask({ jsonrpc: "2.0", id: 2, method: "tools/list" });
    assert.deepEqual(names(back.last), ["good__echo", "later__echo"]);
    await site.close();
  });

  it("is told at once when it is restarted with other tools", async () => {
    const site = await Site.open();
    const init = await site.stdio("one");
    const client = await site.client();
    const stream = await client.listen();
    await client.ask({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const tools = join(folder, "new.json");
    writeFileSync(tools, '{"tools":[{"name":"new","inputSchema":{"type":"object"}}]}');
    await site.stdio("one", { command: ["--tools", tools] });
    await init.stop();
    await stream.has("tools/list_changed");
    assert.deepEqual(names((await client.ask({ jsonrpc: "2.0", id: 2, method: "tools/list" })).last), ["one__new"]);
    await site.close();
  });

  it("calls to it fail with words, and calls to others do not notice", async () => {
    const site = await Site.open();
    await site.stdio("good");
    await site.stdio("crash", { command: ["--crash"] });
    site.test.servers.set("none", { type: "stdio", socket: join(folder, "none") }, manifestOf({}));
    const client = await site.client();
    const all = await Promise.all([
      client.call("crash__echo"),
      client.call("none__echo"),
      client.call("good__pid"),
      site.caller().modernCall("crash__echo"),
      site.caller().modernCall("none__echo"),
      site.caller().modernCall("good__pid"),
    ]);
    const words = all.map((answer) => answer.error?.message ?? "ok");
    for (const at of [0, 3])
      assert.match(words[at] ?? "", /server crash: its process ended before it answered initialize/);
    for (const at of [1, 4]) assert.match(words[at] ?? "", /server none cannot be reached; it is running/);
    assert.deepEqual([words[2], words[5]], ["ok", "ok"]);
    assert.equal((await client.ask({ jsonrpc: "2.0", id: 99, method: "ping" })).status, 200);
    await site.close();
  });
});
