import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ServerInfo } from "../../../../orchestrator/servers/server-info";
import { eventually } from "../../../support/eventually";
import { SignedSite } from "../../../support/orchestrator/gateway/signed-site";
import { Api } from "../../../support/orchestrator/rest/api";

const ROOT = join(__dirname, "../../../..");
const LOGIN = "/v1/servers/far/login";

describe("REST: signing in to a remote server", function () {
  this.timeout(60_000);
  let api: Api;
  let site: SignedSite;

  before(async () => {
    site = await SignedSite.open();
    site.declare();
    api = await Api.start({}, { signIns: site.signIns });
    api.fleet.add({ ...site.info, runtime: { kind: "remote", restarts: 0, oomKills: 0 } } as ServerInfo);
  });
  after(async () => {
    await api.stop();
    await site.close();
  });

  const authorization = async () => (await api.call("GET", "/v1/servers/far", { as: "read" })).body.authorization;

  it("is for tokens with the scope admin, and for servers that have it", async () => {
    for (const method of ["POST", "DELETE"]) assert.equal((await api.call(method, LOGIN, { as: "read" })).status, 403);
    assert.equal((await api.call("POST", LOGIN, { as: "files" })).status, 404, "a token for another server");
    const none = await api.call("POST", "/v1/servers/echo/login", { as: "admin" });
    assert.equal(none.status, 409);
    assert.match(String(none.body.detail), /its manifest has no oauth/);
  });

  it("begins, is waited for, and ends by the browser's answer, which needs no token and is good once", async () => {
    assert.equal(((await authorization()) as { state: string }).state, "needed");
    const begun = await api.call("POST", LOGIN, { as: "admin" });
    assert.equal(begun.status, 201, begun.text);
    const { id, url } = begun.body as { id: string; url: string };
    const asked = () => api.call("GET", `${LOGIN}/${id}`, { as: "admin" });
    assert.equal((await asked()).body.outcome, "waiting");
    assert.equal((await api.call("GET", `${LOGIN}/${id}`, { as: "all" })).status, 404, "of another token");
    const brought = site.issuer.browse(url);
    const callback = `/v1/oauth/callback?${brought}`;
    const told = await api.call("GET", callback);
    assert.equal(told.status, 200, told.text);
    assert.match(told.text, /^Signed in to far\./);
    assert.match(told.headers.get("content-type") ?? "", /^text\/plain/);
    assert.equal((await api.call("GET", callback)).status, 404);
    assert.equal((await asked()).body.outcome, "signed-in");
    const shown = JSON.stringify([await authorization(), (await asked()).text, begun.text, told.text, api.faults]);
    assert.match(shown, /"state":"signed-in","by":"admin"|"by":"admin"/);
    for (const secret of [...site.issuer.access, ...site.issuer.refresh.keys(), brought.get("code") ?? ""])
      assert.ok(!shown.includes(secret), "a secret is shown");
  });

  it("says in the browser why nobody signed in", async () => {
    const { body } = await api.call<{ url: string; id: string }>("POST", LOGIN, { as: "admin" });
    const state = new URL(body.url).searchParams.get("state") ?? "";
    const told = await api.call(
      "GET",
      `/v1/oauth/callback?error=access_denied&state=${state}&iss=${site.issuer.issuer}`,
    );
    assert.match(told.text, /^NOT signed in to far: .*access_denied/);
    const { body: how } = await api.call("GET", `${LOGIN}/${body.id}`, { as: "admin" });
    assert.deepEqual([how.outcome, /access_denied/.test(String(how.reason))], ["failed", true]);
    for (const query of ["", "?state=", "?state=x&code=y", "?code=y"])
      assert.equal((await api.call("GET", `/v1/oauth/callback${query}`)).status, 404, query);
  });

  it("at the command line prints where, waits, and says that somebody did", async () => {
    const env = { ...process.env, DIND_MCP_URL: api.url, DIND_MCP_TOKEN: api.token("admin") };
    const args = ["-r", "ts-node/register/transpile-only", "cli/main.ts", "servers", "login", "far"];
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    const ended = once(child, "close");
    let said = "";
    child.stdout.on("data", (data) => (said += data));
    child.stderr.on("data", (data) => (said += data));
    await eventually(async () => assert.match(said, /https:/), 30_000);
    const [url = ""] = /https:\S+/.exec(said) ?? [];
    assert.equal((await api.call("GET", `/v1/oauth/callback?${site.issuer.browse(url)}`)).status, 200);
    assert.deepEqual((await ended)[0], 0, said);
    assert.match(said, /Open this in a browser.*signed in to far\n$/s);
  });

  it("ends by signing out", async () => {
    assert.equal((await api.call("DELETE", LOGIN, { as: "admin" })).status, 204);
    assert.equal(((await authorization()) as { state: string }).state, "needed");
  });
});
