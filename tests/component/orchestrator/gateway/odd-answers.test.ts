import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { HostileServer, SILENT } from "../../../support/orchestrator/gateway/hostile-server";
import { HttpServer } from "../../../support/orchestrator/gateway/http-server";
import type { Answer } from "../../../support/orchestrator/gateway/mcp-client";

const FINE = { content: [{ type: "text", text: "fine" }] };
const BOOM = { code: -32603, message: "boom" };
/** What each tool answers, as text; ID stands for the request's id. */
const ODD: Record<string, string> = {
  "error-text": '{"jsonrpc":"2.0","id":ID,"error":"boom"}',
  "result-null": '{"jsonrpc":"2.0","id":ID,"result":null}',
  "result-list": '{"jsonrpc":"2.0","id":ID,"result":[]}',
  "result-text": '{"jsonrpc":"2.0","id":ID,"result":"fine"}',
  "error-null": `{"jsonrpc":"2.0","id":ID,"result":${JSON.stringify(FINE)},"error":null}`,
  "result-null-error": `{"jsonrpc":"2.0","id":ID,"result":null,"error":${JSON.stringify(BOOM)}}`,
  "id-null": `{"jsonrpc":"2.0","id":null,"error":${JSON.stringify(BOOM)}}`,
  neither: '{"jsonrpc":"2.0","id":ID}',
  "error-code": '{"jsonrpc":"2.0","id":ID,"error":{"code":"E_BOOM","message":"boom","data":9007199254740993}}',
  "error-no-code": '{"jsonrpc":"2.0","id":ID,"error":{"message":"boom"}}',
  "error-no-message": '{"jsonrpc":"2.0","id":ID,"error":{"code":-32000,"reason":"boom"}}',
  both: `{"jsonrpc":"2.0","id":ID,"result":{"content":[]},"error":${JSON.stringify(BOOM)}}`,
  "method-result": `{"jsonrpc":"2.0","id":ID,"method":"tools/call","result":${JSON.stringify(FINE)}}`,
  "method-error": `{"jsonrpc":"2.0","id":ID,"method":"ping","result":null,"error":${JSON.stringify(BOOM)}}`,
  "method-both": `{"jsonrpc":"2.0","id":ID,"method":7,"result":${JSON.stringify(FINE)},"error":${JSON.stringify(BOOM)}}`,
  "no-version": `{"id":ID,"result":${JSON.stringify(FINE)}}`,
  "other-version": `{"jsonrpc":2.0,"id":ID,"error":${JSON.stringify(BOOM)}}`,
  "id-real": `{"jsonrpc":"2.0","id":ID.0,"result":${JSON.stringify(FINE)}}`,
  "id-null-result": `{"jsonrpc":"2.0","id":null,"result":${JSON.stringify(FINE)}}`,
  "id-none-result": `{"jsonrpc":"2.0","result":${JSON.stringify(FINE)}}`,
  "id-other": `{"jsonrpc":"2.0","id":"nobody's","result":${JSON.stringify(FINE)}}`,
  "id-list": `{"jsonrpc":"2.0","id":[ID],"result":${JSON.stringify(FINE)}}`,
  "id-object": `{"jsonrpc":"2.0","id":{"id":ID},"error":${JSON.stringify(BOOM)}}`,
  "id-true": `{"jsonrpc":"2.0","id":true,"result":${JSON.stringify(FINE)}}`,
  "id-far": `{"jsonrpc":"2.0","id":123456,"error":${JSON.stringify(BOOM)}}`,
  "id-text": `{"jsonrpc":"2.0","id":"ID","result":${JSON.stringify(FINE)}}`,
};
/** Of a request's own HTTP answer that is no event stream, the gateway shows all that came. */
const STRANGE = /answers a request that nobody made: {"jsonrpc"|it answered HTTP 200: {"jsonrpc"/;
const EXPECTED: Record<string, RegExp | undefined> = {
  "error-text": /its answer is malformed: its error is "boom", expected an object/,
  "result-null": /its answer is malformed: its result is null, expected an object/,
  "result-list": /its answer is malformed: its result is \[\], expected an object/,
  "result-text": /its answer is malformed: its result is "fine", expected an object/,
  "result-null-error": /boom/,
  "id-null": /boom/,
  "error-code": /^boom$|: boom$/,
  "error-no-code": /^boom$|: boom$/,
  "error-no-message": /server \w+: its error has no message: {"code":-32000,"reason":"boom"}/,
  both: /boom/,
  "other-version": /boom/,
  "method-result": /its answer is malformed: it has a method and a result/,
  "method-error": /its answer is malformed: it has a method and an error/,
  "method-both": /its answer is malformed: it has a method and a result/,
  neither: /its answer is malformed: it has neither result nor error/,
  "id-null-result": STRANGE,
  "id-none-result": STRANGE,
  "id-other": STRANGE,
  "id-list": STRANGE,
  "id-object": STRANGE,
  "id-true": STRANGE,
  "id-far": STRANGE,
};

/** The answer to a message; undefined when it needs none. */
function answerTo(text: string): string | undefined {
  const { id, method, params } = JSON.parse(text);
  if (id === undefined) return undefined;
  const written = JSON.stringify(id);
  if (method === "tools/call") return ODD[params.name]?.replace("ID", params.name === "id-text" ? String(id) : written);
  const serverInfo = { name: "odd", version: "1" };
  const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
  const rest = method === "initialize" ? { result } : { error: { code: -32601, message: "no" } };
  return JSON.stringify({ jsonrpc: "2.0", id, ...rest });
}

describe("gateway: malformed answers", function () {
  this.timeout(10_000);
  const folder = mkdtempSync(join(tmpdir(), "mcp-odd-"));
  const manifest = manifestOf({ timeouts: { call: "8s" } });
  let stdio: Server;
  let http: HttpServer;
  let streams: HttpServer;
  let sse: HttpServer;
  let site: Site;

  before(async () => {
    stdio = createServer((line: Socket) => {
      line.on("error", () => {});
      createInterface({ input: line }).on("line", (text) => {
        const answer = answerTo(text);
        if (answer !== undefined) line.write(`${answer}\n`);
      });
    });
    await new Promise<void>((resolve) => stdio.listen(join(folder, "socket"), resolve));
    http = new HttpServer((call) => {
      const answer = call.method === "POST" ? answerTo(call.text) : undefined;
      if (answer === undefined) call.response.writeHead(call.method === "GET" ? 405 : 202).end();
      else call.json(answer, { "mcp-session-id": "s" });
    });
    streams = new HttpServer((call) => {
      const answer = call.method === "POST" ? answerTo(call.text) : undefined;
      if (answer === undefined) call.response.writeHead(call.method === "GET" ? 405 : 202).end();
      else call.stream({ "mcp-session-id": "s" })(answer);
    });
    const open = new Map<string, (data: unknown, id?: string, more?: string) => void>();
    sse = new HttpServer((call) => {
      const session = call.request.url?.split("?")[1] ?? `${open.size}`;
      if (call.method === "GET") {
        open.set(session, call.stream());
        open.get(session)?.(`/messages?${session}`, undefined, "event: endpoint\n");
        return;
      }
      call.response.writeHead(202).end();
      const answer = answerTo(call.text);
      if (answer !== undefined) open.get(session)?.(answer);
    });
    site = await Site.open();
    site.test.servers.set("sse", { type: "sse", url: await sse.start() }, manifest);
    site.test.servers.set("stdio", { type: "stdio", socket: join(folder, "socket") }, manifest);
    site.test.servers.set("http", { type: "http", url: await http.start() }, manifest);
    site.test.servers.set("streams", { type: "http", url: await streams.start() }, manifest);
  });
  after(async () => {
    await Site.closeAll();
    stdio.close();
    await http.stop();
    await streams.stop();
    await sse.stop();
    rmSync(folder, { recursive: true });
  });

  for (const server of ["stdio", "http", "streams", "sse"]) {
    for (const tool of Object.keys(ODD)) {
      if (server === "stdio" && tool === "id-text") continue; // only of a server that writes all ids so: below
      it(`${tool} (${server}) is told at once, with what came, in sessions, without, and by REST`, async () => {
        const [one, all] = [await site.client(server), await site.client()];
        const rest = site.gateway.callTool(server, tool, {}, { name: "r", scopes: new Set() }).then(
          (result): Answer => ({ result }),
          (error): Answer => ({ error }),
        );
        const answers = await Promise.all([
          one.call(tool),
          all.call(`${server}__${tool}`),
          site.caller(server).modernCall(tool),
          rest,
        ]);
        for (const { result, error } of answers) {
          const expected = EXPECTED[tool];
          if (expected) assert.match(error?.message ?? JSON.stringify(result), expected);
          else assert.deepEqual(result?.content, FINE.content, JSON.stringify(error));
          if (expected?.source.includes("malformed"))
            assert.match(error?.message ?? "", new RegExp(`server ${server}`));
        }
        const [first] = answers;
        assert.equal(first?.id, 1, "under the id that was asked with");
        const { jsonrpc: _version, ...kept } = first as Answer & { jsonrpc: unknown };
        assert.deepEqual(
          Object.keys(kept).sort(),
          first?.error ? ["error", "id"] : ["id", "result"],
          "and nothing else",
        );
        assert.equal(_version, "2.0");
        if (first?.error) assert.ok(Number.isInteger(first.error.code) && typeof first.error.message === "string");
        await one.delete();
        await all.delete();
      });
    }
  }

  it("takes texts for numbers from a server that never wrote a number, and from no other", async () => {
    const socket = join(folder, "texts");
    const texts = createServer((line: Socket) => {
      line.on("error", () => {});
      createInterface({ input: line }).on("line", (text) => {
        const answer = answerTo(text);
        if (answer !== undefined) line.write(`${answer.replace(/"id":(\d+)/, '"id":"$1"')}\n`);
      });
    });
    await new Promise<void>((resolve) => texts.listen(socket, resolve));
    site.test.servers.set("texts", { type: "stdio", socket }, manifest);
    const client = await site.client("texts");
    const call = await client.call("error-null");
    assert.deepEqual([call.id, call.result.content], [1, FINE.content]);
    assert.deepEqual((await site.caller("texts").modernCall("error-null")).result.content, FINE.content);
    texts.close();
    site.test.servers.set("texts");
  });

  it("takes a second answer, and one that comes too late, for no other call's", async () => {
    const server = await new HostileServer(({ id, method, params }, say) => {
      if (method !== "tools/call") return undefined;
      const answer = (of: unknown): void => say({ jsonrpc: "2.0", id: of, result: FINE });
      if (params?.name === "cancelled") return SILENT;
      if (params?.name === "twice") answer(id);
      else {
        answer(1); // "twice", which has its answer, or "cancelled"
        setTimeout(() => answer(id), 1_000); // later than an error would come
        return SILENT;
      }
      return { jsonrpc: "2.0", id, result: FINE };
    }).listen();
    site.test.servers.set("again", { type: "stdio", socket: server.socket }, manifest);
    for (const first of ["twice", "cancelled"]) {
      const client = await site.client("again");
      const call = client.start(first);
      if (first === "cancelled")
        await client.ask({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
      await call.done;
      const next = await client.call("slow");
      assert.deepEqual([next.id, next.result?.content], [2, FINE.content], JSON.stringify(next));
    }
    site.test.servers.set("again");
    server.close();
  });
});
