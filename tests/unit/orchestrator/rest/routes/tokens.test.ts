import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { eventually } from "../../../../support/eventually";
import { Api } from "../../../../support/orchestrator/rest/api";

interface Listed {
  name: string;
  source: string;
  principal: string;
  lastUsedAt?: string;
}

describe("orchestrator: REST, tokens", () => {
  let api: Api;
  beforeEach(async () => {
    api = await Api.start();
  });
  afterEach(() => api.stop());

  const make = (body: object, as: "all" | "files" | "admin" = "all") =>
    api.call<{ token: string; principal: string }>("POST", "/v1/tokens", { as, body });
  const list = async (as: "all" | "files" = "all"): Promise<Listed[]> =>
    (await api.call<{ items: Listed[] }>("GET", "/v1/tokens", { as })).body.items;
  const revoke = (name: string, as: "all" | "files" = "all") => api.call("DELETE", `/v1/tokens/${name}`, { as });
  const withToken = (token: string, path: string, method = "GET") =>
    api.call(method, path, { headers: { authorization: `Bearer ${token}` } });

  /** Opens a stream of events. @returns what waits for its end */
  const follow = async (token: string): Promise<{ closed: Promise<unknown> }> => {
    const stream = request(`${api.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } }).end();
    const [answer] = await once(stream, "response");
    answer.on("error", () => {}).resume(); // it is cut off
    return { closed: new Promise((resolve) => answer.once("close", resolve)) };
  };

  it("are made with rights of their own, shown once, and used like any other", async () => {
    const rights = { scopes: ["read"], servers: ["files"], tools: { deny: ["files__w*"] } };
    const expiresAt = "2099-01-01T00:00:00.000Z";
    const { status, body } = await make({ name: "laptop", label: "on the way", expiresAt, ...rights });
    assert.equal(status, 201);
    const { token, ...rest } = body;
    const own = await withToken(token, "/v1/token");
    assert.deepEqual(own.body, { name: "api:laptop", ...rights });
    assert.equal((await withToken(token, "/v1/servers/echo")).status, 404);
    assert.equal((await withToken(token, "/v1/servers/files/start", "POST")).status, 403);
    const listed = (await list()).find(({ name }) => name === "laptop");
    assert.ok(listed?.lastUsedAt);
    assert.deepEqual({ ...listed, lastUsedAt: undefined }, { ...rest, lastUsedAt: undefined });
    assert.ok(!JSON.stringify(await list()).includes(token));
  });

  it("are listed with those of the stack, and with their last use", async () => {
    await api.call("GET", "/v1/version", { as: "read" });
    const all = await list();
    assert.ok(all.every(({ source }) => source === "stack"));
    assert.deepEqual(
      all.filter(({ lastUsedAt }) => lastUsedAt).map(({ name }) => name),
      ["all", "read"],
    );
  });

  it("go beyond their maker in nothing", async () => {
    const { status, body } = await make({ name: "more", scopes: ["read", "mcp", "admin"] }, "admin");
    assert.equal(status, 422);
    assert.deepEqual((body as unknown as { problems: unknown }).problems, [
      { path: "scopes", got: "read, mcp", expected: "no more than the token that makes it may do" },
    ]);
    assert.equal((await make({ name: "wide", scopes: ["read"], servers: ["echo"] }, "files")).status, 422);
    const { token } = (await make({ name: "same", scopes: ["read"] }, "files")).body;
    assert.deepEqual((await withToken(token, "/v1/token")).body.servers, ["files"]);
  });

  it("are told all that is wrong with them at once", async () => {
    const wrong = { name: "Über", scopes: ["root"], label: "a\nb", expiresAt: "yesterday", more: 1 };
    const { status, body } = await make(wrong);
    const { problems } = body as unknown as { problems: { path: string }[] };
    assert.deepEqual(
      [status, problems.map(({ path }) => path).toSorted()],
      [400, ["expiresAt", "label", "more", "name", "scopes.0"]],
    );
  });

  it("end in a time to come", async () => {
    const { status, body } = await make({ name: "late", scopes: ["read"], expiresAt: "2020-01-01T00:00:00Z" });
    const { problems } = body as unknown as { problems: { path: string }[] };
    assert.deepEqual([status, problems.map(({ path }) => path)], [422, ["expiresAt"]]);
  });

  it("have a name of their own", async () => {
    await make({ name: "twice", scopes: ["read"] });
    const { status, body } = await make({ name: "twice", scopes: ["mcp"] });
    assert.equal(status, 409);
    assert.match(String((body as unknown as { detail: string }).detail), /there is a token twice already/);
  });

  it("of one server are all that a token for that server sees and revokes", async () => {
    await make({ name: "other", scopes: ["read"], servers: ["echo"] });
    await make({ name: "mine", scopes: ["read"], servers: ["files"] });
    const names = (await list("files")).map(({ name }) => name);
    assert.deepEqual(names, ["mine", "files"]);
    assert.equal((await revoke("other", "files")).status, 404);
    assert.equal((await revoke("mine", "files")).status, 204);
  });

  it("are revoked at once, with their sessions and their streams", async () => {
    const { token } = (await make({ name: "laptop", scopes: ["read"] })).body;
    api.fleet.openSession("its", { principal: "api:laptop" });
    api.fleet.openSession("anothers");
    const end = await follow(token);
    assert.equal((await revoke("laptop")).status, 204);
    await end.closed;
    assert.deepEqual([...api.fleet.sessions.keys()], ["anothers"]);
    assert.equal((await withToken(token, "/v1/token")).status, 401);
    assert.deepEqual([(await revoke("laptop")).status, (await revoke("nobody")).status], [404, 404]);
    assert.deepEqual(
      api.events.since(0).map(({ type, data }) => [type, data.token]),
      [["token.made", "api:laptop"]],
    );
  });

  it("end when their time is over, with their streams", async () => {
    const expiresAt = new Date(Date.now() + 2_000).toISOString();
    const { token } = (await make({ name: "brief", scopes: ["read"], expiresAt })).body;
    await (await follow(token)).closed;
    assert.equal((await withToken(token, "/v1/token")).status, 401);
  });

  it("of the stack are the stack's, and none revokes itself", async () => {
    const answer = await revoke("read");
    assert.deepEqual([answer.status, /take it out of the config/.test(answer.text)], [409, true]);
    const { token } = (await make({ name: "self", scopes: ["admin"] })).body;
    assert.equal((await withToken(token, "/v1/tokens/self", "DELETE")).status, 409);
  });

  it("are told of in events to who may list all of them, and to nobody else", async () => {
    const told = async (as: "all" | "files" | "read"): Promise<string> => {
      const answer = await fetch(`${api.url}/v1/events`, {
        headers: { authorization: `Bearer ${api.token(as)}`, "last-event-id": "0" },
      });
      const reader = answer.body?.getReader();
      const first = await reader?.read();
      await reader?.cancel();
      return Buffer.from(first?.value ?? "").toString();
    };
    await make({ name: "laptop", scopes: ["read"] });
    api.events.emit("server.started", "files");
    assert.match(await told("all"), /api:laptop/);
    for (const other of ["files", "read"] as const) assert.doesNotMatch(await told(other), /api:laptop/);
  });

  it("are in the audit log: who made and who revoked which", async () => {
    await make({ name: "laptop", scopes: ["read"] });
    await revoke("laptop");
    await eventually(async () => {
      const { body } = await api.call<{ items: object[] }>("GET", "/v1/audit?kind=rest", { as: "read" });
      assert.deepEqual(
        body.items.map((entry) => {
          const { principal, method, token } = entry as Record<string, string>;
          return [principal, method, token];
        }),
        [
          ["all", "DELETE /v1/tokens/:token", "api:laptop"],
          ["all", "POST /v1/tokens", "api:laptop"],
        ],
      );
    });
  });
});
