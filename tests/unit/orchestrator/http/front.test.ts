import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Front, type FrontParts } from "../../../../orchestrator/http/front";
import type { Principal } from "../../../../orchestrator/security/principal";
import { Api } from "../../../support/orchestrator/rest/api";
import { config } from "../../../support/orchestrator/security/requests";

/** Sends text as it is, and gives everything that comes back until the connection closes. */
function raw(port: number, text: string, timeout = 8_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    const timer = setTimeout(() => socket.destroy(new Error("the connection was not closed")), timeout);
    let got = "";
    socket.on("data", (chunk) => {
      got += chunk;
    });
    socket.on("error", reject).on("close", () => {
      clearTimeout(timer);
      resolve(got);
    });
  });
}

const head = (...lines: string[]) => `${lines.join("\r\n")}\r\n\r\n`;

describe("orchestrator: front of port 18080", () => {
  let api: Api;

  before(async () => {
    api = await Api.start({ limits: { requestSeconds: 1, bodyBytes: 2_000, headerBytes: 4_096 } });
  });
  after(() => api.stop());

  it("hands the gateway's paths over with principal and request id, to tokens with the scope mcp only", async () => {
    const path = "/servers/echo/mcp?x=1";
    const good = await api.call("POST", path, { as: "mcp", headers: { "x-request-id": "mine-1" } });
    assert.equal(good.status, 200);
    assert.deepEqual(JSON.parse(good.text), { principal: "mcp", arrival: { id: "mine-1", client: "127.0.0.1" } });
    assert.equal(good.headers.get("x-request-id"), "mine-1");
    const wrong = await api.call("POST", path, { as: "read" });
    assert.equal(wrong.status, 403);
    assert.match(wrong.headers.get("www-authenticate") ?? "", /scope="mcp", error="insufficient_scope"/);
    const none = await api.call("POST", path);
    assert.equal(none.status, 401);
    assert.equal(none.headers.get("content-type"), "application/problem+json");
    assert.equal(none.body.instance, none.headers.get("x-request-id"));
  });

  it("takes only sane request ids of clients, and puts the id into problems", async () => {
    for (const id of ["a b", "x".repeat(65), "<script>"]) {
      const { body, headers } = await api.call("GET", "/v1/none", { as: "read", headers: { "x-request-id": id } });
      assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
      assert.equal(body.instance, headers.get("x-request-id"));
    }
    const { body } = await api.call("GET", "/v1/none", { as: "read", headers: { "x-request-id": "trace_7.a" } });
    assert.equal(body.instance, "trace_7.a");
  });

  it("refuses forged Hosts and Origins before anything else, for the gateway, the API and the probes", async () => {
    for (const path of ["/mcp", "/v1/servers", "/healthz", "/docs"]) {
      const token = `Authorization: Bearer ${api.token("all")}`;
      const rest = [token, "Connection: close"];
      const host = await raw(api.port, head(`GET ${path} HTTP/1.1`, "Host: evil.example.com", ...rest));
      assert.match(host, /^HTTP\/1.1 403 Forbidden/, path);
      const origin = ["Host: localhost", "Origin: https://evil.example.com"];
      const forged = await raw(api.port, head(`GET ${path} HTTP/1.1`, ...origin, ...rest));
      assert.match(forged, /^HTTP\/1.1 403 Forbidden/, path);
      assert.doesNotMatch(forged, /access-control-allow/i);
    }
  });

  it("answers preflights of allowed origins, and lets their pages read answers", async () => {
    const origin = "https://app.example.com";
    const asked = {
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, mcp-session-id, mcp-param-city",
    };
    const preflight = await api.call("OPTIONS", "/mcp", { headers: { origin, ...asked } });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), origin);
    assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /POST.*DELETE/);
    assert.equal(preflight.headers.get("access-control-allow-headers"), asked["access-control-request-headers"]);
    assert.equal(preflight.headers.get("access-control-allow-credentials"), null);
    for (const path of ["/v1/servers", "/mcp"]) {
      const { headers } = await api.call("GET", path, { as: "all", headers: { origin } });
      assert.equal(headers.get("access-control-allow-origin"), origin);
      assert.match(headers.get("access-control-expose-headers") ?? "", /Mcp-Session-Id/);
      assert.equal(headers.get("vary"), "Origin");
    }
    assert.equal((await api.call("GET", "/healthz")).headers.get("access-control-allow-origin"), null);
  });

  it("cuts off clients that are slow with their headers or body: 408; a stream may live longer than that", async () => {
    const headers = { authorization: `Bearer ${api.token("read")}` };
    const stream = await fetch(`${api.url}/v1/events`, { headers });
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    const lines = ["POST /v1/cleanup HTTP/1.1", "Host: localhost", `Authorization: Bearer ${api.token("admin")}`];
    const [noHead, noBody] = await Promise.all([
      raw(api.port, "GET /v1/servers HTTP/1.1\r\nHost: localhost\r\n"),
      raw(api.port, `${head(...lines, "Content-Type: application/json", "Content-Length: 20")}{`),
      sleep(2_500), // a second, and another one between two looks of Node's
    ]);
    assert.match(noHead, /^HTTP\/1.1 408 Request Timeout/);
    assert.match(noHead, /"title":"Request Timeout"/);
    assert.match(noBody, /^HTTP\/1.1 408 Request Timeout/);
    assert.equal(api.fleet.rubbish.length, 3);
    api.events.emit("server.started", "echo");
    const { value } = await reader.read();
    assert.match(Buffer.from(value as Uint8Array).toString(), /event: server.started/);
    await reader.cancel();
  });

  it("refuses headers and bodies over the limits: 431 and 413, with or without a length", async () => {
    const lines = ["GET /healthz HTTP/1.1", "Host: localhost", `X-Large: ${"x".repeat(5_000)}`];
    assert.match(await raw(api.port, head(...lines)), /^HTTP\/1.1 431 Request Header Fields Too Large/);
    const body = JSON.stringify({ dryRun: true, more: "x".repeat(2_500) });
    const json = { "content-type": "application/json" };
    for (const path of ["/v1/cleanup", "/mcp"]) {
      const answer = await api.call("POST", path, { as: "all", body, headers: json });
      assert.equal(answer.status, 413, path);
      assert.equal(answer.body.detail, `got a body of ${body.length} bytes, expected at most 2000`);
    }
    const chunked = ["POST /v1/cleanup HTTP/1.1", "Host: localhost", `Authorization: Bearer ${api.token("admin")}`];
    const more = ["Content-Type: application/json", "Transfer-Encoding: chunked", "Connection: close"];
    const sent = `${head(...chunked, ...more)}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    assert.match(await raw(api.port, sent), /^HTTP\/1.1 413 /);
  });

  it("answers what is no HTTP with a problem, and lives on", async () => {
    assert.match(await raw(api.port, "hello there\r\n\r\n"), /^HTTP\/1.1 400 Bad Request/);
    const smuggled = head("POST /mcp HTTP/1.1", "Host: localhost", "Content-Length: 3", "Transfer-Encoding: chunked");
    assert.match(await raw(api.port, smuggled), /^HTTP\/1.1 400 Bad Request/);
    assert.equal((await api.call("GET", "/healthz")).status, 200);
  });
});

describe("orchestrator: front, with clients that are slow or half gone", () => {
  const sockets: Socket[] = [];
  let api: Api;
  let open = 0;

  before(async () => {
    api = await Api.start({ limits: { sessions: 1 } });
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await api.stop();
  });

  /** Connects without being patient: what is sent is never a whole request. */
  async function flood(sent: string): Promise<void> {
    const most = 514; // two for each session and 512
    for (let at = 0; at < most; at++) {
      const socket = connect(api.port, "127.0.0.1", () => socket.write(sent));
      sockets.push(socket.on("error", () => {}).on("close", () => open--));
      open++;
      await new Promise((resolve) => socket.once("connect", resolve));
    }
  }

  it("ends a stream whose client is gone with a body that nobody reads", async () => {
    const closed = new Promise<void>((resolve) => {
      api.fleet.handle = (_request, response) => {
        response.writeHead(200).flushHeaders();
        response.on("close", resolve);
      };
    });
    const lines = ["GET /mcp HTTP/1.1", "Host: localhost", `Authorization: Bearer ${api.token("mcp")}`];
    const socket = connect(api.port, "127.0.0.1", () => {
      socket.end(`${head(...lines, "Content-Length: 1000000")}${"x".repeat(1_000_000)}`); // half-closed
    });
    socket.on("error", () => {}).resume();
    await closed;
  });

  it("serves others though all its connections are taken, and lets no request go that has arrived", async () => {
    const headers = { authorization: `Bearer ${api.token("read")}` };
    const stream = await fetch(`${api.url}/v1/events`, { headers });
    const lines = ["POST /v1/cleanup HTTP/1.1", "Host: localhost", `Authorization: Bearer ${api.token("admin")}`];
    for (const sent of [
      "",
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow:",
      `${head(...lines, "Content-Type: application/json", "Content-Length: 20")}{`,
    ]) {
      await flood(sent);
      assert.equal((await api.call("GET", "/healthz", { headers: { connection: "close" } })).status, 200, sent);
    }
    assert.ok(open <= 514, `${open} connections`);
    api.events.emit("server.started", "echo");
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    assert.match(Buffer.from((await reader.read()).value as Uint8Array).toString(), /server.started/);
    await reader.cancel();
  });
});

describe("orchestrator: front, when the gateway fails", () => {
  it("answers 500 without the reason, and lives on", async () => {
    const api = await Api.start();
    try {
      api.fleet.handle = () => {
        throw new Error("secret reason");
      };
      const { status, text, body } = await api.call("POST", "/mcp", { as: "mcp" });
      assert.deepEqual([status, body.title], [500, "Internal Server Error"]);
      assert.doesNotMatch(text, /secret reason/);
      assert.match(String(api.faults[0]?.error), /secret reason/);
      assert.equal((await api.call("GET", "/healthz")).status, 200);
    } finally {
      await api.stop();
    }
  });
});

describe("orchestrator: front, when the guard has to wait", () => {
  const all = config();
  const open = { client: () => "127.0.0.1", admit: () => undefined, permit: () => undefined };
  const ask = async (parts: Partial<FrontParts>) => {
    const guard = { ...open, authenticate: async () => principal };
    const gateway = { handle: () => {} };
    const log = { error: () => {} };
    const front = new Front({
      guard,
      gateway,
      audit: { record: () => {} },
      log,
      limits: all.limits,
      publicUrl: "http://127.0.0.1",
      ...parts,
    });
    const port = await front.listen(0, "127.0.0.1");
    try {
      const { status } = await fetch(`http://127.0.0.1:${port}/mcp`, { method: "POST" });
      return status;
    } finally {
      await front.close();
    }
  };
  const principal: Principal = { name: "oauth:one", scopes: new Set(["mcp"]) };

  it("answers 500 when the gateway fails after it", async () => {
    const handle = (): void => {
      throw new Error("secret reason");
    };
    assert.equal(await ask({ gateway: { handle } }), 500);
  });
  it("lives on when the gateway writes after the end", async () => {
    const heard: unknown[] = [];
    const handle: FrontParts["gateway"]["handle"] = (_request, response) => {
      response.end();
      response.write("more");
    };
    const log = { error: (context: { error?: unknown }) => void heard.push(context.error) };
    assert.equal(await ask({ gateway: { handle }, log: log as FrontParts["log"] }), 200);
    assert.match(String(heard[0]), /write after end/);
  });
  it("answers 503 when the guard itself fails", async () => {
    const authenticate = (): Promise<Principal> => Promise.reject(new Error("secret reason"));
    assert.equal(await ask({ guard: { ...open, authenticate } }), 503);
  });
});

describe("orchestrator: front, when it closes", () => {
  it("ends open streams and is done", async () => {
    const api = await Api.start();
    const answer = await fetch(`${api.url}/v1/events`, { headers: { authorization: `Bearer ${api.token("read")}` } });
    await Promise.all([api.stop(), answer.text()]);
  });
});
