import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";

/** Legal in JSON as they are; a line's end to Node's readline (the first two) and to Python's splitlines. */
const ODD = "a\u2028b\u2029c\u0085d é😀";
const RAW = /[\u2028\u2029\u0085]/;

/** Case B25. */
describe("gateway: line ends that are none to JSON", function () {
  this.timeout(10_000);
  const folder = mkdtempSync(join(tmpdir(), "mcp-lines-"));
  const torn: string[] = [];
  let server: Server;
  let site: Site;

  before(async () => {
    server = createServer((line: Socket) => {
      line.on("error", () => {});
      createInterface({ input: line }).on("line", (text) => {
        try {
          for (const message of answers(JSON.parse(text))) line.write(`${JSON.stringify(message)}\n`);
        } catch {
          torn.push(text);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
    site = await Site.open();
    const manifest = manifestOf({ timeouts: { call: "3s" } });
    site.test.servers.set("lines", { type: "stdio", socket: join(folder, "socket") }, manifest);
  });
  after(async () => {
    await Site.closeAll();
    server.close();
    rmSync(folder, { recursive: true });
  });

  function answers({ id, method, params }: { id?: number; method: string; params: Record<string, unknown> }): object[] {
    if (id === undefined) return [];
    const serverInfo = { name: "lines", version: "1" };
    if (method === "initialize")
      return [
        { jsonrpc: "2.0", id, result: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo } },
      ];
    if (method !== "tools/call") return [{ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } }];
    const { text, tells } = params.arguments as { text: string; tells?: boolean };
    const told = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: text } };
    const answer = { jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } };
    return tells ? [told, answer] : [answer];
  }

  it("arrive at servers, and come back", async () => {
    const [one, all] = [await site.client("lines"), await site.client()];
    assert.equal(await one.text("echo", { text: ODD }), ODD);
    assert.equal(await all.text("lines__echo", { text: ODD }), ODD);
    const { result } = await site.caller("lines").modernCall("echo", { text: ODD, [`key ${ODD}`]: 1 });
    assert.equal(result.content[0].text, ODD);
    assert.deepEqual(torn, []);
  });

  it("that are no messages are kept for the server's log, the first three of each process and 50 in all", async () => {
    const loud = createServer((line: Socket) => {
      line.on("error", () => {}).write("starting\u0007\n".repeat(5));
      createInterface({ input: line }).on("line", (text) => {
        for (const message of answers(JSON.parse(text))) line.write(`${JSON.stringify(message)}\n`);
      });
    });
    await new Promise<void>((resolve) => loud.listen(join(folder, "loud"), resolve));
    site.test.servers.set("loud", { type: "stdio", socket: join(folder, "loud") }, manifestOf({}));
    for (let at = 0; at < 20; at++) await (await site.client("loud")).delete();
    const printed = site.gateway.printed("loud");
    assert.equal(printed.length, 50);
    assert.match(printed[0]?.line ?? "", /^starting\W?$/);
    assert.doesNotMatch(printed[0]?.line ?? "", /\p{Cc}/u);
    assert.ok(Date.parse(printed[0]?.time ?? "") > Date.now() - 60_000);
    assert.deepEqual(site.gateway.printed("lines"), []);
    site.test.servers.set("loud");
    loud.close();
  });

  it("do not tear the event streams of clients", async () => {
    const client = await site.client("lines");
    const call = client.start("echo", { text: ODD, tells: true });
    await call.done;
    assert.ok(call.streaming);
    assert.equal(call.messages.length, 2);
    for (const text of call.messages) assert.doesNotMatch(text, RAW);
    assert.equal(JSON.parse(call.messages[0] as string).params.data, ODD);
    assert.equal(call.last.result.content[0].text, ODD);
  });
});
