import assert from "node:assert/strict";
import { GatewayProcess } from "../../../support/orchestrator/gateway/gateway-process";
import { HttpServer, sessionServer } from "../../../support/orchestrator/gateway/http-server";
import { closeConnections, McpClient } from "../../../support/orchestrator/gateway/mcp-client";

/** Milliseconds between an answer's first half and its second. */
const PAUSES = [0, 1, 2, 5, 10, 20];

const plain = sessionServer((call) => call.result({ content: [{ type: "text", text: "done" }] }));

/** Case B48: an answer that ends as it is cancelled destroys a connection that is back in the pool already. */
describe("gateway: servers behind HTTP whose streams are short", function () {
  this.timeout(60_000);
  let pause = 0;
  let gateway: GatewayProcess;
  // An event stream for everything, in CRLF, with a comment, and one message over two data lines.
  const server = new HttpServer((call) => {
    const { body, method, response } = call;
    if (method === "GET") return void response.writeHead(405).end();
    if (body?.id === undefined) return plain(call);
    const json = (value: unknown, headers: Record<string, string> = {}): void => {
      const text = JSON.stringify(value);
      response.writeHead(200, { "content-type": "text/event-stream; charset=UTF-8", ...headers });
      response.write(`: hello\r\n\r\nretry: 1000\r\nevent: message\r\nid: 1\r\ndata: ${text.slice(0, 1)}\r`);
      setTimeout(() => response.end(`\ndata:${text.slice(1)}\r\n\r\n`), pause);
    };
    const lists = { tools: [{ name: "echo", inputSchema: { type: "object" } }] };
    const result = (value: unknown, headers?: Record<string, string>): void =>
      json({ jsonrpc: "2.0", id: body.id, result: body.method === "tools/list" ? lists : value }, headers);
    plain({ ...call, json, result });
  });

  before(async () => {
    const url = await server.start();
    gateway = await GatewayProcess.start({ servers: { short: [{ type: "http", url }, {}] } });
  });
  after(async () => {
    closeConnections();
    await gateway?.kill();
    await server.stop();
  });

  for (const ms of PAUSES) {
    it(`serves lists and calls when a stream takes ${ms} ms`, async () => {
      pause = ms;
      for (let round = 0; round < 5; round++) {
        const all = await McpClient.open(`${gateway.url}/mcp`);
        const reply = await all.ask({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
        assert.match(reply.messages.join(""), /short__echo/);
        assert.equal(await all.text("short__echo"), "done");
        assert.equal((await all.modernCall("short__echo")).result.content[0].text, "done");
        const cancelled = all.start("short__echo");
        setTimeout(() => cancelled.drop(), ms);
        const one = await McpClient.open(`${gateway.url}/servers/short/mcp`);
        assert.equal(await one.text("echo"), "done");
        await one.delete();
        await all.delete();
      }
      assert.ok(gateway.alive, gateway.errors);
    });
  }
});
