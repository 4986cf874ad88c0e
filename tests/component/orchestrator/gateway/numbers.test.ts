import assert from "node:assert/strict";
import { until } from "../../../support/mcp-init/mcp-init";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type HttpCall, HttpServer } from "../../../support/orchestrator/gateway/http-server";
import { modern } from "../../../support/orchestrator/gateway/mcp-client";

const BIG = "9007199254740993";
/** What a double would make of it. */
const ROUNDED = "9007199254740992";
const DIGITS = `"exact":[${BIG},-123456789012345678901,1e400,0.10000000000000000001],"plain":[1.5,100]`;
const VERSION = "2026-07-28";

const schema = (limit: string): string => `{"type":"object","properties":{"id":{"type":"integer","maximum":${limit}}}}`;
const tool = (name: string, limit = BIG): string => `{"name":"${name}","inputSchema":${schema(limit)}}`;

/** A server behind HTTP whose answers are texts, so that they hold every digit. */
class Digits {
  era: "legacy" | "modern" = "legacy";
  tools = [tool("number"), tool("other")];
  /** What it answers a tool's call; ID is the id. */
  onCall: (call: HttpCall) => string = () => `{"content":[],"structuredContent":{${DIGITS}}}`;
  /** Answers of clients to its questions. */
  readonly told: string[] = [];
  readonly heard: string[] = [];
  readonly server = new HttpServer((call) => this.#answer(call));

  #answer(call: HttpCall): void {
    const { method, body, text } = call;
    if (method !== "POST") return void call.response.writeHead(405).end();
    this.heard.push(text);
    if (body.id === undefined) return void call.response.writeHead(202).end();
    if (body.method === undefined) {
      this.told.push(text);
      return void call.response.writeHead(202).end();
    }
    const result = this.#result(call);
    const rest = result === undefined ? '"error":{"code":-32601,"message":"no"}' : `"result":${result}`;
    const message = `{"jsonrpc":"2.0","id":${JSON.stringify(body.id)},${rest}}`;
    const headers: Record<string, string> = this.era === "legacy" ? { "mcp-session-id": "s" } : {};
    if (!call.response.headersSent) call.json(message, headers);
  }

  #result(call: HttpCall): string | undefined {
    const kind = this.era === "modern" ? '"resultType":"complete","ttlMs":0,"cacheScope":"private",' : "";
    const capabilities = `{"tools":{},"resources":{},"experimental":{${DIGITS}}}`;
    switch (call.body.method) {
      case "initialize":
        if (this.era === "modern") return undefined;
        return `{"protocolVersion":"2025-11-25","capabilities":${capabilities},"serverInfo":{"name":"d","version":"1"}}`;
      case "server/discover":
        if (this.era === "legacy") return undefined;
        return `{${kind}"supportedVersions":["${VERSION}"],"capabilities":${capabilities}}`;
      case "tools/list":
        return `{${kind}"tools":[${this.tools.join(",")}],"_meta":{${DIGITS}}}`;
      case "resources/list":
        return `{${kind}"resources":[{"uri":"file:///big","name":"big","size":${BIG},"_meta":{${DIGITS}}}]}`;
      case "tools/call":
        return this.onCall(call);
      default:
        return undefined;
    }
  }
}

