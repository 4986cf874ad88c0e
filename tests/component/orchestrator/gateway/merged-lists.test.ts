import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { pause, until } from "../../../support/mcp-init/mcp-init";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type HttpCall, HttpServer } from "../../../support/orchestrator/gateway/http-server";
import type { Answer } from "../../../support/orchestrator/gateway/mcp-client";

const MISSING = "io.github.dind-mcp/missing";
const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: "object" }, ...more });

/** A server behind HTTP whose lists a test decides. */
class Lister {
  readonly asked: HttpCall[] = [];
  capabilities: unknown = { tools: { listChanged: true } };
  /** What it does with a list. */
  onList: (call: HttpCall) => void = (call) => call.result({ tools: [tool("echo")] });
  /** What it does with other requests. @default it has no such method */
  onOther: ((call: HttpCall) => void) | undefined;
  readonly others: HttpCall[] = [];
  tell: ((message: object) => void) | undefined;
  readonly server = new HttpServer((call) => this.#answer(call));

  #answer(call: HttpCall): void {
    const { method, body } = call;
    if (method === "GET") {
      const write = call.stream();
      this.tell = (message) => write({ jsonrpc: "2.0", ...message });
    } else if (method === "DELETE") call.json("");
    else if (body.method === "initialize") {
      const result = {
        protocolVersion: "2025-11-25",
        capabilities: this.capabilities,
        serverInfo: { name: "x", version: "1" },
      };
      call.result(result, { "mcp-session-id": "s" });
    } else if (body.id === undefined) call.json("", {}, 202);
    else if (body.method.endsWith("/list")) {
      this.asked.push(call);
      this.onList(call);
    } else if (this.onOther && body.method !== "server/discover") {
      this.others.push(call);
      this.onOther(call);
    } else call.json({ jsonrpc: "2.0", id: body.id, error: { code: -32601, message: "no" } });
  }
}

