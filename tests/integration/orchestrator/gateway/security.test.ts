import assert from "node:assert/strict";
import { connect as tcp } from "node:net";
import { Api } from "../../../support/clients/api";
import { must, run } from "../../../support/fleet/command";
import { target, withClient } from "../../../support/fleet/faults";
import { docker, type Fleet, theFleet, tryDocker } from "../../../support/fleet/fleet";

/** One of every class: what it wants, and how it is asked for. */
const CLASSES: [what: string, scope: "mcp" | "read" | "admin", method: string, path: string, body?: unknown][] = [
  ["a server's MCP", "mcp", "POST", "/servers/files/mcp", { jsonrpc: "2.0", id: 1, method: "ping" }],
  ["all servers' MCP", "mcp", "POST", "/mcp", { jsonrpc: "2.0", id: 1, method: "ping" }],
  ["an MCP stream", "mcp", "GET", "/servers/files/mcp"],
  ["the old SSE pair", "mcp", "GET", "/servers/files/sse"],
  ["a tool's call", "mcp", "POST", "/v1/servers/files/tools/list_allowed_directories/call", { arguments: {} }],
  ["servers", "read", "GET", "/v1/servers"],
  ["a server's log", "read", "GET", "/v1/servers/files/logs"],
  ["sessions", "read", "GET", "/v1/sessions"],
  ["the audit log", "read", "GET", "/v1/audit"],
  ["events", "read", "GET", "/v1/events"],
  ["client configurations", "read", "GET", "/v1/client-configs"],
  ["the registry", "read", "GET", "/v0.1/servers"],
  ["a deployment", "admin", "POST", "/v1/servers", { manifest: { name: "x" } }],
  ["a removal", "admin", "DELETE", "/v1/servers/files"],
  ["a restart", "admin", "POST", "/v1/servers/nobody/restart"],
  ["an approval", "admin", "POST", "/v1/servers/nobody/tools/approve"],
  ["the end of a session", "admin", "DELETE", "/v1/sessions/nobody"],
  ["a cleanup", "admin", "POST", "/v1/cleanup", { dryRun: true }],
];
const OTHER = { mcp: "read", read: "mcp", admin: "read" } as const;

/** Sends bytes as they are; gives all that came back until the other side closed, and after how many milliseconds. */
function raw(port: number, text: string, then?: (write: (more: string) => void) => NodeJS.Timeout) {
  return new Promise<{ said: string; took: number }>((resolve) => {
    const began = Date.now();
    let said = "";
    const socket = tcp(port, "127.0.0.1", () => socket.write(text));
    const more = then?.((bytes) => void (socket.writable && socket.write(bytes)));
    socket.on("data", (data) => (said += data)).on("error", () => {});
    socket.setTimeout(60_000, () => socket.destroy());
    socket.on("close", () => {
      clearInterval(more);
      resolve({ said, took: Date.now() - began });
    });
  });
}

const statusesOf = (said: string): number[] =>
  [...said.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => Number(code));

