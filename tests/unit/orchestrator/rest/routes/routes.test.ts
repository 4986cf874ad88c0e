import assert from "node:assert/strict";
import { ServerStatus } from "../../../../../api/server-status";
import { fastForward } from "../../../../support/clock";
import { Api } from "../../../../support/orchestrator/rest/api";
import { server } from "../../../../support/orchestrator/rest/fleet";

interface List {
  items: Record<string, unknown>[];
  next?: string;
}

describe("orchestrator: REST routes", () => {
  let api: Api;

  beforeEach(async () => {
    api = await Api.start();
  });
  afterEach(() => api.stop());

  const names = (list: List) => list.items.map(({ name }) => name);
  const read = async <Body = List>(path: string) => (await api.call<Body>("GET", path, { as: "read" })).body;

  it("list servers by state and owner, page by page", async () => {
    api.fleet.add(server("broken", { status: ServerStatus.Unhealthy, reason: "exit code 1" }, { user: 11_003 }));
    assert.deepEqual(names(await read("/v1/servers?status=unhealthy")), ["broken"]);
    assert.deepEqual(names(await read("/v1/servers?managedBy=api")), ["extra"]);
    const first = await read("/v1/servers?limit=3");
    assert.deepEqual(names(first), ["broken", "echo", "extra"]);
    assert.deepEqual(names(await read(`/v1/servers?limit=3&cursor=${first.next}`)), ["files"]);
    const [broken] = first.items;
    assert.deepEqual([broken?.health, broken?.reason], ["unhealthy", "exit code 1"]);
  });

  it("tell every wrong parameter at once", async () => {
    const { status, body } = await api.call("GET", "/v1/servers?status=bad&limit=0&page=2", { as: "read" });
    assert.equal(status, 400);
    assert.equal(body.type, "urn:dind-mcp:invalid-input");
    const expected = "one of running, starting, unhealthy, restarting, stopped, removing";
    assert.deepEqual(body.problems, [
      { path: "status", got: '"bad"', expected },
      { path: "limit", got: '"0"', expected: "a whole number from 1 to 200" },
      {
        ...{ path: "page", got: "an unknown key", expected: "one of status, managedBy, limit, cursor" },
        fix: "correct the key's spelling, or remove it",
      },
    ]);
    const cursor = await api.call("GET", "/v1/servers?cursor=abc", { as: "read" });
    assert.deepEqual([cursor.status, (cursor.body.problems as { path: string }[])[0]?.path], [400, "cursor"]);
  });

  it("show a server whole, and nothing that is not the API's", async () => {
    api.fleet.openSession("s1");
    const body = await read<Record<string, unknown>>("/v1/servers/echo");
    assert.deepEqual(body.container, { id: "id-echo", name: "mcp-echo" });
    assert.deepEqual(body.tools, { approved: 1, changed: 1, new: 1, hidden: 1 });
    assert.equal((body.usage as { sessions: number }).sessions, 1);
    assert.deepEqual(body.manifest, { ...api.fleet.servers.get("echo")?.manifest });
    assert.ok(!JSON.stringify(body).includes("/secret/socket"));
  });

  it("show a server that does not list its tools, without them, instead of waiting for it", async () => {
    api.fleet.toolsHang = true;
    const body = await fastForward(() => read<Record<string, unknown>>("/v1/servers/echo"));
    assert.equal(body.tools, undefined);
    assert.equal(body.name, "echo");
  });

  it("tell what a server asked the egress proxy for, and what its manifest allows", async () => {
    api.fleet.add(server("echo", {}, { egress: ["a.example.com:443"] }));
    const body = await read<Record<string, unknown>>("/v1/servers/echo/egress");
    assert.deepEqual(body, {
      allowed: ["a.example.com:443"],
      since: "2026-11-24T10:00:00.000000001Z",
      items: [
        {
          ...{ host: "echo.example.com", port: 443, outcome: "refused", reason: "the manifest does not list it" },
          ...{ count: 2, lastHour: 0, last: "2026-11-24T10:00:01.000Z", add: "b.example.com:443" },
        },
      ],
    });
  });

  it("tell what a server was kept from, by its proxy, its log and its answers, and what would allow it", async () => {
    api.fleet.add(server("echo", {}, { egress: ["a.example.com:443"] }));
    const said = JSON.stringify({ text: "EROFS: read-only file system, open '/srv/x/a'" });
    api.fleet.heard.hear("echo", said, Date.parse("2026-11-24T10:00:02Z"));
    const body = await read<Record<string, unknown>>("/v1/servers/echo/refusals");
    assert.deepEqual(body, {
      items: [
        {
          ...{ kind: "write", what: "/srv/x/a", why: "in the read-only image", source: "answer", count: 1 },
          ...{ last: "2026-11-24T10:00:02.000Z", add: { storage: [{ name: "x", path: "/srv/x" }] } },
        },
        {
          ...{ kind: "host", what: "echo.example.com:443", why: "the manifest does not list it", source: "proxy" },
          ...{ count: 2, last: "2026-11-24T10:00:01.000Z", add: { egress: ["b.example.com:443"] } },
        },
      ],
      add: { storage: [{ name: "x", path: "/srv/x" }], egress: ["b.example.com:443"] },
    });
  });

  it("start, stop and restart, and answer with the new state", async () => {
    const act = (action: string) => api.call("POST", `/v1/servers/files/${action}`, { as: "admin" });
    assert.equal((await act("stop")).body.status, "stopped");
    assert.equal((await api.call("GET", "/v1/servers/files/stats", { as: "read" })).status, 409);
    assert.equal((await act("start")).body.status, "starting");
    await act("restart");
    assert.deepEqual(api.fleet.asked, ["stop files", "start files", "restart files"]);
  });

  it("tell what happened to a server until now, and who asked for it", async () => {
    api.serverHistory.see("echo", server("echo"));
    await api.call("POST", "/v1/servers/echo/restart", { as: "admin" });
    const { items } = await read("/v1/servers/echo/events");
    assert.deepEqual(
      items.map(({ type, action, by }) => [type, action, by]),
      [
        ["server.asked", "restart", "admin"],
        ["server.added", undefined, undefined],
      ],
    );
    assert.equal((await api.call("GET", "/v1/servers/echo/events", { as: "files" })).status, 404);
  });

  it("show what a stdio server printed where only messages belong, among the lines of its log, marked", async () => {
    const time = "2026-11-24T10:00:00.500Z";
    api.fleet.printed.push({ time, line: "Server started on stdio" });
    const lines = async (query = "") => {
      const { items } = await read<{ items: { stream: string; line: string }[] }>(`/v1/servers/echo/logs${query}`);
      return items.map(({ stream, line }) => `${stream} ${line}`);
    };
    const marked = "stdout (not MCP) Server started on stdio";
    assert.deepEqual(await lines(), ["stderr one", marked, "stderr two"]);
    assert.deepEqual(await lines("?tail=2"), [marked, "stderr two"]);
    assert.deepEqual(await lines("?tail=0"), []);
    assert.ok(!(await lines("?since=2026-11-24T10:00:01Z")).includes(marked));
    api.fleet.printed.pop();
  });

  it("take a content type without a body, which some clients always send", async () => {
    const headers = { "content-type": "application/json" };
    const to = (method: string, path: string) => api.call(method, path, { as: "all", headers });
    assert.equal((await to("POST", "/v1/servers/echo/restart")).status, 200);
    assert.equal((await to("DELETE", "/v1/servers/extra")).status, 204);
    assert.equal((await to("POST", "/v1/cleanup")).body.dryRun, true);
    const { status, body } = await to("POST", "/v1/servers");
    assert.equal(status, 400);
    assert.equal((body.problems as { got: string }[])[0]?.got, "nothing");
  });

  it("refuse a body that is null, also where a body may be left out", async () => {
    for (const path of ["/v1/cleanup", "/v1/servers/echo/tools/say/call"]) {
      const headers = { "content-type": "application/json" };
      const { status, body } = await api.call("POST", path, { as: "all", body: " null ", headers });
      assert.deepEqual([status, body.detail], [400, "got null, expected an object"], path);
    }
  });

  it("call a tool: the result as it came, the gateway's refusals as problems", async () => {
    const call = (tool: string, body: unknown, as: "mcp" | "files" = "mcp") =>
      api.call("POST", `/v1/servers/echo/tools/${tool}/call`, { as, body });
    const { body } = await call("say", { arguments: { n: 1 } });
    assert.deepEqual(body, { content: [{ type: "text", text: '{"n":1}' }], isError: false, _meta: { a: 1 } });
    assert.equal((await call("say", undefined)).status, 200);
    const wrong = await call("nothing", {});
    assert.deepEqual([wrong.status, wrong.body.detail], [404, "no such tool"]);
    api.fleet.servers.set("echo", server("echo", { status: ServerStatus.Stopped }));
    const stopped = await call("say", {});
    assert.deepEqual([stopped.status, stopped.body.detail], [503, "echo does not run"]);
    assert.equal((await call("say", { arguments: [] })).status, 400);
    assert.equal((await call("say", { args: {} })).status, 400);
  });

  it("call a tool with every digit of its numbers, there and back (B09)", async () => {
    const headers = { "content-type": "application/json" };
    const to = (tool: string, body: string) =>
      api.call("POST", `/v1/servers/echo/tools/${tool}/call`, { as: "mcp", body, headers });
    const digits = '{"id":9007199254740993,"all":[-123456789012345678901,1e400,0.1],"ok":1.5}';
    const json = await to("say", `\uFEFF{"arguments":${digits.replace("1.5", "1.50")}}`);
    assert.equal((json.body.content as { text: string }[])[0]?.text, digits);
    const back = await to("spy", `{"arguments":${digits}}`);
    assert.ok(back.text.includes(`"structuredContent":${digits}`), back.text);
  });

  it("refuse bodies that would take long to read, or change a prototype, and say what was too much", async () => {
    const to = (body: string) =>
      api.call("POST", "/v1/servers/echo/tools/say/call", {
        as: "mcp",
        body,
        headers: { "content-type": "application/json" },
      });
    const depth = 100_000;
    const deep = `{"arguments":{"a":${"[".repeat(depth)}9007199254740993${"]".repeat(depth)}}}`;
    const bodies: [string, RegExp][] = [
      [deep, /got JSON that is nested more than 200 levels deep/],
      [`{"arguments":{"a":[1e400${",1".repeat(50_000)}]}}`, /got JSON of more than 50000 values/],
      [`{"arguments":{"a":[1e400${",{}".repeat(1_000_000)}]}}`, /got JSON of more than 50000 values/],
    ];
    for (const [body, reason] of bodies) {
      const { status, body: problem } = await to(body);
      assert.equal(status, 400);
      assert.match(String(problem.detail), reason);
    }
    const text = "[{,".repeat(50_000); // within a string it is none of these
    assert.equal((await to(JSON.stringify({ arguments: { text } }))).status, 200);
    for (const key of [
      '"__proto__":{"id":9007199254740993}',
      '"a":[{"\\u005f_proto__":1}]',
      '"constructor":{"prototype":1}',
    ]) {
      const { status, body: problem } = await to(`{"arguments":{${key}}}`);
      assert.equal(status, 422); // no schema can say it, and a fuzzer of the description must not take it for a fault
      assert.match(String(problem.detail), /would change a prototype/);
    }
    for (const key of ['"a":"__proto__"', '"constructor":"of houses"', '"constructor":{"b":"\\u005f"}'])
      assert.equal((await to(`{"arguments":{${key}}}`)).status, 200);
    assert.match(
      String((await to('{"arguments":{"a":"secret",}}')).body.detail),
      /^the body is no JSON, [^"]*position \d+$/,
    );
    assert.match(String((await to('{"arguments":')).body.detail), /^the body is no JSON, .* at its end$/);
    const headers = { "content-type": "application/json" };
    const manifest = `{"name":"x","env":[1${",1".repeat(5_000)}]}`;
    const deployed = await api.call("POST", "/v1/servers", { as: "all", body: manifest, headers });
    assert.match(String(deployed.body.detail), /got JSON of more than 5000 values/);
    const keys = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, 1]));
    const { body } = await to(JSON.stringify(keys));
    assert.equal(body.detail, "1000 problems in the request");
    assert.equal((body.problems as unknown[]).length, 500);
  });

  it("tell of the engine without waiting for the count of its disk", async () => {
    const full = await read<Record<string, Record<string, unknown>>>("/v1/engine");
    assert.equal(full.disk?.time, "2026-11-24T10:00:00.000Z");
    api.fleet.diskHangs = true;
    const body = await fastForward(() => read<Record<string, unknown>>("/v1/engine"));
    assert.deepEqual([body.version, body.disk], ["27.0", undefined]);
  });

  it("tell what is around containers in the engine, and when its certificates end", async () => {
    const { isolation, certificates } = await read<Record<string, unknown>>("/v1/engine");
    assert.deepEqual(isolation, ["seccomp (builtin)", "cgroupns"]);
    // The client's certificate is not in its file, so there is nothing to tell.
    assert.deepEqual(certificates, { server: "2036-11-27T20:32:15.000Z" });
  });

  it("approve tools", async () => {
    const { body } = await api.call<List>("POST", "/v1/servers/echo/tools/approve", { as: "admin" });
    assert.deepEqual(new Set(body.items.map(({ approval }) => approval)), new Set(["approved"]));
  });

  it("list and end sessions", async () => {
    api.fleet.openSession("b", { openedAt: "2026-11-24T10:00:02.000Z", principal: "me", server: "files" });
    api.fleet.openSession("a", { openedAt: "2026-11-24T10:00:03.000Z" });
    const ids = async (query: string) => (await read(`/v1/sessions${query}`)).items.map(({ id }) => id);
    assert.deepEqual(await ids(""), ["b", "a"]);
    assert.deepEqual(await ids("?server=echo"), ["a"]);
    assert.deepEqual(await ids("?principal=me"), ["b"]);
    assert.equal((await api.call("DELETE", "/v1/sessions/a", { as: "admin" })).status, 204);
    assert.equal((await api.call("DELETE", "/v1/sessions/a", { as: "admin" })).status, 404);
    assert.deepEqual(await ids(""), ["b"]);
  });

  it("remove nothing in a cleanup unless told so", async () => {
    const clean = (body?: unknown) => api.call("POST", "/v1/cleanup", { as: "admin", body });
    for (const body of [undefined, {}, { dryRun: true }]) assert.equal((await clean(body)).body.dryRun, true);
    assert.equal((await clean({ dryRun: "false" })).status, 400);
    assert.equal(api.fleet.rubbish.length, 3);
    const kinds = async (body: unknown) => ((await clean(body)).body as unknown as List).items.map(({ kind }) => kind);
    assert.deepEqual(await kinds({ force: true }), ["container", "volume", "network"]);
    assert.deepEqual(await kinds({ data: true }), ["volume", "network", "storage"]);
    const { items } = (await clean({ dryRun: false })).body as unknown as List;
    assert.deepEqual(
      items.map(({ name, error }) => [name, error]),
      [
        ["mcp-gone", undefined],
        ["mcp-gone-sessions", "in use"],
      ],
    );
    assert.deepEqual(
      api.fleet.rubbish.map(({ name }) => name),
      ["stranger"],
    );
  });

  it("audit every change and every denial, with the request's id, and find them again", async () => {
    const id = { "x-request-id": "req-1" };
    await api.call("POST", "/v1/servers/echo/stop", { as: "admin", headers: id });
    await api.call("POST", "/v1/servers/files/stop", { as: "read" });
    await api.call("POST", "/v1/servers/files/tools/shout/call", { as: "mcp", body: { arguments: { key: "s3cr3t" } } });
    await read("/v1/servers");
    const { items } = await read("/v1/audit?kind=rest");
    const seen = items.map(({ method, principal, server: of, tool, result, code }) =>
      [method, principal, of, tool, result, code].join(" "),
    );
    assert.deepEqual(seen, [
      "POST /v1/servers/:name/tools/:tool/call mcp files shout tool-error 200",
      "POST /v1/servers/:name/stop read files  denied 403",
      "POST /v1/servers/:name/stop admin echo  ok 200",
    ]);
    assert.equal(items[2]?.request, "req-1");
    assert.ok(!JSON.stringify(items).includes("s3cr3t"));
    const page = await read("/v1/audit?limit=1&result=denied&server=files");
    assert.equal(page.items[0]?.principal, "read");
    assert.equal((await read(`/v1/audit?since=${new Date(Date.now() + 60_000).toISOString()}`)).items.length, 0);
    assert.equal((await api.call("GET", "/v1/audit?since=yesterday&cursor=x", { as: "read" })).status, 400);
  });

  it("audit tokens that are none, at the gateway's paths too, but not a flood of them", async () => {
    await api.stop();
    api = await Api.start({ limits: { failuresPerMinute: 3 } });
    await api.call("POST", "/servers/echo/mcp", { as: "read" });
    const bad = { authorization: "Bearer not-one-of-ours" };
    const statuses: number[] = [];
    for (const path of ["/mcp", "/v1/servers", "/v1/servers", "/mcp", "/v1/servers"]) {
      statuses.push((await api.call("POST", path, { headers: bad })).status);
    }
    assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
    const { items } = await read("/v1/audit?kind=auth");
    assert.deepEqual(
      items.map(({ method, principal, result, code }) => [method, principal, result, code]),
      [
        ["POST /v1/servers", undefined, "denied", 401],
        ["POST /v1/servers", undefined, "denied", 401],
        ["POST /mcp", undefined, "denied", 401],
        ["POST /servers/echo/mcp", "read", "denied", 403],
      ],
    );
    assert.doesNotMatch(JSON.stringify(items), /not-one/);
  });

  it("do not audit what a good token asks beyond its rate", async () => {
    await api.stop();
    api = await Api.start({ limits: { requestsPerMinute: 2 } });
    const statuses: number[] = [];
    for (const path of ["/v1/servers/echo/stop", "/v1/servers/echo/stop", "/v1/servers/echo/stop", "/mcp"]) {
      statuses.push((await api.call("POST", path, { as: "admin" })).status);
    }
    assert.deepEqual(statuses, [200, 200, 429, 429]);
    assert.deepEqual(
      (await read("/v1/audit")).items.map(({ code }) => code),
      [200, 200],
    );
  });

  it("are ready when the engine answers, and name no server", async () => {
    assert.deepEqual((await api.call("GET", "/readyz")).body, {
      ready: true,
      engine: { ready: true, state: "answers" },
      audit: { ready: true, state: "writes" },
    });
  });

  it("are not ready when the engine does not answer, and alive all the same", async () => {
    api.fleet.engineAnswers = false;
    const { status, body, text } = await api.call("GET", "/readyz");
    assert.equal(status, 503);
    assert.deepEqual(body.engine, { ready: false, state: "silent" });
    assert.doesNotMatch(text, /docker.sock|echo/);
    assert.equal((await api.call("GET", "/healthz")).status, 200);
    assert.equal((await api.call("HEAD", "/healthz")).status, 200);
  });

  it("keep the reason of a fault to the log", async () => {
    api.fleet.rubbish.splice(0, 3, { kind: "pod" } as never);
    const { status, body, text, headers } = await api.call("GET", "/v1/cleanup", { as: "read" });
    assert.equal(status, 500);
    assert.deepEqual(body, {
      ...{ type: "about:blank", title: "Internal Server Error", status: 500 },
      ...{ detail: "the orchestrator's log has the reason", instance: headers.get("x-request-id") },
    });
    assert.doesNotMatch(text, /at |pod/);
    assert.equal(api.faults[0]?.request, headers.get("x-request-id"));
  });

  it("have a page to browse them, which runs only its own scripts", async () => {
    const page = await api.call("GET", "/docs");
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.doesNotMatch(page.text, /<script>|<style|style=|onload=|https?:/);
    const files = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path as string);
    assert.equal(files.length, 3);
    for (const file of files) assert.ok((await api.call("GET", file)).text.length > 50, file);
    assert.equal((await api.call("GET", "/docs/")).status, 200);
    assert.equal((await api.call("GET", "/docs/..%2fpackage.json", { as: "read" })).status, 404);
  });

  it("have no OAuth metadata without an issuer", async () => {
    for (const document of ["oauth-protected-resource/mcp", "oauth-authorization-server", "openid-configuration"]) {
      for (const path of ["", "/mcp", "/servers/files/mcp"]) {
        const { status, body, headers } = await api.call("GET", `${path}/.well-known/${document}`);
        assert.equal(status, 404, document);
        assert.match(String(body.detail), /not given out by OAuth, send the header Authorization: Bearer TOKEN/);
        assert.equal(headers.get("www-authenticate"), null);
      }
    }
  });

  it("say to clients that would register what to do, though they have no token", async () => {
    for (const [method, path] of [
      ["POST", "/register"],
      ["POST", "/token"],
      ["GET", "/authorize"],
    ] as const) {
      const { status, body } = await api.call(method, path, method === "POST" ? { body: { client_name: "x" } } : {});
      assert.equal(status, 404, path);
      assert.match(String(body.detail), /no OAuth server here: .* send the header Authorization: Bearer TOKEN/);
    }
  });
});

describe("orchestrator: REST with an OAuth issuer", () => {
  it("says who gives out tokens for a resource", async () => {
    const api = await Api.start({ oauth: { issuer: "https://login.example.com" } });
    try {
      const { status, body } = await api.call("GET", "/.well-known/oauth-protected-resource/mcp");
      assert.equal(status, 200);
      assert.equal(body.resource, "http://127.0.0.1:18080/mcp");
      assert.deepEqual(body.authorization_servers, ["https://login.example.com"]);
    } finally {
      await api.stop();
    }
  });
});