describe("gateway: merged lists", function () {
  this.timeout(20_000);
  let site: Site;
  let listers: Lister[] = [];
  let warned: string[] = [];
  let incomplete: string[] = [];

  beforeEach(async () => {
    warned = [];
    incomplete = [];
    site = await Site.open(
      {},
      {
        warn: (words, { message }) => warned.push(`${words}: ${message}`),
        patienceMs: 2_500,
        observer: {
          call: () => {},
          sessionOpened: () => {},
          sessionEnded: () => {},
          incomplete: (server, method) => incomplete.push(`${server} ${method}`),
        },
      },
    );
  });
  afterEach(async () => {
    await Site.closeAll();
    for (const { server } of listers.splice(0)) await server.stop();
    listers = [];
  });

  async function add(name: string): Promise<Lister> {
    const lister = new Lister();
    listers.push(lister);
    site.test.servers.set(name, { type: "http", url: await lister.server.start() }, manifestOf({}));
    return lister;
  }

  async function list(method = "tools/list"): Promise<Answer["result"]> {
    return (await site.caller().modern(method)).result;
  }

  async function names(): Promise<string[]> {
    return (await list()).tools.map(({ name }: { name: string }) => name);
  }

  it("are complete the first time, also with a server that takes its time", async () => {
    await add("fast");
    const slow = await add("slow");
    slow.onList = (call) => setTimeout(() => call.result({ tools: [tool("late")] }), 1_500);
    const result = await list();
    assert.deepEqual(
      result.tools.map(({ name }: { name: string }) => name),
      ["fast__echo", "slow__late"],
    );
    assert.equal(result._meta, undefined);
    assert.deepEqual(incomplete, []);
  });

  it("say who is missing: in _meta, once in the log, in the metrics", async () => {
    await add("fast");
    const hung = await add("hung");
    hung.onList = () => {};
    const broken = await add("broken");
    broken.onList = (call) => call.json({ jsonrpc: "2.0", id: call.body.id, error: { code: -1, message: "no luck" } });
    const result = await list();
    assert.deepEqual(result.tools.length, 1);
    assert.deepEqual(result._meta[MISSING], [
      { server: "broken", reason: "server broken: no luck" },
      { server: "hung", reason: "no answer to tools/list yet" },
    ]);
    const session = await (await site.client()).ask({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    assert.deepEqual(session.last.result._meta[MISSING].length, 2);
    assert.deepEqual(warned.sort(), [
      "tools/list of all servers lacks broken: server broken: no luck",
      "tools/list of all servers lacks hung: no answer to tools/list yet",
    ]);
    assert.deepEqual(incomplete.sort(), [
      "broken tools/list",
      "broken tools/list",
      "hung tools/list",
      "hung tools/list",
    ]);
  });

  it("keep a server's last list while a newer one is late, or fails", async () => {
    const one = await add("one");
    assert.deepEqual(await names(), ["one__echo"]);
    const stream = await (await site.client()).listen();
    one.onList = () => {};
    one.tell?.({ method: "notifications/tools/list_changed" });
    await stream.has("tools/list_changed");
    const result = await list();
    assert.deepEqual(
      result.tools.map(({ name }: { name: string }) => name),
      ["one__echo"],
    );
    assert.deepEqual(result._meta[MISSING], [{ server: "one", reason: "no answer to tools/list yet", outdated: true }]);
    const waiting = one.asked.at(-1) as HttpCall;
    waiting.result({ tools: [tool("new")] });
    await until(
      "told",
      () => stream.messages.length,
      (count) => count === 2,
    );
    assert.deepEqual(await names(), ["one__new"]);
  });

  it("forget what a process said that is not there any more", async () => {
    const one = await add("one");
    assert.deepEqual(await names(), ["one__echo"]);
    one.onList = () => {};
    site.test.servers.set("one", site.test.servers.get("one")?.address, manifestOf({}));
    const result = await list();
    assert.deepEqual(result.tools, []);
    assert.equal(result._meta[MISSING][0].outdated, undefined);
  });

  it("do not ask for what a server never offered, nor again for what it has not", async () => {
    const one = await add("one");
    await list();
    for (const method of ["prompts/list", "resources/list", "resources/templates/list"]) await list(method);
    assert.deepEqual(
      one.asked.map(({ body }) => body.method),
      ["tools/list"],
    );
    const two = await add("two");
    two.capabilities = { tools: {}, prompts: {} };
    two.onList = (call) => call.json({ jsonrpc: "2.0", id: call.body.id, error: { code: -32601, message: "no" } });
    for (let times = 0; times < 3; times++) assert.deepEqual((await list("prompts/list")).prompts, []);
    assert.equal(two.asked.length, 1);
    assert.deepEqual(warned, []);
    assert.deepEqual((await site.gateway.tools("two")).length, 0);
  });

  it("have the tools of a server whose capabilities are malformed", async () => {
    for (const capabilities of [undefined, null, [], "tools", { tools: true }, { tools: "yes" }, { tools: [] }]) {
      const one = await add("one");
      one.capabilities = capabilities;
      assert.equal((await list()).tools.length, 1, JSON.stringify(capabilities));
      site.test.servers.set("one");
    }
    for (const tools of [null, false]) {
      (await add("one")).capabilities = { tools };
      assert.deepEqual((await list()).tools, []);
      site.test.servers.set("one");
    }
  });

  it("set the log level of no server that does not offer to have one", async () => {
    const [one, two] = [await add("one"), await add("two")];
    two.capabilities = { tools: {}, logging: {} };
    for (const lister of [one, two]) lister.onOther = (call) => call.result({});
    const client = await site.client();
    const set = (level: string) =>
      client.ask({ jsonrpc: "2.0", id: level, method: "logging/setLevel", params: { level } });
    await set("info");
    for (const server of ["one", "two"]) await client.call(`${server}__echo`);
    await set("debug");
    for (const server of ["one", "two"]) await client.call(`${server}__echo`);
    const methods = (lister: Lister): string[] => lister.others.map(({ body }) => body.method);
    assert.deepEqual(methods(one), ["tools/call", "tools/call"]);
    assert.deepEqual(methods(two).sort(), ["logging/setLevel", "logging/setLevel", "tools/call", "tools/call"]);
  });

  it("do not ask one that fails again while nobody listens", async () => {
    const one = await add("one");
    one.onList = (call) => call.json({ jsonrpc: "2.0", id: call.body.id, error: { code: -1, message: "no" } });
    await list();
    await pause(5_500);
    assert.equal(one.asked.length, 1);
  });

  for (const [what, page] of [
    ["is empty", () => ({ tools: [tool("echo")], nextCursor: "" })],
    ["stays the same", () => ({ tools: [tool("echo")], nextCursor: "a" })],
    ["goes in a circle", (cursor: string) => ({ tools: [tool(`t${cursor}`)], nextCursor: cursor === "a" ? "b" : "a" })],
    [
      "is another one each time, with the same page",
      (cursor: string) => ({ tools: [tool("echo")], nextCursor: `${cursor}x` }),
    ],
  ] as const) {
    it(`end where a cursor ${what}, and keep what was there`, async () => {
      const one = await add("one");
      one.onList = (call) => call.result(page(call.body.params?.cursor ?? ""));
      const found = await names();
      assert.deepEqual(found, what === "goes in a circle" ? ["one__t", "one__ta", "one__tb"] : ["one__echo"]);
      assert.ok(one.asked.length <= 3, `${one.asked.length} questions`);
      assert.equal(warned.filter((line) => line.startsWith("tools/list of one does not end")).length, 1);
      assert.equal((await site.gateway.tools("one")).length, found.length);
    });
  }

  it("follow a cursor that is an empty text, as any other", async () => {
    const one = await add("one");
    one.onList = (call) =>
      call.result(call.body.params?.cursor === "" ? { tools: [tool("b")] } : { tools: [tool("a")], nextCursor: "" });
    assert.deepEqual(await names(), ["one__a", "one__b"]);
    assert.deepEqual(warned, []);
  });

  it("are not spoilt by one server's mistakes, which its operator is told", async () => {
    await add("fast");
    const one = await add("one");
    const bad = [
      { name: "list", inputSchema: { type: "object", properties: [] } },
      { name: "none" },
      { name: "null", inputSchema: null, outputSchema: null, description: null, annotations: [] },
      { inputSchema: { type: "object" } },
      { name: "", inputSchema: { type: "object" } },
      { name: "text", inputSchema: { type: "string" } },
      tool("twice"),
      tool("twice", { description: "another" }),
      "no tool",
    ];
    one.onList = (call) => call.result({ tools: [tool("echo"), ...bad] });
    const { tools } = await list();
    assert.deepEqual(tools, [
      tool("fast__echo"),
      tool("one__echo"),
      { name: "one__list", inputSchema: { type: "object", properties: {} } },
      tool("one__none"),
      tool("one__null"),
      tool("one__twice"),
    ]);
    assert.deepEqual(warned, [
      "tools/list of one: 1 items are none, and left out",
      'tools/list of one: "" is left out of the list of all servers: it has no name',
      'tools/list of one: "" is left out of the list of all servers: it has no name',
      'tools/list of one: "text" is left out of the list of all servers: its inputSchema is no schema of an object',
      'tools/list of one: "twice" is left out of the list of all servers: it is there twice',
    ]);
  });

  it("say of a server whose list is none what it is", async () => {
    await add("fast");
    const odd = await add("odd");
    odd.onList = (call) => call.result({ tools: { echo: tool("echo") } });
    const { tools, _meta } = await list();
    assert.equal(tools.length, 1);
    const words = 'server odd: its answer to tools/list is malformed: tools is {"echo":{"name":"echo"';
    assert.ok(_meta[MISSING][0].reason.startsWith(words), JSON.stringify(_meta));
    await assert.rejects(site.gateway.tools("odd"), /expected a list/);
  });

  it("show names that clients take, which lead back to the server's own", async () => {
    const names = ["x".repeat(60), "read.file", "read/file", "a b", "größe", "__", "plain", "ends_deadbeef"];
    const one = await add("b13-names");
    one.capabilities = { tools: {}, prompts: {} };
    one.onList = (call) =>
      call.result(
        call.body.method === "tools/list" ? { tools: names.map((name) => tool(name)) } : { prompts: [{ name: "a b" }] },
      );
    one.onOther = (call) => call.result({ content: [{ type: "text", text: call.body.params.name }], messages: [] });
    const session = await site.client();
    const { tools } = await list();
    assert.equal(new Set(tools.map(({ name }: { name: string }) => name)).size, names.length);
    for (const [index, { name, _meta }] of tools.entries()) {
      assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
      const own = names[index] as string;
      const isSame = name === `b13-names__${own}`;
      assert.equal(_meta?.["io.github.dind-mcp/name"], isSame ? undefined : own);
      assert.equal(await session.text(name), own);
      assert.equal((await site.caller().modernCall(name)).result.content[0].text, own);
      assert.equal(await session.text(`b13-names__${own}`), own, "the whole name goes as well");
    }
    const shown = (await site.gateway.tools("b13-names")).map(({ mcpName }) => mcpName);
    assert.deepEqual(
      shown,
      tools.map(({ name }: { name: string }) => name),
    );
    assert.equal(
      site.test.audited.filter(({ tool: name }) => name === names[0]).length,
      3,
      "the audit log has the server's name",
    );
    const [prompt] = (await list("prompts/list")).prompts;
    assert.match(prompt.name, /^b13-names__a_b_[0-9a-f]{8}$/);
    await session.ask({ jsonrpc: "2.0", id: 77, method: "prompts/get", params: { name: prompt.name } });
    assert.equal(one.others.at(-1)?.body.params.name, "a b");
  });

  it("need not be asked for before a mapped name is called", async () => {
    const one = await add("one");
    one.onList = (call) => call.result({ tools: [tool("a b")] });
    one.onOther = (call) => call.result({ content: [{ type: "text", text: call.body.params.name }] });
    const name = `one__a_b_${hash("sha256", "one__a b", "hex").slice(0, 8)}`;
    assert.equal(await (await site.client()).text(name), "a b");
    assert.equal(await (await site.client()).text("one__x_00000000"), "x_00000000", "a name that only looks so");
  });

  it("have addresses that lead back: an app's page, and one that a server wrote into a text", async () => {
    const [one, two] = [await add("one"), await add("two")];
    for (const lister of [one, two]) {
      lister.capabilities = { tools: {}, resources: {} };
      const page = { ui: { resourceUri: "ui://app/page" } };
      const both = [{ uri: "both:1", name: "b" }];
      const own = lister === one ? [{ uri: "file:///a", name: "a" }] : [];
      const templates = lister === two ? [{ uriTemplate: "db://{table}/rows", name: "t" }] : [];
      lister.onList = ({ body, result }) =>
        result(
          body.method === "tools/list"
            ? { tools: [tool("show", { _meta: page })] }
            : body.method === "resources/list"
              ? { resources: [...own, ...both] }
              : { resourceTemplates: templates },
        );
      lister.onOther = (call) =>
        call.result({ contents: [{ uri: call.body.params.uri, text: lister === one ? "one" : "two" }] });
    }
    const session = await site.client();
    let id = 0;
    const read = async (uri: string): Promise<Answer> => {
      const body = { jsonrpc: "2.0", id: ++id, method: "resources/read", params: { uri } };
      const [old, now] = [(await session.ask(body)).last, await site.caller().modern("resources/read", { uri })];
      assert.deepEqual(old.result?.contents, now.result?.contents);
      return old;
    };
    for (const { name, _meta } of (await list()).tools) {
      const server = name.split("__")[0];
      const [content] = (await read(_meta.ui.resourceUri)).result.contents;
      assert.deepEqual(content, { uri: `ui://mcp-${server}+app/page`, text: server });
    }
    assert.equal((await read("file:///a")).result.contents[0].text, "one");
    assert.equal((await read("db://users/rows")).result.contents[0].uri, "mcp-two+db://users/rows");
    assert.match(
      (await read("both:1")).error?.message ?? "",
      /of several servers: ask for mcp-one\+both:1 or mcp-two\+both:1/,
    );
    for (const uri of ["file:///b", "db://users/row", "db://"])
      assert.match((await read(uri)).error?.message ?? "", /names nothing of any server/);
  });
});
