import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { BUILDS, build, Init, removeBuild } from "../../support/mcp-init/mcp-init";
import { run } from "../../support/mcp-init/mcp-init-client";

after(removeBuild);

/** Short where time has to run out, long where a busy machine must not make it run out. */
const limit = (said: RegExp): string => (said.source.includes("in time") ? "900" : "10000");

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
      ["wrong", 1, /^unhealthy: initialize: the answer is not an MCP result with a protocolVersion$/],
      ["broken", 1, /^unhealthy: initialize: error -32603: no database$/],
      ["silent", 1, /^unhealthy: initialize: no answer in time \(limit 900 ms\)$/],
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
        [1, `unhealthy: cannot connect to '${init.socket}': No such file or directory`],
      );
    });

    /** An HTTP server that answers a JSON-RPC message, and what it was asked. */
    async function withHttp(
      answer: (message: { id: number; method: string }, request: IncomingMessage, response: ServerResponse) => void,
      test: (url: string, seen: string[]) => Promise<void>,
    ): Promise<void> {
      const seen: string[] = [];
      const server = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => {
          body += chunk;
        });
        request.on("end", () => {
          const message = body ? JSON.parse(body) : { method: "" };
          seen.push([request.method, message.method, request.headers["mcp-session-id"]].filter(Boolean).join(" "));
          if (message.method === "notifications/initialized") response.writeHead(202).end();
          else if (request.method === "DELETE") response.writeHead(405).end();
          else answer(message, request, response);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
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
        ["POST initialize", "POST notifications/initialized s-1", "DELETE s-1"],
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
        ["POST initialize", "POST server/discover"],
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
        "a result with a bad status",
        1,
        /HTTP 500 with a result, expected 2xx/,
        (m, _q, r) => void r.writeHead(500, json).end(ok(m.id, RESULT)),
      ],
      [
        "JSON nested a million deep",
        1,
        /^unhealthy: initialize: HTTP 200 without a JSON-RPC answer: {"a":\[/,
        (_m, _q, r) => void r.writeHead(200, json).end(`{"a":${"[".repeat(1_000_000)}`),
      ],
      ["silence", 1, /no complete answer in time \(limit 900 ms\)$/, () => {}],
      [
        "a stream without the answer",
        1,
        /no complete answer in time/,
        (_m, _q, r) => void r.writeHead(200, events).write(`data: ${ok(77, RESULT)}\n\n`),
      ],
    ];
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