describe("the orchestrator's ports against strangers", function () {
  this.timeout(180_000);
  let fleet: Fleet;
  let ports: { api: number; metrics: number; docker: number };
  before(async () => {
    fleet = await theFleet();
    const { apiPort: api, metricsPort: metrics, dockerPort } = fleet.stack;
    ports = { api, metrics, docker: dockerPort };
  });

  for (const [what, scope, method, path, body] of CLASSES) {
    it(`${what}: nothing without a token, with a wrong one, one in the URL, or one for something else`, async () => {
      const base = fleet.outputs.endpoints.api;
      const good = fleet.outputs.tokens[scope] as string;
      const ask = async (token: string | undefined, query = "") => {
        const { status, text, headers } = await new Api(base, token).send(method, `${path}${query}`, body);
        assert.ok(!text.includes(good), "the token is in the answer");
        return { status, challenge: headers.get("www-authenticate") };
      };
      // 429: so many wrong tokens have come from here in the last minute, in this file or another.
      for (const token of [undefined, "wrong", `${good}x`, good.slice(0, -1)]) {
        const { status } = await ask(token);
        assert.ok([401, 429].includes(status), `${status} for a token of ${token?.length} characters`);
      }
      for (const token of [undefined, good]) {
        const { status } = await ask(token, `?access_token=${good}`);
        assert.ok([400, 429].includes(status), `${status} for a token in the URL`);
      }
      const other = await ask(fleet.outputs.tokens[OTHER[scope]]);
      assert.equal(other.status, 403);
      assert.match(other.challenge ?? "", /insufficient_scope/);
    });
  }

  it("after too many wrong tokens the answer is 429, and a good token is still taken", async () => {
    const base = fleet.outputs.endpoints.api;
    let refused = await new Api(base, "wrong").get("/v1/servers");
    for (let count = 0; refused.status === 401 && count < 100; count++) {
      assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer realm="dind-mcp", scope="read"/);
      refused = await new Api(base, "wrong").get("/v1/servers");
    }
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    assert.equal((await Api.of(fleet, "read").get("/v1/servers")).status, 200);
  });

  it("metrics want a token that may read", async () => {
    const { metrics } = fleet.outputs.endpoints;
    const ask = async (token?: string) => {
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      return (await fetch(metrics, { headers })).status;
    };
    const { read, mcp } = fleet.outputs.tokens;
    for (const token of [undefined, "wrong"]) assert.ok([401, 429].includes(await ask(token)));
    assert.deepEqual([await ask(mcp), await ask(read)], [403, 200]);
  });

  it("forged Host and Origin headers are refused on every port, before anything else", async () => {
    const paths = { api: "/healthz", metrics: "/metrics", docker: "/_ping" };
    const ask = async (name: keyof typeof ports, headers: string, line = `GET ${paths[name]}`) => {
      const token = `Authorization: Bearer ${fleet.outputs.tokens.admin}\r\n`;
      return (await raw(ports[name], `${line} HTTP/1.1\r\n${headers}${token}Connection: close\r\n\r\n`)).said;
    };
    for (const name of Object.keys(paths) as (keyof typeof ports)[]) {
      const host = `Host: 127.0.0.1:${ports[name]}\r\n`;
      assert.deepEqual(statusesOf(await ask(name, host)), [200], name);
      const forged = [
        "Host: evil.example\r\n",
        "Host: 127.0.0.1.evil.example\r\n",
        "Host: 2130706433\r\n",
        "Host: localhost.\r\n",
        "Host: \r\n",
        "Host: 127.0.0.1@evil.example\r\n",
        `${host}Origin: https://evil.example\r\n`,
        `${host}Origin: null\r\n`,
        `${host}Origin: http://127.0.0.1.evil.example\r\n`,
      ];
      for (const headers of forged) assert.deepEqual(statusesOf(await ask(name, headers)), [403], `${name} ${headers}`);
      const twice = statusesOf(await ask(name, `${host}Host: evil.example\r\n`));
      assert.ok(twice.length === 1 && [400, 403].includes(twice[0] as number), `${name} two hosts: ${twice}`);
      const absolute = statusesOf(await ask(name, host, `GET http://evil.example${paths[name]}`));
      assert.deepEqual(absolute, [403], `${name} absolute`);
    }
  });

  it("oversized headers and bodies are refused, on every port", async () => {
    for (const [name, port] of Object.entries(ports)) {
      const huge = `GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Huge: ${"x".repeat(64 * 1024)}\r\n\r\n`;
      assert.deepEqual(statusesOf((await raw(port, huge)).said), [431], name);
    }
    const head = (rest: string) =>
      `POST /servers/files/mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${fleet.outputs.tokens.mcp}\r\nContent-Type: application/json\r\n${rest}\r\n\r\n`;
    assert.deepEqual(statusesOf((await raw(ports.api, head("Content-Length: 99999999"))).said), [413], "announced");
    const chunk = `100000\r\n${"x".repeat(0x100000)}\r\n`;
    const { said } = await raw(ports.api, head("Transfer-Encoding: chunked") + chunk.repeat(6));
    assert.deepEqual(statusesOf(said), [413], "not announced");
  });

  it("slow clients are cut off, in their headers and in their body", async () => {
    const slow = (port: number, head: string) => raw(port, head, (write) => setInterval(() => write("x"), 1_000));
    const body = `POST /servers/files/mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${fleet.outputs.tokens.mcp}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;
    const headers = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ";
    const all = await Promise.all([slow(ports.api, body), ...Object.values(ports).map((port) => slow(port, headers))]);
    for (const { said, took } of all) {
      assert.ok(took > 5_000 && took < 40_000, `${took} ms`);
      assert.ok(
        statusesOf(said).every((status) => status === 408),
        said,
      );
    }
  });

  it("what two parsers could read differently is refused, and never answered twice", async () => {
    const token = `Host: 127.0.0.1\r\nAuthorization: Bearer ${fleet.outputs.tokens.mcp}\r\nContent-Type: application/json\r\n`;
    const inner = "DELETE /v1/servers/files HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const smuggled = [
      `POST /mcp HTTP/1.1\r\n${token}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
      `POST /mcp HTTP/1.1\r\n${token}Content-Length: 4\r\nContent-Length: 0\r\n\r\n${inner}`,
      `POST /mcp HTTP/1.1\r\n${token}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
      `POST /mcp HTTP/1.1\r\n${token}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
      `POST /mcp HTTP/1.1\r\n${token}X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
      `GET /healthz HTTP/1.1\n${token.replaceAll("\r", "")}\n${inner}`,
    ];
    for (const text of smuggled) {
      const { said } = await raw(ports.api, text);
      assert.deepEqual(statusesOf(said), [400], text);
    }
  });

  it("odd paths and methods lead nowhere", async () => {
    const { tokens } = fleet.outputs;
    const ask = async (line: string) => {
      const head = `Host: 127.0.0.1\r\nAuthorization: Bearer ${tokens.admin}\r\nConnection: close\r\n`;
      return statusesOf((await raw(ports.api, `${line} HTTP/1.1\r\n${head}\r\n`)).said)[0] as number;
    };
    const odd = [
      "GET //servers/files/mcp",
      "GET /servers/../v1/servers",
      "GET /servers/files/mcp/../../../v1/audit",
      "GET /servers/%2e%2e/mcp",
      "GET /servers/files%2fmcp",
      "GET /v1/servers/..%2f..%2fetc%2fpasswd",
      "GET /v1/servers/files%00",
      "GET /static/../main.js",
      "GET /servers/__proto__/mcp",
      "GET /v1/servers/constructor",
      "PUT /servers/files/mcp",
      "TRACE /v1/servers",
      "PATCH /v1/servers/files",
    ];
    for (const line of odd) {
      const status = await ask(line);
      assert.ok(status >= 400 && status < 500, `${line}: ${status}`);
    }
    const connected = await raw(ports.api, `CONNECT 127.0.0.1:2376 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    assert.ok(
      statusesOf(connected.said).every((status) => status >= 400),
      connected.said,
    );
  });

  it("the Docker API shows what runs, and does nothing and tells no secret", async () => {
    const cli = (...args: string[]) =>
      run("docker", ["-H", `tcp://127.0.0.1:${ports.docker}`, ...args], {
        env: { PATH: process.env.PATH, HOME: "/nonexistent" },
      });
    assert.match((await cli("ps")).stdout, /mcp-files/);
    const inspected = await cli("inspect", "mcp-orchestrator");
    assert.match(inspected.stdout, /"ORCHESTRATOR_CONFIG=<redacted>"/);
    for (const args of [
      ["exec", "mcp-files", "true"],
      ["attach", "--no-stdin", "mcp-files"],
      ["cp", "mcp-postgres:/run/secrets/dsn", "-"],
      ["export", "mcp-postgres"],
      ["stop", "mcp-files"],
      ["volume", "rm", "mcp-files-sessions"],
      ["run", "--rm", "-v", "/:/host", "mcp-carrier", "true"],
      ["secret", "ls"],
    ]) {
      const { code, stderr } = await cli(...args);
      assert.notEqual(code, 0, args.join(" "));
      assert.match(stderr, /read-only Docker API of dind-mcp|403/, args.join(" "));
    }
    assert.equal(await docker(fleet, "inspect", "mcp-files", "-f", "{{.State.Running}}"), "true");
  });

  it("tokens are nowhere: not in docker inspect, logs, answers, the audit log or another container's files", async () => {
    await withClient("legacy", target(fleet, "files"), (client) => client.client.listTools());
    const api = Api.of(fleet);
    const paths = ["servers", "servers/files", "sessions", "audit?limit=200", "client-configs", "engine", "version"];
    const containers = (await docker(fleet, "ps", "-aq")).split("\n");
    const logs = await Promise.all(containers.map((id) => tryDocker(fleet, ["logs", id])));
    const texts = {
      inspect: await docker(fleet, "inspect", ...containers),
      volumes: await docker(fleet, "volume", "inspect", ...(await docker(fleet, "volume", "ls", "-q")).split("\n")),
      logs: JSON.stringify(logs),
      engine: await must("docker", ["inspect", fleet.stack.engineName]),
      answers: (await Promise.all(paths.map((path) => api.get(`/v1/${path}`)))).map(({ text }) => text).join("\n"),
      state: await docker(
        fleet,
        "exec",
        "mcp-orchestrator",
        "sh",
        "-c",
        "cat /var/lib/orchestrator/* /var/lib/orchestrator/audit/* /run/secrets/* 2>/dev/null; true",
      ),
    };
    assert.ok(texts.logs.includes("ready") && texts.state.includes("sha256") && texts.answers.includes("mcp-files"));
    for (const [where, text] of Object.entries(texts)) {
      for (const [name, token] of Object.entries(fleet.outputs.tokens))
        assert.ok(!text.includes(token), `the token ${name} is in ${where}`);
    }
  });
});