describe("gateway: numbers that no double can hold (B09)", function () {
  this.timeout(60_000);
  let site: Site;
  let digits: Digits;

  beforeEach(async () => {
    site = await Site.open({ toolChanges: "block" });
    digits = new Digits();
    await add();
  });
  afterEach(async () => {
    await Site.closeAll();
    await digits.server.stop();
  });

  async function add(changes: Parameters<typeof manifestOf>[0] = {}): Promise<void> {
    await digits.server.stop();
    site.test.servers.set("one", { type: "http", url: await digits.server.start() }, manifestOf(changes));
  }
  const listed = async (name?: string, method = "tools/list"): Promise<string> => {
    const client = await site.client(name);
    const { text } = await client.ask({ jsonrpc: "2.0", id: 1, method });
    await client.delete();
    return text;
  };

  it("are in all lists as they were written, also where something is left out of them", async () => {
    for (const text of [await listed(), (await site.caller().ask(...modern("tools/list"))).text]) {
      assert.ok(text.includes(`"name":"one__number","inputSchema":${schema(BIG)}`), text);
    }
    const resources = await listed(undefined, "resources/list");
    assert.ok(resources.includes(`"size":${BIG}`) && resources.includes(DIGITS), resources);
    await add({ tools: { allow: ["number"] } });
    const filtered = await listed("one");
    assert.ok(filtered.includes(`"tools":[${tool("number")}],"_meta":{${DIGITS}}`), filtered);
    assert.ok(JSON.stringify(await site.gateway.tools("one")).includes(`"maximum":${BIG}`));
  });

  it("are seen by approval when they change, though a double does not", async () => {
    for (const name of ["one", undefined]) assert.match(await listed(name), /number.*other/);
    digits.tools = [tool("number", ROUNDED), tool("other")];
    assert.equal(Number(BIG), Number(ROUNDED));
    assert.doesNotMatch(await listed("one"), /number/);
    const changed = (await site.gateway.tools("one")).map(({ name, approval }) => [name, approval]);
    assert.deepEqual(changed, [
      ["number", "changed"],
      ["other", "approved"],
    ]);
    const { error } = await site.caller("one").modernCall("number");
    assert.match(error?.message ?? "", /has changed and is not approved yet/);
  });

  it("come back from calls of the gateway's own, and from those whose addresses are renamed", async () => {
    const own = await site.gateway.callTool("one", "number", {}, { name: "r", scopes: new Set() });
    assert.equal(JSON.stringify(own), `{"content":[],"structuredContent":{${DIGITS}}}`);
    const link = `{"type":"resource_link","uri":"URI","name":"big","size":${BIG},"_meta":{${DIGITS}}}`;
    const page = `"_meta":{"ui":{"resourceUri":"PAGE"},${DIGITS}}`;
    digits.onCall = () =>
      `{"content":[${link.replace("URI", "file:///big")}],${page.replace("PAGE", "ui://a")},"structuredContent":{${DIGITS}}}`;
    const client = await site.client();
    const request = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "one__number" } };
    const { text } = await client.ask(request);
    assert.ok(text.includes(link.replace("URI", "mcp-one+file:///big")), text);
    assert.ok(text.includes(page.replace("PAGE", "ui://mcp-one+a")), text);
  });

  it("are the same in what is told of a request by its id: that it was cancelled, that it failed", async () => {
    const client = await site.client("one");
    const ask = (name: string) =>
      client.send(`{"jsonrpc":"2.0","id":${BIG},"method":"tools/call","params":{"name":"${name}"}}`);
    digits.onCall = ({ response }) => {
      response.writeHead(500).end("broken");
      return "";
    };
    const failed = ask("number");
    await failed.done;
    assert.ok(failed.text.startsWith(`{"jsonrpc":"2.0","id":${BIG},"error":`), failed.text);

    digits.onCall = ({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      return "";
    };
    await site.stdio("stdio");
    const heard = { jsonrpc: "2.0", id: "h", method: "tools/call", params: { name: "heard" } };
    for (const name of ["one", "stdio"]) {
      const session = await site.client(name);
      const hanging = session.send(`{"jsonrpc":"2.0","id":${BIG},"method":"tools/call","params":{"name":"hang"}}`);
      await until(
        "in flight",
        () => site.gateway.usage(name).inFlight,
        (count) => count === 1,
      );
      await session.ask(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${BIG}}}`);
      await hanging.done;
      const words = /notifications\/cancelled[^}]*requestId\W+9007199254740993/;
      if (name === "stdio") assert.match((await session.ask(heard)).text, words);
      else await until("told", () => digits.heard.join("\n"), words.test.bind(words));
    }
  });

  it("cross from a client of one era to a server of the other, in questions and answers", async () => {
    const asked = `"message":"?","requestedSchema":{"type":"object","properties":{},${DIGITS}}`;
    const answer = `{"action":"accept","content":{${DIGITS}}}`;
    // A server with sessions asks in the middle of a call; its client of the modern era comes back with the answer.
    digits.onCall = (call) => {
      const write = call.stream();
      write(`{"jsonrpc":"2.0","id":${BIG},"method":"elicitation/create","params":{${asked}}}`);
      const timer = setInterval(() => {
        if (digits.told.length === 0) return;
        clearInterval(timer);
        write(`{"jsonrpc":"2.0","id":${call.body.id},"result":{"content":[]}}`);
        call.response.end();
      }, 20).unref();
      return "";
    };
    const caller = site.caller("one");
    const capabilities = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };
    const [body, headers] = modern("tools/call", { name: "number", _meta: capabilities });
    const first = await caller.ask(body, headers);
    assert.ok(first.text.includes(`"params":{${asked}}`), first.text);
    const state = first.last.result.requestState;
    const more = `"params":{"requestState":"${state}","inputResponses":{"q1":${answer}},`;
    const second = await caller.ask(JSON.stringify(body).replace('"params":{', more), headers);
    assert.ok(second.last.result, second.text);
    assert.deepEqual(digits.told, [`{"jsonrpc":"2.0","id":${BIG},"result":${answer}}`]);

    // A server of the modern era asks in its result; the client has a session.
    digits.era = "modern";
    await add();
    const state2 = `"requestState":{${DIGITS}}`;
    digits.onCall = ({ text }) =>
      text.includes("inputResponses")
        ? '{"resultType":"complete","content":[]}'
        : `{"resultType":"input_required","inputRequests":{"k":{"method":"elicitation/create","params":{${asked}}}},${state2}}`;
    const client = await site.client("one", { capabilities: { elicitation: {} } });
    const call = client.send(
      `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"number","arguments":{${DIGITS}}}}`,
    );
    const question = await call.has("elicitation/create");
    assert.ok(question.includes(`"params":{${asked}}`), question);
    const id = JSON.stringify(JSON.parse(question).id);
    await client.ask(`{"jsonrpc":"2.0","id":${id},"result":${answer}}`);
    await call.done;
    const last = digits.heard.findLast((text) => text.includes("tools/call")) ?? "";
    for (const part of [`"arguments":{${DIGITS}}`, `"inputResponses":{"k":${answer}}`, state2])
      assert.ok(last.includes(part), last);
  });
});
