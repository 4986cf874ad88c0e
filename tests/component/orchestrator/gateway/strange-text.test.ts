import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { HostileServer, SILENT } from "../../../support/orchestrator/gateway/hostile-server";
import { assertFailed, HttpSite } from "../../../support/orchestrator/gateway/http-site";
import type { Answer } from "../../../support/orchestrator/gateway/mcp-client";

const CONTENT = [{ type: "text", text: "fine" }];
const answer = (id: unknown): string => JSON.stringify({ jsonrpc: "2.0", id, result: { content: CONTENT } });
const pretty = (text: string): string => JSON.stringify(JSON.parse(text), null, 2);
const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();
const wide = (text: string): Buffer => Buffer.from(text, "utf16le");
const wider = (text: string): Buffer =>
  Buffer.concat([...text].map((one) => Buffer.from([one.charCodeAt(0), 0, 0, 0])));

const BEFORE = /server odd: its answer has other text before it, expected the message alone on its line: /;
const WIDE = /server odd: its answer is in UTF-16 or UTF-32, expected UTF-8: /;
const SPREAD = /server odd: its messages take several lines each, expected one line each/;
const note = JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x" } });

/** How a server writes an answer, and what its caller is told at once; nothing where it gets the answer. */
const CASES: Record<string, [(id: unknown) => string | Buffer, RegExp?]> = {
  banner: [(id) => `Loading... ${answer(id)}\n`, BEFORE],
  log: [(id) => `2026-12-01 12:00:00 INFO sent: ${answer(id)}\n`, BEFORE],
  colour: [(id) => `\u001b[?25l\u001b[0m${answer(id)}\n`, BEFORE],
  field: [(id) => `data: ${answer(id)}\n`, BEFORE],
  guard: [(id) => `)]}',${answer(id)}\n`, BEFORE],
  nul: [(id) => `\0${answer(id)}\n`, BEFORE],
  "zero-width": [(id) => `\u200b${answer(id)}\n`, BEFORE],
  "no-break": [(id) => `\u00a0${answer(id)}\n`, BEFORE],
  half: [(id) => `{"jsonrpc":${answer(id)}\n`, /server odd: its answer (is no JSON|has other text before it)/],
  "id-behind": [
    (id) => `out: {"jsonrpc":"2.0","result":{"content":[],"x":"${"x".repeat(8_192)}"},"id":${id}}\n`,
    BEFORE,
  ],
  "two-in-one": [(id) => `${note}${answer(id)}\n`, BEFORE],
  "text-behind": [(id) => `${answer(id)} done\n`, /server odd: its answer is no JSON, got "d" at byte/],
  "utf-16": [(id) => wide(`${answer(id)}\n`), WIDE],
  "utf-16 with a mark": [(id) => wide(`\ufeff${answer(id)}\r\n`), WIDE],
  "utf-16be": [(id) => swapped(wide(`${answer(id)}\n`)), WIDE],
  "utf-16be with a mark": [(id) => swapped(wide(`\ufeff${answer(id)}\n`)), WIDE],
  "utf-32": [(id) => wider(`${answer(id)}\n`), WIDE],
  pretty: [(id) => `${pretty(answer(id))}\n`, SPREAD],
  "pretty, with the end of Windows": [(id) => `${pretty(answer(id)).replaceAll("\n", "\r\n")}\r\n`, SPREAD],
  "no end": [(id) => answer(id)],
  "no end, with spaces": [(id) => `  ${answer(id)}  `],
  "its end later": [(id) => answer(id)],
};

