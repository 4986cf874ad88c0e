import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { build, removeBuild } from "../../../support/mcp-init/mcp-init";
import { run } from "../../../support/mcp-init/mcp-init-client";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type Answers, type Heard, HostileServer, SILENT } from "../../../support/orchestrator/gateway/hostile-server";
import { type HttpCall, HttpServer } from "../../../support/orchestrator/gateway/http-server";

const OLD = "2025-03-26";
const answer = (id: unknown, version = "2025-06-18"): string => {
  const result = { protocolVersion: version, capabilities: { tools: {} }, serverInfo: { name: "odd", version: "1" } };
  return JSON.stringify({ jsonrpc: "2.0", id, result });
};
const failed = (id: unknown, code: number, message: string, data?: object): string =>
  JSON.stringify({ jsonrpc: "2.0", id, error: { code, message, data } });
const wide = (text: string): Buffer => Buffer.from(text, "utf16le");
const wanted = ({ params }: Heard): unknown => params?.protocolVersion;

/** How a stdio server answers `initialize`; what the check says; what a client is told, where that is no result. */
type Case = [string, (message: Heard) => string | Buffer | undefined, RegExp, RegExp?];
const CASES: Case[] = [
  ["a byte order mark", ({ id }) => `\uFEFF${answer(id)}\n`, /^healthy: MCP 2025-06-18$/],
  ["CRLF", ({ id }) => `${answer(id)}\r\n`, /^healthy/],
  ["a batch", ({ id }) => `[${answer(id)}]\n`, /^healthy/],
  ["an id as a real number", ({ id }) => `${answer(id).replace(`"id":${id}`, `"id":${id}.0`)}\n`, /^healthy/],
  ["an id as text", ({ id }) => `${answer(String(id))}\n`, /^healthy/],
  ["error: null", ({ id }) => `${answer(id).replace("{", '{"error":null,')}\n`, /^healthy/],
  ["a banner and half a JSON", ({ id }) => `\u001b[32mon stdio\u001b[0m\n{ not json\n${answer(id)}\n`, /^healthy/],
  ["a log of JSON", ({ id }) => `{"level":"warn","error":{"code":1,"message":"late"}}\n${answer(id)}\n`, /^healthy/],
  ["headers, and lines", ({ id }) => `Content-Length: 9\r\n\r\n${answer(id)}\n`, /^healthy/],
  [
    "pretty-printed JSON",
    ({ id }) => `${JSON.stringify(JSON.parse(answer(id)), null, 2)}\n`,
    /^unhealthy: initialize: its messages take several lines each; it wrote a line that is no message: \{$/,
    /its messages take several lines each.*; it wrote a line that is no message: \{/,
  ],
  [
    "Content-Length",
    ({ id }) => `Content-Length: 152\r\n\r\n${answer(id)}`,
    /^unhealthy: initialize: it frames its messages with Content-Length.*: Content-Length: 152$/,
    /it frames its messages with Content-Length.*: Content-Length: 152/,
  ],
  ["a line without its end", ({ id }) => answer(id), /^healthy/],
  ["a log of its answer, and the answer", ({ id }) => `sent ${answer(id)}\n${answer(id)}\n`, /^healthy/],
  [
    "text before its answer",
    ({ id }) => `on stdio ${answer(id)}\n`,
    /^unhealthy: initialize: its answer has other text before it on its line; it wrote .*: on stdio \{"jsonrpc"/,
    /its answer has other text before it, expected the message alone on its line: on stdio \{/,
  ],
  [
    "UTF-16",
    ({ id }) => wide(`\uFEFF${answer(id)}\n`),
    /^unhealthy: initialize: it writes UTF-16 or UTF-32, expected UTF-8; it wrote a line/,
    /its answer is in UTF-16 or UTF-32, expected UTF-8: \{/,
  ],
  [
    "an older version, after a refusal in words",
    (message) =>
      `${wanted(message) === OLD ? answer(message.id, OLD) : failed(message.id, -32602, "Unsupported protocol version")}\n`,
    /^healthy: MCP 2025-03-26$/,
  ],
  [
    "an older version, after a refusal with a list",
    (message) =>
      `${wanted(message) === OLD ? answer(message.id, OLD) : failed(message.id, -32022, "no", { supported: [OLD] })}\n`,
    /^healthy: MCP 2025-03-26$/,
  ],
  [
    "a refusal",
    ({ id }) => `${failed(id, -32602, "no license")}\n`,
    /^unhealthy: initialize: error -32602: no license$/,
    /no license/,
  ],
  [
    "an error of nobody",
    () => `${failed(undefined, -32000, "no database")}\n`,
    /^unhealthy: initialize: error -32000: no database$/,
    /no database/,
  ],
];

describe("health: the check and the gateway agree on a server", function () {
  this.timeout(20_000);
  const manifest = manifestOf({ timeouts: { start: "8s" } });
  const printed: string[] = [];
  let site: Site;
  let program: string;
  let end: (() => unknown) | undefined;

  before(async function () {
    this.timeout(120_000);
    program = join(build(), "mcp-init");
    site = await Site.open({}, { warn: (message, { message: line }) => printed.push(`${message}: ${line}`) });
  });
  afterEach(() => end?.());
  after(async () => {
    await Site.closeAll();
    removeBuild();
  });

  async function stdio(answers: Answers): Promise<HostileServer> {
    const server = await new HostileServer(answers).listen();
    end = () => server.close();
    site.test.servers.set("odd", { type: "stdio", socket: server.socket }, manifest);
    return server;
  }

  /** What a client is told that opens a session; nothing when it gets one. */
  async function refusal(): Promise<string | undefined> {
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const reply = await site.caller("odd").ask({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    const { result, error } = reply.last;
    return result?.serverInfo ? undefined : JSON.stringify(error ?? reply.status);
  }

  const check = async (...way: string[]): Promise<string> => (await run(program, ["check", ...way])).out;

  for (const [what, said, healthy, told] of CASES) {
    it(`that answers with ${what} (stdio): ${told ? "unhealthy, and of no use, with the reason" : "healthy, and of use"}`, async () => {
      const server = await stdio((message, _say, socket) => {
        if (message.method !== "initialize") return undefined;
        socket.write(said(message) ?? "");
        return SILENT;
      });
      assert.match(await check("--socket", server.socket), healthy);
      const words = await refusal();
      if (told) assert.match(words ?? "it got a session", told);
      else assert.equal(words, undefined);
    });
  }

  it("what a server prints instead of messages is in the log, the first lines of each process, and in the error", async () => {
    const server = await stdio((_message, say) => {
      say("\u001b[31mError: \u202eAPI_KEY\u0007 is missing\n\none\ntwo\nthree");
      return SILENT;
    });
    printed.length = 0;
    site.test.servers.set("odd", { type: "stdio", socket: server.socket }, manifestOf({ timeouts: { start: "1s" } }));
    const line = "[31mError: API_KEY is missing";
    assert.match(
      (await refusal()) ?? "",
      /no answer to initialize within 1000 ms \(timeouts\.start\); it wrote a line/,
    );
    assert.deepEqual(
      printed.map((entry) => entry.replace(/^server odd wrote .* no message: /, "")),
      [line, "one", "two"],
    );
    const said = await check("--socket", server.socket, "--timeout-ms", "1000");
    assert.ok(said.includes(line), said);
  });

  it("an older version is offered at once to the sessions that follow", async () => {
    const server = await stdio((message) =>
      message.method !== "initialize"
        ? undefined
        : wanted(message) === OLD
          ? answer(message.id, OLD)
          : failed(message.id, -32602, "Unsupported protocol version"),
    );
    const asked = (): unknown[] => server.heard.filter(({ method }) => method === "initialize").map(wanted);
    assert.equal(await refusal(), undefined);
    assert.deepEqual(asked(), ["2025-11-25", "2025-06-18", OLD]);
    assert.equal(await refusal(), undefined);
    assert.deepEqual(asked().slice(3), [OLD]);
  });

  /** An HTTP server at the machine's own address in its network, as one in a container is. */
  async function http(act: (call: HttpCall) => void): Promise<string> {
    const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
    const own = all.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    const server = new HttpServer((call) => {
      if (call.body?.method === "initialize") act(call);
      else call.response.writeHead(call.method === "POST" ? 202 : 405).end();
    });
    end = () => server.stop();
    const url = await server.start(own);
    site.test.servers.set("odd", { type: "http", url }, manifest);
    return `http://own:${new URL(url).port}/mcp`;
  }

  const WEB: [string, (call: HttpCall) => void, RegExp, RegExp?][] = [
    [
      "takes no name but its machine's own",
      (call) => {
        if (/^(localhost|127\.0\.0\.1):\d+$/.test(call.headers.host ?? "")) call.json(answer(call.body.id));
        else call.json("Invalid Host header", { "content-type": "text/plain" }, 421);
      },
      /^healthy/,
    ],
    ["answers with a byte order mark", (call) => call.json(`\uFEFF${answer(call.body.id)}`), /^healthy/],
    [
      "answers with a byte order mark in an event",
      (call) => call.stream()(`\uFEFF${answer(call.body.id)}`),
      /^healthy/,
    ],
    [
      "answers with events whose lines end with CR, behind a byte order mark",
      ({ body, response }) =>
        response
          .writeHead(200, { "content-type": "text/event-stream" })
          .end(`\uFEFFdata: ${answer(body.id)}\r\revent: x\r\r`),
      /^healthy/,
    ],
    ["answers with an id as text", (call) => call.json(answer(String(call.body.id))), /^healthy/],
    [
      "sends 100 and 103 before its answer, which nobody asked for",
      (call) => {
        call.request.socket.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        call.json(answer(call.body.id));
      },
      /^healthy/,
    ],
    ["answers with a bad status", (call) => call.json(answer(call.body.id), {}, 500), /^healthy/],
    [
      "takes an older version only",
      (call) => {
        const isOld = wanted(call.body) === OLD;
        call.json(
          isOld ? answer(call.body.id, OLD) : failed(call.body.id, -32602, "bad version"),
          {},
          isOld ? 200 : 400,
        );
      },
      /^healthy: MCP 2025-03-26$/,
    ],
    [
      "refuses the name",
      (call) => call.json("Invalid Host header", { "content-type": "text/plain" }, 421),
      /HTTP 421 without a JSON-RPC answer: Invalid Host header$/,
      /it answered HTTP 421: Invalid Host header/,
    ],
    [
      "is elsewhere",
      (call) => call.response.writeHead(307, { location: "/mcp/" }).end(),
      /HTTP 307 leads to \/mcp\/, expected an answer: is transport\.path right\?$/,
      /it answered HTTP 307/,
    ],
  ];
  for (const [what, act, healthy, told] of WEB) {
    it(`that ${what} (HTTP): ${told ? "unhealthy, and of no use, with the reason" : "healthy, and of use"}`, async () => {
      const url = await http(act);
      assert.match(await check("--url", url), healthy);
      const words = await refusal();
      if (told) assert.match(words ?? "it got a session", told);
      else assert.equal(words, undefined);
    });
  }

  const events = { "content-type": "text/event-stream" };
  const endpoint = (where: string): string => `event: endpoint\ndata: ${where}\n\n`;
  const message = (text: string): string => `event: message\ndata: ${text}\n\n`;

  /** How an HTTP+SSE server begins its stream, and what it does with `initialize` then. */
  type Sse = [
    string,
    (call: HttpCall, port: string) => void,
    (call: HttpCall, write: (text: string) => void) => void,
    RegExp,
    RegExp?,
  ];
  const stream =
    (where: string): Sse[1] =>
    ({ response }, port) =>
      void response.writeHead(200, events).write(endpoint(where.replace("PORT", port)));
  const well: Sse[2] = (call, write) => {
    call.response.writeHead(202).end("Accepted");
    write(message(answer(call.body.id)));
  };
  const SSE: Sse[] = [
    ["answers on its stream", stream("/messages/?session=1"), well, /^healthy: MCP 2025-06-18$/],
    ["names a relative endpoint", stream("messages?session=1"), well, /^healthy/],
    ["names a URL of its own", stream("http://localhost:PORT/messages"), well, /^healthy/],
    [
      "takes CR, a comment and a byte order mark for its own",
      ({ response }) => void response.writeHead(200, events).write(`\uFEFF: hi\r\revent:endpoint\rdata:/m\r\r`),
      well,
      /^healthy/,
    ],
    [
      "answers on the stream before the POST, which it leaves open",
      stream("/messages"),
      ({ body }, write) => write(message(answer(body.id))),
      /^healthy/,
    ],
    ["answers in the POST", stream("/messages"), (call) => call.json(answer(call.body.id)), /^healthy/],
    [
      "takes an older version only",
      stream("/messages"),
      ({ body, response }, write) => {
        response.writeHead(202).end();
        write(message(wanted(body) === OLD ? answer(body.id, OLD) : failed(body.id, -32602, "bad version")));
      },
      /^healthy: MCP 2025-03-26$/,
    ],
    [
      "names an endpoint of another origin",
      stream("http://evil.example:PORT/messages"),
      well,
      /it named an endpoint that cannot be taken, as it is of another origin: http:\/\/evil\.example/,
      /it named an endpoint of another origin: http:\/\/evil\.example/,
    ],
    [
      "names none",
      ({ response }) => void response.writeHead(200, events).write(": hi\n\n"),
      well,
      /its event stream names no endpoint for messages: no complete answer in time/,
      /its event stream has not named an endpoint for messages yet/,
    ],
    [
      "ends its stream",
      ({ response }) => void response.writeHead(200, events).end(": hi\n\n"),
      well,
      /HTTP 200 and an event stream that ended before it named an endpoint: : hi$/,
      /its event stream ended/,
    ],
    [
      "speaks Streamable HTTP",
      ({ response }) => void response.writeHead(405).end("Method Not Allowed"),
      well,
      /HTTP 405 for GET and no event stream: Method Not Allowed: are transport\.type and path right\?$/,
      /HTTP 405 and no event stream: Method Not Allowed: are transport\.type and path right\?/,
    ],
    [
      "refuses the message",
      stream("/messages"),
      ({ response }) => response.writeHead(403).end("not you"),
      /HTTP 403 for the message: not you$/,
      /it answered HTTP 403: not you/,
    ],
    [
      "is elsewhere",
      ({ response }) => void response.writeHead(307, { location: "/sse/" }).end(),
      well,
      /HTTP 307 leads to \/sse\/, expected an event stream: is transport\.path right\?$/,
      /a redirect to \/sse\//,
    ],
  ];
  for (const [what, open, act, healthy, told] of SSE) {
    it(`that ${what} (HTTP+SSE): ${told ? "unhealthy, and of no use, with the reason" : "healthy, and of use"}`, async () => {
      const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
      const own = all.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
      let port = "";
      let last: HttpCall | undefined;
      const server = new HttpServer((call) => {
        if (call.method === "GET") {
          last = call;
          open(call, port);
        } else if (call.body?.method !== "initialize") call.response.writeHead(202).end();
        else act(call, (text) => void last?.response.write(text));
      });
      end = () => server.stop();
      const url = (await server.start(own)).replace("/mcp", "/sse");
      port = new URL(url).port;
      const short = manifestOf({ timeouts: { start: told ? "1s" : "8s" } });
      site.test.servers.set("odd", { type: "sse", url }, short);
      const limit = told ? "1000" : "8000";
      assert.match(await check("--sse", `http://own:${port}/sse`, "--timeout-ms", limit), healthy);
      const words = await refusal();
      if (told) assert.match(words ?? "it got a session", told);
      else assert.equal(words, undefined);
    });
  }
});
