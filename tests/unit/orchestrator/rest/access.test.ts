import assert from "node:assert/strict";
import { Contract, type Operation } from "../../../support/clients/contract";
import { CONTRACT_CALLS } from "../../../support/clients/contract-calls";
import { document } from "../../../support/manifest/documents";
import { finished } from "../../../support/orchestrator/gateway/finished-call";
import { Api, type TokenName } from "../../../support/orchestrator/rest/api";

/** How each operation is called so that it works: what its path and body need. */
const CALLS: Record<string, { path?: Record<string, string>; query?: string; body?: unknown; status?: number }> = {
  listServers: {},
  deployServer: { body: { manifest: document({ name: "fresh", user: undefined }) }, status: 201 },
  searchRegistry: { query: "?search=a", status: 409 },
  searchPackages: { query: "?search=a" },
  listCatalog: {},
  draftServer: {
    body: {
      document: {
        ...{ name: "io.example/one", description: "One", version: "1.0.0" },
        packages: [{ registryType: "npm", identifier: "one", version: "1.0.0", transport: { type: "stdio" } }],
      },
    },
  },
  getServer: { path: { name: "echo" } },
  removeServer: { path: { name: "extra" }, status: 204 },
  getServerStats: { path: { name: "echo" } },
  startServer: { path: { name: "files" } },
  stopServer: { path: { name: "files" } },
  restartServer: { path: { name: "files" } },
  getServerLogs: { path: { name: "echo" } },
  exportServerLogs: { path: { name: "echo" } },
  getServerEgress: { path: { name: "echo" } },
  getServerRefusals: { path: { name: "echo" } },
  listServerEvents: { path: { name: "echo" } },
  startLearning: { path: { name: "echo" }, body: { minutes: 5 }, status: 201 },
  getLearned: { path: { name: "echo" } },
  getServerSbom: { path: { name: "echo" } },
  rehearseServer: { path: { name: "echo" } },
  endLearning: { path: { name: "echo" }, status: 204 },
  beginSignIn: { path: { name: "echo" }, status: 409 },
  getSignIn: { path: { name: "echo", id: "a1" }, status: 404 },
  signOut: { path: { name: "echo" }, status: 409 },
  beginOwnSignIn: { path: { name: "echo" }, status: 409 },
  getOwnSignIn: { path: { name: "echo", id: "a1" }, status: 404 },
  signOutOwn: { path: { name: "echo" }, status: 409 },
  finishSignIn: { query: "?state=a", status: 404 },
  listTools: { path: { name: "echo" } },
  approveTools: { path: { name: "echo" } },
  callTool: { path: { name: "echo", tool: "say" }, body: { arguments: { text: "hi" } } },
  listSessions: {},
  endSession: { path: { id: "s1" }, status: 204 },
  getEngine: {},
  getDiscovery: {},
  getTopology: {},
  planCleanup: {},
  cleanUp: { body: { dryRun: false } },
  streamEvents: {},
  queryAudit: {},
  getCall: { path: { request: "r1" } },
  exportAudit: {},
  listClientConfigs: {},
  getClientConfig: { path: { client: "vscode" }, query: "?servers=all" },
  listRegistryServers: {},
  listRegistryVersions: { path: { serverName: "io.github.dind-mcp%2Fecho" } },
  getRegistryVersion: { path: { serverName: "io.github.dind-mcp%2Fecho", version: "latest" } },
  health: {},
  readiness: {},
  getVersion: {},
  getHistory: {},
  getArrival: {},
  getToken: {},
  listTokens: {},
  makeToken: { body: { name: "fresh", scopes: ["admin"] }, status: 201 },
  revokeToken: { path: { token: "fresh" }, status: 204 },
  makeSignInLink: { status: 201 },
};

describe("orchestrator: REST, every operation of the OpenAPI description", () => {
  let api: Api;
  let contract: Contract;

  before(async () => {
    api = await Api.start();
    api.fleet.openSession("s1");
    api.fleet.traces.add(finished("r1"));
    const { body } = await api.call("GET", "/openapi.json");
    contract = new Contract(body as never);
  });
  after(() => api.stop());

  function call({ id, method, path }: Operation, as?: TokenName) {
    const made = CALLS[id];
    assert.ok(made, `no call is written for ${id}`);
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => made.path?.[name] ?? assert.fail(`${id}: ${name}`));
    return api.call(method, `${filled}${made.query ?? ""}`, { as, body: made.body });
  }

  it("is in the table of calls here and in that of the running fleet, and the tables have no other", () => {
    const ids = contract.operations.map(({ id }) => id).toSorted();
    for (const table of [CALLS, CONTRACT_CALLS]) assert.deepEqual(Object.keys(table).toSorted(), ids);
  });

  it("wants read to look, admin to change, mcp to use a tool, and nothing for probes", () => {
    for (const { id, method, scope } of contract.operations) {
      const own: Record<string, string | undefined> = {
        ...{ callTool: "mcp", health: undefined, readiness: undefined, finishSignIn: undefined, getSignIn: "admin" },
        ...{ beginOwnSignIn: "mcp", getOwnSignIn: "mcp", signOutOwn: "mcp" },
        ...{ getArrival: "any", getToken: "any", makeSignInLink: "any", listTokens: "admin" },
      };
      assert.equal(scope, id in own ? own[id] : method === "GET" ? "read" : "admin", id);
    }
  });

  it("is 401 without a token, and says which scope it wants", async () => {
    for (const operation of contract.operations) {
      if (operation.scope === undefined) continue;
      const answer = await call(operation);
      assert.equal(answer.status, 401, operation.id);
      assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer /, operation.id);
      contract.check(operation, answer);
    }
  });

  it("is 403 with every other scope, and names the missing one", async () => {
    for (const operation of contract.operations) {
      for (const other of ["mcp", "read", "admin"] as const) {
        if ([undefined, "any", other].includes(operation.scope)) continue;
        const answer = await call(operation, other);
        assert.equal(answer.status, 403, `${operation.id} with ${other}`);
        const challenge = answer.headers.get("www-authenticate") ?? "";
        assert.match(challenge, /error="insufficient_scope"/);
        assert.match(challenge, new RegExp(`scope="${operation.scope}"`));
        contract.check(operation, answer);
      }
    }
    assert.deepEqual(api.fleet.asked, [], "something was done all the same");
  });

  it("works with its scope, and answers what the description says", async () => {
    // What removes comes last.
    const order = ({ method }: Operation) => (method === "DELETE" ? 1 : 0);
    for (const operation of contract.operations.toSorted((a, b) => order(a) - order(b))) {
      const as = operation.scope === "any" ? "mcp" : operation.scope;
      const answer = await call(operation, as as TokenName | undefined);
      assert.equal(answer.status, CALLS[operation.id]?.status ?? 200, `${operation.id}: ${answer.text}`);
      assert.match(answer.headers.get("x-request-id") ?? "", /^[\w-]{36}$/, operation.id);
      assert.equal(answer.headers.get("cache-control"), "no-store", operation.id);
      contract.check(operation, answer);
    }
    assert.deepEqual(api.faults, []);
  });
});

