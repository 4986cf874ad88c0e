import assert from "node:assert/strict";
import { until } from "../../../support/mcp-init/mcp-init";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type HttpCall, HttpServer, sessionServer } from "../../../support/orchestrator/gateway/http-server";
import { type McpClient, modern } from "../../../support/orchestrator/gateway/mcp-client";

/** Every legal form of an id, and of a progress token. */
const IDS = [
  ...["0", "-7", "1.5", "1.0", "-0", "1E2", "9007199254740993", "12345678901234567890123", "1e400"],
  ...['""', '"1"', '"\\ud800"', '"a\\u0062c"', '"é😀"', `"${"x".repeat(5_000)}"`],
];

/** A value as a message has it. */
const written = (text: string, key: string): string | undefined =>
  new RegExp(`"${key}":("(?:[^"\\\\]|\\\\.)*"|[^,}]+)`).exec(text)?.[1];

/** A server behind HTTP that answers to the letter, and pings whenever it can. */
function answers(era: "legacy" | "modern"): (call: HttpCall) => void {
  return (call) => {
    const { method, body, text, response } = call;
    if (method === "GET" && era === "legacy") call.stream()('{"jsonrpc":"2.0","id":"on GET","method":"ping"}');
    else if (method !== "POST" || body.id === undefined || body.method === undefined)
      response.writeHead(method === "GET" ? 405 : 202).end();
    else {
      const id = written(text, "id");
      const result = resultOf(era, body.method);
      const last = result ? `"result":${result}` : '"error":{"code":-32601,"message":"no"}';
      const write = call.stream(era === "legacy" ? { "mcp-session-id": "s" } : {});
      if (body.method === "initialize") write('{"jsonrpc":"2.0","id":"before","method":"ping"}');
      const token = written(text, "progressToken");
      if (token !== undefined)
        write(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":1}}`);
      write(`{"jsonrpc":"2.0","id":${id},${last}}`);
      response.end();
    }
  };
}

function resultOf(era: "legacy" | "modern", method: string): string | undefined {
  const capabilities = '"capabilities":{"tools":{}}';
  switch (method) {
    case "server/discover":
      return era === "modern"
        ? `{"resultType":"complete","supportedVersions":["2026-07-28"],${capabilities}}`
        : undefined;
    case "initialize":
      if (era === "modern") return undefined;
      return `{"protocolVersion":"2025-11-25",${capabilities},"serverInfo":{"name":"x","version":"1"}}`;
    default:
      return '{"content":[]}';
  }
}

describe("gateway: ids as they were sent (B19)", function () {
  this.timeout(20_000);
  let site: Site;
  const stops: HttpServer[] = [];

  before(async () => {
    site = await Site.open();
  });
  after(async () => {
    await Site.closeAll();
    for (const one of stops) await one.stop();
  });

  for (const era of ["legacy", "modern"] as const) {
    it(`come back from a server of the ${era} era, with progress under its token, on every way`, async () => {
      const server = new HttpServer(answers(era));
      stops.push(server);
      site.test.servers.set(era, { type: "http", url: await server.start() }, manifestOf({ timeouts: { call: "3s" } }));
      const [one, all] = [await site.client(era), await site.client()];
      if (era === "legacy") {
        const pinged = (): string[] =>
          server.calls.filter(({ body }) => body?.result).map(({ body }) => String(body.id));
        await until("pings are answered", pinged, (ids) => ids.includes("before") && ids.includes("on GET"));
      }
      for (const id of IDS) {
        const params = `"name":"x","_meta":{"progressToken":${id}}`;
        const request = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{${params}}}`;
        const [body, headers] = modern("tools/call", { name: "x", _meta: { progressToken: "TOKEN" } }, "ID");
        const modernRequest = JSON.stringify(body).replace('"ID"', id).replace('"TOKEN"', id);
        const outer = (text: string): string => text.replace('"name":"x"', `"name":"${era}__x"`);
        const ways: [McpClient, string, Record<string, string>?][] = [
          [one, request],
          [all, outer(request)],
          [site.caller(era), modernRequest, headers],
          [site.caller(), outer(modernRequest), { ...headers, "mcp-name": `${era}__x` }],
        ];
        for (const [client, text, more] of ways) {
          const { messages } = await client.ask(text, more);
          const got = [written(messages[0] ?? "", "progressToken"), written(messages.at(-1) ?? "", "id")];
          assert.deepEqual(got, [id, id], JSON.stringify(messages).slice(0, 500));
        }
      }
    });
  }

  it("of a server's question may come back from a client in the other form; an answer to no question is told once", async () => {
    const told: string[] = [];
    const here = await Site.open({}, { warn: (words, { message }) => told.push(`${words}: ${message}`) });
    const answered: string[] = [];
    let open: HttpCall | undefined;
    const server = new HttpServer(
      sessionServer((call) => {
        if (call.method === "GET") return void call.response.writeHead(405).end();
        open = call;
        const event = call.stream();
        for (const id of ["1", '"2"']) event(`{"jsonrpc":"2.0","id":${id},"method":"roots/list"}`);
      }),
    );
    stops.push(server);
    here.test.servers.set(
      "asks",
      { type: "http", url: await server.start() },
      manifestOf({ timeouts: { call: "5s" } }),
    );
    for (const [name, tool] of [
      ["asks", "x"],
      [undefined, "asks__x"],
    ] as const) {
      told.length = 0;
      const client = await here.client(name, { capabilities: { roots: {} } });
      const reply = client.start(tool);
      await until(
        "asked",
        () => reply.messages.length,
        (count) => count === 2,
      );
      for (const question of reply.messages) {
        const { id } = JSON.parse(question);
        for (const odd of [99, "none", typeof id === "number" ? String(id) : Number(id)])
          assert.equal((await client.ask({ jsonrpc: "2.0", id: odd, result: { roots: [] } })).status, 202);
      }
      const all = (): string[] => server.calls.filter(({ body }) => body?.result).map(({ text }) => text);
      await until(
        "answered",
        () => all().length - answered.length,
        (count) => count === 2,
      );
      const now = all().slice(answered.length);
      answered.push(...now);
      assert.deepEqual(now.map((text) => written(text, "id")).sort(), ['"2"', "1"]);
      open?.response.write(
        `data: ${JSON.stringify({ jsonrpc: "2.0", id: open.body.id, result: { content: [] } })}\n\n`,
      );
      open?.response.end();
      await reply.done;
      assert.ok(reply.last.result);
      const whose = `an answer of a client of ${name ?? "all servers"}, token test, is dropped`;
      assert.deepEqual(told, [`${whose}: id 99: no question with it is open`]);
    }
  });

  it("of a request may have the other form where the client cancels it", async () => {
    const server = new HttpServer(
      sessionServer((call) => (call.method === "GET" ? call.json("", {}, 405) : undefined)),
    );
    stops.push(server);
    site.test.servers.set(
      "hangs",
      { type: "http", url: await server.start() },
      manifestOf({ timeouts: { call: "9s" } }),
    );
    const client = await site.client("hangs");
    const reply = client.send({ jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "x" } });
    await until(
      "in flight",
      () => site.gateway.usage("hangs").inFlight,
      (count) => count === 1,
    );
    await client.ask({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "7" } });
    await reply.done;
    assert.deepEqual([reply.status, reply.messages], [200, []], "cancelled, not timed out");
    const told = (): unknown =>
      server.calls.find(({ body }) => body?.method === "notifications/cancelled")?.body.params;
    await until("told", told, Boolean);
    assert.deepEqual((told() as { requestId: unknown }).requestId, 7);
  });
});