describe("gateway: text around a server's answers", function () {
  this.timeout(30_000);
  let site: Site;
  let server: HostileServer;
  const write = (socket: Socket, name: string, id: unknown): void => {
    socket.write(CASES[name]?.[0](id) ?? `${answer(id)}\n`);
    if (name === "its end later") setTimeout(() => socket.write("\n"), 1_500).unref();
  };

  before(async () => {
    site = await Site.open({}, { warn: () => {} });
    server = await new HostileServer(({ id, method, params }, _say, socket) => {
      if (method !== "tools/call") return undefined;
      write(socket, String(params?.name), id);
      return SILENT;
    }).listen();
    // A call that waits for its limit fails the test's own.
    const manifest = manifestOf({ timeouts: { call: "60s" } });
    site.test.servers.set("odd", { type: "stdio", socket: server.socket }, manifest);
  });
  after(async () => {
    await Site.closeAll();
    server.close();
  });

  for (const [name, [, told]] of Object.entries(CASES)) {
    it(`${name}: ${told ? "is told at once, on every path" : "is taken"}; the process goes on`, async () => {
      const [one, all] = [await site.client("odd"), await site.client()];
      const rest = site.gateway.callTool("odd", name, {}, { name: "r", scopes: new Set() }).then(
        (result): Answer => ({ result }),
        (error): Answer => ({ error }),
      );
      for (const { result, error } of await Promise.all([
        one.call(name),
        all.call(`odd__${name}`),
        site.caller("odd").modernCall(name),
        rest,
      ])) {
        if (told) assert.match(error?.message ?? JSON.stringify(result), told);
        else assert.deepEqual(result?.content, CONTENT, JSON.stringify(error));
      }
      if (name.startsWith("utf")) return void (await Promise.all([one.delete(), all.delete()])); // half of its line end is left
      assert.deepEqual((await one.call("well")).result?.content, CONTENT);
      await Promise.all([one.delete(), all.delete()]);
    });
  }

  it("is told to the call that it answers, of several at a time", async () => {
    const client = await site.client("odd");
    const mute = await new HostileServer(({ id, method, params }, _say, socket) => {
      if (method !== "tools/call") return undefined;
      if (params?.name !== "silent") write(socket, String(params?.name), id);
      return SILENT;
    }).listen();
    site.test.servers.set("mute", { type: "stdio", socket: mute.socket }, manifestOf({ timeouts: { call: "60s" } }));
    const two = await site.client("mute");
    const waiting = two.start("silent");
    for (const name of ["banner", "id-behind", "utf-16", "pretty", "no end"]) {
      const { id, error, result } = await two.call(name);
      assert.ok(typeof id === "number" && id > 1);
      assert.ok(CASES[name]?.[1] ? CASES[name]?.[1]?.test(error?.message ?? "") || name : result, name);
    }
    assert.equal(waiting.ended, false);
    await two.delete();
    await client.delete();
    site.test.servers.set("mute");
    mute.close();
  });

  it("costs no call whose answer comes as it should: a log that repeats it, before or behind it", async () => {
    const loud = await new HostileServer(({ id, method }, say) => {
      if (method !== "tools/call") return undefined;
      say(`DEBUG -> ${answer(id)}`);
      say(pretty(answer(id)));
      setTimeout(() => {
        say(answer(id));
        say(`DEBUG <- ${answer(id)}`);
      }, 100);
      return SILENT;
    }).listen();
    site.test.servers.set("loud", { type: "stdio", socket: loud.socket });
    const client = await site.client("loud");
    for (let n = 0; n < 3; n++) assert.deepEqual((await client.call("x")).result?.content, CONTENT);
    site.test.servers.set("loud");
    loud.close();
  });
});

/** How a server writes the body of an answer that it leaves open, with its type, and what its caller is told at once. */
const STREAMS: [string, (id: unknown) => string | Buffer, RegExp][] = [
  ["JSON as it is", (id) => `${answer(id)}\n`, /a line of its stream is no field `data`: \{"jsonrpc"/],
  ["JSON without a line end", answer, /a line of its stream is no field `data`: \{"jsonrpc"/],
  [
    "JSON behind a comment",
    (id) => `: hi\n\n${answer(id)}\n\n`,
    /a line of its stream is no field `data`: \{"jsonrpc"/,
  ],
  [
    "JSON over lines that are no data",
    (id) => `data: ${pretty(answer(id))}\n\n`,
    /its stream is no (field `data`|JSON)/,
  ],
  ["text before JSON", (id) => `data: sent ${answer(id)}\n\n`, /an event of its stream is no JSON: sent \{/],
  ["UTF-16", (id) => wide(`\ufeffdata: ${answer(id)}\n\n`), /a line of its stream is no field `data`/],
  ["UTF-16 in big order", (id) => swapped(wide(`data: ${answer(id)}\n\n`)), /a line of its stream is no field `data`/],
];

describe("gateway: text around an HTTP server's answers", function () {
  this.timeout(30_000);
  let web: HttpSite;
  beforeEach(async () => {
    web = await HttpSite.open();
    const address = web.site.test.servers.get("web")?.address;
    web.site.test.servers.set("patient", address, manifestOf({ timeouts: { call: "60s" } }));
  });
  afterEach(() => web.close());

  for (const [what, write, told] of STREAMS) {
    it(`a stream that stays open with ${what}: is told at once, on every path`, async () => {
      web.onCall = (call) => {
        call.stream();
        call.response.write(write(call.body.id));
      };
      assertFailed(await (await web.site.client("patient")).call("x"), told);
      assertFailed(await (await web.site.client()).call("patient__x"), told);
      assertFailed(await web.site.caller("patient").modernCall("x"), told);
    });
  }

  it("fields of an event stream that nobody knows cost nothing", async () => {
    web.onCall = (call) => {
      const event = call.stream();
      call.response.write("x-request: 1\nnot a field\n\n");
      setTimeout(() => event(JSON.parse(answer(call.body.id))), 1_000);
    };
    assert.deepEqual((await (await web.site.client("patient")).call("x")).result?.content, CONTENT);
  });

  for (const [what, bytes] of [
    ["UTF-16", (id: unknown) => wide(`\ufeff${answer(id)}`)],
    ["text before it", (id: unknown) => Buffer.from(`)]}',\n${answer(id)}`)],
  ] as const) {
    it(`JSON with ${what}: is told at once`, async () => {
      web.onCall = ({ body, response }) =>
        void response.writeHead(200, { "content-type": "application/json" }).end(bytes(body.id));
      assertFailed(await (await web.site.client("patient")).call("x"), /it answered HTTP 200: /);
      assertFailed(await web.site.caller("patient").modernCall("x"), /it answered HTTP 200: /);
    });
  }
});