describe("orchestrator: REST, paths outside the description", () => {
  let api: Api;

  before(async () => {
    api = await Api.start();
  });
  after(() => api.stop());

  it("an unknown path is 404 with a token, 401 without: who has none learns nothing", async () => {
    assert.equal((await api.call("GET", "/v1/nothing")).status, 401);
    const { status, body } = await api.call("GET", "/v1/nothing?token_is=x", { as: "read" });
    assert.equal(status, 404);
    assert.equal(body.detail, "there is nothing at GET /v1/nothing; see /openapi.json");
  });

  it("another method is 405 and Allow has the right ones", async () => {
    const { status, headers, body } = await api.call("PATCH", "/v1/servers", { as: "read" });
    assert.equal(status, 405);
    assert.equal(headers.get("allow"), "GET, HEAD, POST");
    assert.equal(body.title, "Method Not Allowed");
    assert.equal((await api.call("PATCH", "/v1/servers")).status, 401);
  });

  it("a token for some servers sees only these", async () => {
    api.fleet.openSession("of-echo");
    api.fleet.openSession("of-files", { server: "files" });
    const ask = async (method: string, path: string) => (await api.call(method, path, { as: "files" })).body;
    const list = (await ask("GET", "/v1/servers")) as { items: { name: string }[] };
    assert.deepEqual(
      list.items.map(({ name }) => name),
      ["files"],
    );
    for (const path of ["", "/stats", "/logs", "/egress", "/tools"]) {
      const hidden = await api.call("GET", `/v1/servers/echo${path}`, { as: "files" });
      const absent = await api.call("GET", `/v1/servers/nosuch${path}`, { as: "files" });
      assert.equal(hidden.status, 404);
      assert.equal(hidden.body.detail, String(absent.body.detail).replace("nosuch", "echo"));
    }
    for (const action of ["start", "stop", "restart", "tools/approve", "tools/say/call"]) {
      assert.equal((await api.call("POST", `/v1/servers/echo/${action}`, { as: "files" })).status, 404, action);
    }
    assert.equal((await api.call("DELETE", "/v1/servers/extra", { as: "files" })).status, 404);
    const sessions = (await ask("GET", "/v1/sessions")) as { items: { id: string }[] };
    assert.deepEqual(
      sessions.items.map(({ id }) => id),
      ["of-files"],
    );
    assert.equal((await api.call("DELETE", "/v1/sessions/of-echo", { as: "files" })).status, 404);
    const clean = async (method: string, body?: unknown) => {
      const answer = await api.call(method, "/v1/cleanup", { as: "files", body });
      return (answer.body as unknown as { items: { name: string }[] }).items.map(({ name }) => name);
    };
    assert.deepEqual(await clean("GET"), []);
    assert.deepEqual(await clean("POST", { force: true }), ["stranger"]);
    assert.deepEqual(await clean("POST", { dryRun: false }), []);
    assert.equal(api.fleet.rubbish.length, 3, "another server's remains stay");
    const registry = (await ask("GET", "/v0.1/servers")) as { servers: { server: { name: string } }[] };
    assert.deepEqual(
      registry.servers.map(({ server }) => server.name),
      ["io.github.dind-mcp/files"],
    );
    const configs = JSON.stringify(await ask("GET", "/v1/client-configs"));
    assert.ok(configs.includes("files") && !configs.includes("echo"));
    const audit = (await ask("GET", "/v1/audit")) as { items: { server?: string }[] };
    assert.ok(audit.items.every(({ server }) => server === "files"));
    const deploy = { manifest: document({ name: "other", user: 11_600 }) };
    assert.equal((await api.call("POST", "/v1/servers", { as: "files", body: deploy })).status, 403);
    assert.deepEqual(api.fleet.asked, []);
  });
});
