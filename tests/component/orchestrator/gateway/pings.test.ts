import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";

const PING = { jsonrpc: "2.0", id: "p", method: "ping" };

/** A server on a socket that does nothing before its pings are answered: the first comes before `initialize`. */
function pinging(line: Socket, pongs: string[]): void {
  const waiting: (() => void)[] = [];
  const say = (message: object): void => void line.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const ping = (then: () => void): void => {
    waiting.push(then);
    say(PING);
  };
  ping(() => {});
  createInterface({ input: line }).on("line", (text) => {
    const { id, method, result } = JSON.parse(text);
    if (id === "p") {
      pongs.push(JSON.stringify(result));
      waiting.shift()?.();
    } else if (method === "initialize") {
      const serverInfo = { name: "pinging", version: "1" };
      ping(() => say({ id, result: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo } }));
    } else if (method === "tools/call") ping(() => say({ id, result: { content: [{ type: "text", text: "done" }] } }));
    else if (id !== undefined) say({ id, error: { code: -32601, message: "no" } });
  });
  line.on("error", () => {});
}

describe("gateway: a server that pings", function () {
  this.timeout(10_000);
  const folder = mkdtempSync(join(tmpdir(), "mcp-pings-"));
  const socket = join(folder, "socket");
  const pongs: string[] = [];
  let server: Server;
  let site: Site;

  before(async () => {
    server = createServer((line) => pinging(line, pongs));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    site = await Site.open();
    site.test.servers.set("one", { type: "stdio", socket }, manifestOf({ sessions: { warmPool: 1 } }));
  });
  beforeEach(() => pongs.splice(0));
  after(async () => {
    await Site.closeAll();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("is answered in a session, from its first word on, though its client listens to nothing", async () => {
    const client = await site.client("one");
    assert.equal(await client.text("x"), "done");
    assert.equal(await client.text("x"), "done");
    await client.delete();
  });

  it("is answered in a session with all servers, and without a session", async () => {
    const all = await site.client();
    assert.equal(await all.text("one__x"), "done");
    assert.deepEqual((await site.caller("one").modernCall("x")).result.content, [{ type: "text", text: "done" }]);
    assert.ok(pongs.length >= 4 && pongs.every((text) => text === "{}"), pongs.join());
  });

  it("does not trouble the client", async () => {
    const client = await site.client("one");
    const stream = await client.listen();
    const reply = client.start("x");
    await reply.done;
    assert.deepEqual([reply.messages.length, stream.messages], [1, []]);
  });
});
