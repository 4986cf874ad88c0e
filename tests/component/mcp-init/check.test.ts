import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as listen } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { BUILDS, build, Init, removeBuild } from "../../support/mcp-init/mcp-init";
import { run } from "../../support/mcp-init/mcp-init-client";

after(removeBuild);

/** Short where time has to run out, long where a busy machine must not make it run out. */
const limit = (said: RegExp): string => (said.source.includes("in time") ? "900" : "10000");

type Message = { id: number; method: string; params: { protocolVersion: string } };
const RESULT = { protocolVersion: "2025-11-25", capabilities: {} };
const ok = (id: number, result: object) => JSON.stringify({ jsonrpc: "2.0", id, result });
const fault = (id: number, code: number) => JSON.stringify({ jsonrpc: "2.0", id, error: { code, message: "no" } });

for (const which of BUILDS) {
  describe(`${which} check`, () => {
    let program: string;
    let init: Init | undefined;
    before(function () {
      this.timeout(60_000);
      program = join(build(), which);
    });
    afterEach(() => init?.destroy());

    for (const [mode, code, said] of [
      ["", 0, /^healthy: MCP 2025-11-25$/],
      ["noisy", 0, /^healthy: MCP 2025-11-25$/],
      ["slow", 0, /^healthy: MCP 2025-11-25$/],
      ["stateless", 0, /^healthy: MCP 2026-07-28$/],
      ["mark", 0, /^healthy: MCP 2025-11-25$/],
      ["real", 0, /^healthy: MCP 2025-11-25$/],
      ["text", 0, /^healthy: MCP 2025-11-25$/],
      ["return", 0, /^healthy: MCP 2025-11-25$/],
      ["batch", 0, /^healthy: MCP 2025-11-25$/],
      ["null-error", 0, /^healthy: MCP 2025-11-25$/],
      ["json-log", 0, /^healthy: MCP 2025-11-25$/],
      ["banner", 0, /^healthy: MCP 2025-11-25$/],
      ["dump", 0, /^healthy: MCP 2025-11-25$/],
      ["old", 0, /^healthy: MCP 2025-03-26$/],
      ["old-list", 0, /^healthy: MCP 2025-03-26$/],
      [
        "pretty",
        1,
        /^unhealthy: initialize: its messages take several lines each; it wrote a line that is no message: \{$/,
      ],
      ["length", 1, /^unhealthy: initialize: it frames its messages with .*: Content-Length: 152$/],
      [
        "chatty",
        1,
        /in time; it wrote a line that is no message: 1mError: \[31mAPI_KEY is missing \(limit 900 ms: health/,
      ],
      ["wrong", 1, /^unhealthy: initialize: the answer is not an MCP result with a protocolVersion: \{"jsonrpc"/],
      ["broken", 1, /^unhealthy: initialize: error -32603: no database$/],
      ["silent", 1, /^unhealthy: initialize: no answer in time \(limit 900 ms: health\.timeout\)$/],
      ["half-line", 1, /no answer in time/],
      ["exit", 1, /the session ended without an answer/],
    ] as const) {
      it(`finds a server over its socket ${code ? "un" : ""}healthy: ${mode || "good"}`, async () => {
        init = await Init.server(which, [mode]);
        const {
          code: got,
          out,
          ms,
        } = await run(program, ["check", "--socket", init.socket, "--timeout-ms", limit(said)]);
        assert.match(out, said);
        assert.equal(got, code);
        assert.ok(ms < 5000, `${ms} ms`);
        await init.alone();
        await init.stop();
      });
    }

    it("counts a server at its cap as healthy, no socket as unhealthy", async () => {
      init = await Init.server(which, [], { sessions: 1 });
      await (await init.open()).ask("up");
      const full = await run(program, ["check", "--socket", init.socket]);
      assert.match(full.out, /^healthy, at capacity: too many sessions: 1 of 1/);
      assert.equal(full.code, 0);
      await init.stop();
      const gone = await run(program, ["check", "--socket", init.socket]);
      assert.deepEqual(
        [gone.code, gone.out],
        [1, `unhealthy: initialize: cannot connect to '${init.socket}': No such file or directory`],
      );
    });

    /** An HTTP server that answers a JSON-RPC message, and what it was asked. */
    async function withHttp(
      answer: (message: Message, request: IncomingMessage, response: ServerResponse) => void,
      test: (url: string, seen: string[]) => Promise<void>,
      host = "127.0.0.1",
    ): Promise<void> {
      const seen: string[] = [];
      const server = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => {
          body += chunk;
        });
        request.on("end", () => {
          const message = body ? JSON.parse(body) : { method: "" };
          const { "mcp-session-id": session, "mcp-protocol-version": version } = request.headers;
          seen.push([request.method, message.method, session, version].filter(Boolean).join(" "));
          if (message.method === "notifications/initialized") response.writeHead(202).end();
          else if (request.method === "DELETE") response.writeHead(405).end();
          else answer(message, request, response);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      try {
        await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, seen);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }
    const json = { "content-type": "application/json" };
    const events = { "content-type": "text/event-stream", "mcp-session-id": "s-1" };

    const http: [string, number, RegExp, Parameters<typeof withHttp>[0], string[]?][] = [
      [
        "JSON",
        0,
        /^healthy: MCP 2025-11-25$/,
        (m, _q, r) =>
          void r.writeHead(200, { ...json, "content-length": ok(m.id, RESULT).length }).end(ok(m.id, RESULT)),
      ],
      [
        "JSON in chunks",
        0,
        /^healthy/,
        (m, _q, r) => {
          r.writeHead(200, json);
          for (const character of ok(m.id, RESULT)) r.write(character);
          r.end();
        },
      ],
      [
        "events, stream left open, session",
        0,
        /^healthy: MCP 2025-11-25$/,
        (m, _q, r) =>
          void r
            .writeHead(200, events)
            .write(
              `: hi\n\nid: 1\ndata:\n\ndata: {"jsonrpc":"2.0","method":"x"}\r\n\r\nevent: message\ndata: ${ok(m.id, RESULT)}\n\n`,
            ),
        ["POST initialize", "POST notifications/initialized s-1 2025-11-25", "DELETE s-1 2025-11-25"],
      ],
      [
        "an event without an empty line behind it, as the gateway takes it",
        0,
        /^healthy: MCP 2025-11-25$/,
        (m, _q, r) => void r.writeHead(200, { "content-type": "text/event-stream" }).end(`data: ${ok(m.id, RESULT)}`),
      ],
      [
        "stateless",
        0,
        /^healthy: MCP 2026-07-28$/,
        (m, q, r) => {
          const modern =
            m.method === "server/discover" &&
            q.headers["mcp-method"] === m.method &&
            q.headers["mcp-protocol-version"] === "2026-07-28";
          r.writeHead(modern ? 200 : 400, json).end(
            modern ? ok(m.id, { supportedVersions: ["2026-07-28"] }) : fault(m.id, -32022),
          );
        },
        ["POST initialize", "POST server/discover 2026-07-28"],
      ],
      [
        "an error",
        1,
        /^unhealthy: initialize: error -32603: no$/,
        (m, _q, r) => void r.writeHead(200, json).end(fault(m.id, -32603)),
      ],
      [
        "a page",
        1,
        /^unhealthy: initialize: HTTP 503 without a JSON-RPC answer: <h1>busy<\/h1>/,
        (_m, _q, r) => void r.writeHead(503).end("<h1>busy</h1>\nmore"),
      ],
      [
        "a result with a bad status, which no client looks at",
        0,
        /^healthy/,
        (m, _q, r) => void r.writeHead(500, json).end(ok(m.id, RESULT)),
      ],
      ["a byte order mark", 0, /^healthy/, (m, _q, r) => void r.writeHead(200, json).end(`\uFEFF${ok(m.id, RESULT)}`)],
      [
        "an older version, and the session in it",
        0,
        /^healthy: MCP 2025-03-26$/,
        (m, q, r) => {
          const refused = m.params.protocolVersion !== "2025-03-26";
          const error = { code: -32602, message: "unsupported protocolVersion" };
          const version = { ...RESULT, protocolVersion: "2025-03-26" };
          assert.equal(q.headers["mcp-protocol-version"], undefined);
          r.writeHead(refused ? 400 : 200, refused ? json : { ...json, "mcp-session-id": "s-1" }).end(
            refused ? JSON.stringify({ jsonrpc: "2.0", id: m.id, error }) : ok(m.id, version),
          );
        },
        [
          ...["POST initialize", "POST initialize", "POST initialize"],
          ...["POST notifications/initialized s-1 2025-03-26", "DELETE s-1 2025-03-26"],
        ],
      ],
      [
        "a way to elsewhere",
        1,
        /^unhealthy: initialize: HTTP 307 leads to \/mcp\/, expected an answer: is transport\.path right\?$/,
        (_m, _q, r) => void r.writeHead(307, { location: "/mcp/" }).end(),
      ],
      [
        "a refused Host",
        1,
        /^unhealthy: initialize: HTTP 421 without a JSON-RPC answer: Invalid Host header$/,
        (_m, _q, r) => void r.writeHead(421).end("Invalid Host header"),
      ],
      [
        "JSON nested a million deep",
        1,
        /^unhealthy: initialize: HTTP 200 without a JSON-RPC answer: {"a":\[/,
        (_m, _q, r) => void r.writeHead(200, json).end(`{"a":${"[".repeat(1_000_000)}`),
      ],
      [
        "the transport of 2024",
        1,
        /^unhealthy: initialize: it speaks HTTP\+SSE, the transport of 2024, here: say transport\.type: sse, or/,
        (_m, q, r) => {
          if (q.method !== "GET") r.writeHead(405).end("Method Not Allowed");
          else r.writeHead(200, events).write("event: endpoint\ndata: /messages/?session_id=1\n\n"); // and it stays open
        },
      ],
      ["silence", 1, /no complete answer in time \(limit 900 ms: health\.timeout\)$/, () => {}],
      [
        "a stream without the answer",
        1,
        /no complete answer in time/,
        (_m, _q, r) => void r.writeHead(200, events).write(`data: ${ok(77, RESULT)}\n\n`),
      ],
    ];
    it("asks an HTTP server where its clients do, by a name that it takes, and says when it is not there", async () => {
      const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
      const own = outside.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
      assert.ok(own, "this test needs a network");
      const hosts: (string | undefined)[] = [];
      const answer: Parameters<typeof withHttp>[0] = (m, q, r) => {
        hosts.push(q.headers.host);
        r.writeHead(200, json).end(ok(m.id, RESULT));
      };
      const check = async (port: string) => run(program, ["check", "--url", `http://own:${port}/mcp`]);
      await withHttp(
        answer,
        async (url) => {
          const { port } = new URL(url);
          assert.match((await check(port)).out, /^healthy/);
          assert.deepEqual(hosts, [`127.0.0.1:${port}`]);
        },
        own,
      );
      for (const inside of ["127.0.0.1", "::1"]) {
        const said = new RegExp(
          `^unhealthy: initialize: it listens on \\[?${inside}\\]? only, .*have it listen on 0\\.0\\.0\\.0`,
        );
        await withHttp(answer, async (url) => assert.match((await check(new URL(url).port)).out, said), inside);
      }
      assert.equal((await check("1")).out, "unhealthy: initialize: Connection refused");
    });

    it("asks what speaks no MCP for a connection, where its server comes in", async () => {
      const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
      const own = outside.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
      const check = async (port: number) => run(program, ["check", "--port", String(port)]);
      for (const [address, said] of [
        [own, "healthy: port PORT takes connections"],
        ["127.0.0.1", "unhealthy: port PORT: Connection refused"],
      ] as const) {
        const listener = listen((socket) => socket.destroy()).listen(0, address);
        await once(listener, "listening");
        const { port } = listener.address() as AddressInfo;
        const { code, out } = await check(port);
        listener.close();
        assert.deepEqual([code, out], [said.startsWith("un") ? 1 : 0, said.replace("PORT", String(port))]);
      }
    });

    for (const [what, code, said, answer, asked] of http) {
      it(`finds a server over HTTP ${code ? "un" : ""}healthy: ${what}`, () =>
        withHttp(answer, async (url, seen) => {
          const result = await run(program, ["check", "--url", url, "--timeout-ms", limit(said)]);
          assert.match(result.out, said);
          assert.equal(result.code, code);
          if (asked) assert.deepEqual(seen, asked);
        }));
    }
  });
}
