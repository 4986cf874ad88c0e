import assert from "node:assert/strict";
import { eventually } from "../../../support/eventually";
import { assertFailed, DONE } from "../../../support/orchestrator/gateway/http-site";
import { ISSUER } from "../../../support/orchestrator/gateway/issuer";
import { FAR } from "../../../support/orchestrator/gateway/remote-site";
import { ADMIN, SignedSite } from "../../../support/orchestrator/gateway/signed-site";

const CALLBACK = "http://127.0.0.1:18080/v1/oauth/callback";

describe("gateway: signing in to a remote server", function () {
  this.timeout(60_000);
  let site: SignedSite;

  beforeEach(async () => {
    site = await SignedSite.open();
    site.declare();
  });
  afterEach(() => site.close());

  const renewals = (): number =>
    site.issuer.requests.filter(({ form }) => form.get("grant_type") === "refresh_token").length;
  const state = () => site.signIns.of(site.info)?.state;
  /** What beginning fails with. */
  const refusal = async (): Promise<string> => {
    const failed = await site.signIns.begin(site.info, ADMIN).then(
      () => undefined,
      (error: Error) => error,
    );
    assert.ok(failed, "it began");
    return failed.message;
  };

  it("nobody has done so: clients and the check are told what to do", async () => {
    assert.equal(state(), "needed");
    const words = /nobody has signed in; to sign in: bin\/dind-mcp servers login far/;
    assert.match(String(await site.remote.site.gateway.check("far")), words);
    assert.deepEqual(site.server.calls, [], "nothing is sent without a token");
  });

  it("gives the server the issuer's token with each request, and nobody else; the client's goes nowhere", async () => {
    assert.deepEqual(await site.signIn(), { server: "far", subject: undefined });
    assert.equal(state(), "signed-in");
    assert.deepEqual(site.changed, ["far"]);
    const client = await site.remote.site.client("far");
    const body = { jsonrpc: "2.0", id: 5, method: "tools/call", params: { name: "x" } };
    const reply = await client.ask(body, { authorization: "Bearer the-clients-own" });
    assert.deepEqual(reply.last.result, DONE);
    const [token] = [...site.issuer.access];
    assert.equal(site.server.calls.at(-1)?.headers.authorization, `Bearer ${token}`);
    const sent = [...site.server.calls, ...site.issuer.requests].map(({ headers }) => JSON.stringify(headers)).join();
    assert.doesNotMatch(sent, /the-clients-own/);
    assert.ok(!JSON.stringify([reply.headers, reply.text]).includes(String(token)), "the token comes down");
    assert.deepEqual(new Set(site.remote.asked), new Set([`${FAR}:443`, `${ISSUER}:443`]));
  });

  it("registers a client, and asks by PKCE for the server's resource and scopes", async () => {
    const { url } = await site.signIns.begin(site.info, ADMIN);
    const asked = Object.fromEntries(new URL(url).searchParams);
    assert.equal(asked.resource, `https://${FAR}/mcp`);
    assert.equal(asked.scope, "tools");
    assert.equal(asked.redirect_uri, CALLBACK);
    assert.equal(asked.code_challenge_method, "S256");
    const [registered] = site.issuer.requests.filter(({ path }) => path === "/register");
    assert.deepEqual(JSON.parse(registered?.body ?? "").redirect_uris, [CALLBACK]);
  });

  it("takes the client of the manifest, with its secret", async () => {
    site.issuer.habits.closed = true;
    assert.match(
      await refusal(),
      /registers no clients by itself: register one with the redirect URI http:.*oauth\.clientId/,
    );
    site.remote.secret("client", "s3cret-of-the-client\n");
    site.issuer.clients.set("known", "s3cret-of-the-client");
    site.declare({ clientId: "known", clientSecret: { secret: "client" }, scopes: ["a", "b"] });
    const { url } = await site.signIns.begin(site.info, ADMIN);
    assert.equal(new URL(url).searchParams.get("scope"), "a b");
    assert.equal((await site.signIns.finish(site.issuer.browse(url)))?.failure, undefined);
    assert.deepEqual((await site.call()).result, DONE);
  });

  it("is kept encrypted, and there again after a restart; another key or a changed file opens nothing", async () => {
    await site.signIn();
    const [token = ""] = [...site.issuer.access];
    const [refresh = ""] = [...site.issuer.refresh.keys()];
    for (const secret of [token, refresh]) assert.ok(!site.kept.includes(secret), "in plain text");
    assert.equal(site.start().of(site.info)?.state, "signed-in");
    assert.equal(site.start([{ id: "one", key: "x".repeat(43) }]).of(site.info)?.state, "needed");
    const rotated = [
      { id: "two", key: "x".repeat(43) },
      { id: "one", key: "k".repeat(43) },
    ];
    assert.equal(site.start(rotated).of(site.info)?.state, "signed-in");
  });

  it("is good for the address that somebody signed in to, and no other", async () => {
    await site.signIn();
    site.remote.declare("far", { url: "https://other.example.com/mcp" }, { oauth: { issuer: `https://${ISSUER}` } });
    assert.equal(state(), "needed");
  });

  it("renews a token ahead of its end, once for all requests, with a new refresh token each time", async () => {
    await site.signIn();
    const client = await site.remote.site.client("far");
    for (const late of [3_570_000, 2 * 3_600_000]) {
      const before = renewals();
      const [old = ""] = site.issuer.refresh.keys();
      const until = site.signIns.of(site.info)?.until;
      site.ahead += late; // a minute before its end; then long after it
      const all = await Promise.all([client.call("x"), client.call("x"), client.call("x")]);
      for (const answer of all) assert.deepEqual(answer.result, DONE);
      await eventually(async () => assert.notEqual(site.signIns.of(site.info)?.until, until), 15_000);
      assert.ok(!site.issuer.refresh.has(old));
      assert.equal(renewals(), before + 1);
    }
    assert.equal(site.start().of(site.info)?.state, "signed-in");
  });

  it("goes on in sessions of before when the server is declared otherwise at the same address", async () => {
    await site.signIn();
    const before = await site.remote.site.client("far");
    assert.deepEqual((await before.call("x")).result, DONE);
    site.declare({ scopes: ["tools"] });
    const after = await site.remote.site.client("far");
    for (const late of [3_600_000, 3_600_000]) {
      site.ahead += late;
      const count = renewals();
      for (const client of [before, after]) assert.deepEqual((await client.call("x")).result, DONE);
      assert.equal(renewals(), count + 1);
    }
  });

  it("renews a token that the server refuses in mid-session, and sends the call again", async () => {
    await site.signIn();
    const client = await site.remote.site.client("far");
    assert.deepEqual((await client.call("x")).result, DONE);
    site.issuer.access.clear();
    assert.deepEqual((await client.call("x")).result, DONE);
    const [token] = [...site.issuer.access];
    assert.equal(site.server.calls.at(-1)?.headers.authorization, `Bearer ${token}`);
  });

  it("does not ask for ever when the server refuses every token", async () => {
    await site.signIn();
    const client = await site.remote.site.client("far");
    site.issuer.accepts = () => false;
    assertFailed(await client.call("x"), /HTTP 401/);
    const asked = site.issuer.requests.length;
    assertFailed(await client.call("x"), /the server refuses the tokens that its issuer gives \(HTTP 401\)/);
    assert.equal(site.issuer.requests.length, asked);
    assert.equal(state(), "failed");
  });

  it("ends when the issuer takes it back: the client is told to have somebody sign in", async () => {
    await site.signIn();
    const client = await site.remote.site.client("far");
    site.issuer.refresh.clear();
    site.issuer.access.clear();
    assertFailed(
      await client.call("x"),
      /refused: invalid_grant: because of invalid_grant; to sign in: bin\/dind-mcp servers login far/,
    );
    assert.equal(state(), "expired");
    await site.signIn();
    assert.deepEqual((await site.call()).result, DONE);
  });

  it("outlives an issuer that fails for a while", async () => {
    await site.signIn();
    site.issuer.habits.tokenAnswer = { status: 503, body: {} };
    site.ahead += 3_600_000;
    assert.match(String(await site.remote.site.gateway.check("far")), /issuer/);
    assert.equal(state(), "failed");
    site.issuer.habits = {};
    site.ahead += 5_100;
    assert.deepEqual((await site.call()).result, DONE);
    assert.equal(state(), "signed-in");
  });

  it("refuses answers of another issuer, without an issuer, with another state, and a second time", async () => {
    for (const iss of ["https://evil.example.com", "none"]) {
      site.issuer.habits.iss = iss;
      assert.match((await site.signIn())?.failure ?? "", /iss/, iss);
    }
    site.issuer.habits = {};
    const { url, id } = await site.signIns.begin(site.info, ADMIN);
    const brought = site.issuer.browse(url);
    const forged = new URLSearchParams({ ...Object.fromEntries(brought), state: "x".repeat(43) });
    assert.equal(await site.signIns.finish(forged), undefined);
    assert.equal(site.signIns.attempt(site.info, id, { principal: "somebody-else" }), undefined);
    assert.equal(site.signIns.attempt(site.info, id, ADMIN)?.outcome, "waiting");
    assert.equal((await site.signIns.finish(brought))?.failure, undefined);
    assert.equal(await site.signIns.finish(brought), undefined);
    assert.equal(site.signIns.attempt(site.info, id, ADMIN)?.outcome, "signed-in");
  });

  it("tells who signed in, where the issuer does", async () => {
    site.declare({ scopes: ["openid", "tools"] });
    assert.deepEqual(await site.signIn(), { server: "far", subject: "ann@example.com" });
    assert.equal(site.signIns.of(site.info)?.subject, "ann@example.com");
    site.ahead += 3_600_000;
    assert.deepEqual((await site.call()).result, DONE);
    assert.equal(site.signIns.of(site.info)?.subject, "ann@example.com");
  });

  it("says what the person refused", async () => {
    const { url } = await site.signIns.begin(site.info, ADMIN);
    const state = new URL(url).searchParams.get("state") ?? "";
    const brought = new URLSearchParams({ error: "access_denied", state, iss: site.issuer.issuer });
    assert.match((await site.signIns.finish(brought))?.failure ?? "", /refused: access_denied/);
  });

  it("goes nowhere that the manifest does not list, whatever metadata say", async () => {
    for (const place of ["169.254.169.254", "127.0.0.1:8080", "intern.corp", "evil.example.com"]) {
      site.issuer.habits.metadata = { registration_endpoint: `https://${place}/register` };
      site.declare();
      assert.match(await refusal(), new RegExp(`leads to ${place}.*, which the manifest does not list.*oauth\\.hosts`));
    }
    site.issuer.habits.metadata = { registration_endpoint: `http://${ISSUER}/register` };
    site.declare();
    assert.match(await refusal(), /HTTPS|https/);
    site.issuer.habits.metadata = { token_endpoint: "https://169.254.169.254/token" };
    site.declare();
    assert.match(
      (await site.signIn())?.failure ?? "",
      /leads to 169\.254\.169\.254:443, which the manifest does not list/,
    );
    site.issuer.habits = { moved: "https://169.254.169.254/metadata" };
    site.declare();
    assert.match(await refusal(), /has no metadata at its well-known places/);
    site.issuer.habits = { metadata: { issuer: "https://evil.example.com" } };
    site.declare();
    assert.match(await refusal(), /not as expected/);
    assert.deepEqual(new Set(site.remote.asked), new Set([`${FAR}:443`, `${ISSUER}:443`]));
  });

  it("does not go on without PKCE, nor where the issuer does not say that it has it", async () => {
    for (const methods of [undefined, ["plain"]]) {
      site.issuer.habits.metadata = { code_challenge_methods_supported: methods };
      site.declare();
      assert.match(await refusal(), /does not say that it has PKCE with S256/);
    }
  });

  it("believes a server only about itself, and only of the manifest's issuer", async () => {
    site.metadata = { resource: "https://bank.example.com/", authorization_servers: [`https://${ISSUER}`] };
    assert.match(await refusal(), /its metadata are of another resource/);
    site.metadata = { resource: `https://${FAR}/mcp`, authorization_servers: ["https://evil.example.com"] };
    assert.match(
      await refusal(),
      /it takes tokens of https:\/\/evil\.example\.com; oauth\.issuer .* is https:\/\/login/,
    );
    site.metadata = undefined; // an old server
    const { url } = await site.signIns.begin(site.info, ADMIN);
    assert.equal(new URL(url).searchParams.get("resource"), `https://${FAR}/mcp`);
  });

  it("is done by nobody with client credentials: the orchestrator gets tokens, and new ones", async () => {
    site.remote.secret("client", "s3cret-of-the-client");
    site.issuer.clients.set("known", "s3cret-of-the-client");
    site.declare({ grant: "client-credentials", clientId: "known", clientSecret: { secret: "client" } });
    assert.deepEqual((await site.call()).result, DONE);
    assert.deepEqual([state(), site.issuer.asked, site.kept], ["signed-in", "tools", ""]);
    assert.match(await refusal(), /nobody signs in to server far/);
    const [first] = [...site.issuer.access];
    site.ahead += 3_600_000;
    assert.deepEqual((await site.call()).result, DONE);
    assert.notEqual(site.server.calls.at(-1)?.headers.authorization, `Bearer ${first}`);
    site.issuer.access.clear();
    assert.deepEqual((await site.call()).result, DONE);
    site.issuer.clients.set("known", "another");
    site.ahead += 3_600_000;
    assert.match(String(await site.remote.site.gateway.check("far")), /refused: invalid_client/);
    assert.equal(state(), "failed");
    site.issuer.clients.set("known", "s3cret-of-the-client");
    site.ahead += 10_000;
    assert.equal(await site.remote.site.gateway.check("far"), undefined);
  });

  it("of too few rights says so, and the next one asks for those as well", async () => {
    await site.signIn();
    const client = await site.remote.site.client("far");
    const challenge = 'Bearer error="insufficient_scope", scope="files:write"';
    site.onCall = (call) => call.json({ error: "no" }, { "www-authenticate": challenge }, 403);
    const words = /the server wants more rights: files:write; to sign in: bin\/dind-mcp servers login far/;
    assertFailed(await client.call("x"), words);
    assert.match(site.signIns.of(site.info)?.reason ?? "", words);
    const scopeOf = async () => new URL((await site.signIns.begin(site.info, ADMIN)).url).searchParams.get("scope");
    assert.equal(await scopeOf(), "tools files:write");
    await site.signIn();
    assert.equal(site.signIns.of(site.info)?.reason, undefined);
    site.declare({ scopes: ["tools"] });
    assertFailed(await site.call(), /add them to oauth\.scopes of its manifest/);
    assert.equal(await scopeOf(), "tools");
  });

  it("ends by signing out: the issuer is told, nothing is kept, and sessions end", async () => {
    await site.signIn();
    const client = await site.remote.site.client("far");
    assert.equal(await site.signIns.signOut(site.info, ADMIN), true);
    assert.equal(site.issuer.refresh.size, 0);
    assert.equal(site.kept, "");
    assert.equal(state(), "needed");
    assertFailed(await client.call("x"), /nobody has signed in/);
    assert.equal(await site.signIns.signOut(site.info, ADMIN), false);
  });

  describe("each for its own token", () => {
    const ann = { principal: "ann", own: true };
    const bob = { principal: "bob", own: true };

    beforeEach(() => {
      site.declare({ credentials: "per-user" });
      const { principals } = site.remote.site.test;
      for (const name of ["ann", "bob"]) principals.set(name, { name, scopes: new Set(["mcp"]) });
    });

    const sentBy = async (principal: string): Promise<string | undefined> => {
      assert.deepEqual((await site.call(principal)).result, DONE);
      return site.server.calls.findLast(({ body }) => body?.method === "tools/call")?.headers.authorization;
    };
    /** What opening a session is refused with. */
    const refusedTo = async (principal: string): Promise<string> => {
      const reply = await site.remote.site.caller("far", { principal }).initialize();
      return reply.text;
    };

    it("is used for that token's sessions alone, side by side with the operator's for the gateway", async () => {
      await site.signIn(ann);
      assert.match(await refusedTo("bob"), /to sign in: bin\/dind-mcp servers login far --own, with the token bob/);
      const [anns] = [...site.issuer.access];
      await site.signIn(bob);
      const bobs = [...site.issuer.access].find((token) => token !== anns);
      await site.signIn();
      assert.deepEqual([await sentBy("ann"), await sentBy("bob")], [`Bearer ${anns}`, `Bearer ${bobs}`]);
      const both = await Promise.all([sentBy("ann"), sentBy("bob")]);
      assert.equal(both.length, 2);
      const sessions = new Map<unknown, Set<unknown>>();
      for (const { headers } of site.server.calls) {
        const session = headers["mcp-session-id"];
        if (session) sessions.set(session, (sessions.get(session) ?? new Set()).add(headers.authorization));
      }
      for (const tokens of sessions.values()) assert.equal(tokens.size, 1, "a session with two tokens");
      assert.match(await refusedTo("everybody-else"), /login far --own/);
    });

    it("the gateway's own checks do not borrow it", async () => {
      await site.signIn(ann);
      const before = site.server.calls.length;
      assert.match(String(await site.remote.site.gateway.check("far")), /nobody has signed in; .* servers login far$/);
      assert.equal(site.server.calls.length, before);
    });

    it("signs out by itself: the others' sessions go on", async () => {
      await site.signIn(ann);
      await site.signIn(bob);
      const of = (principal: string) => site.remote.site.client("far", { principal });
      const [anns, bobs] = [await of("ann"), await of("bob")];
      for (const client of [anns, bobs]) assert.deepEqual((await client.call("x")).result, DONE);
      assert.equal(await site.signIns.signOut(site.info, ann), true);
      assertFailed(await anns.call("x"), /servers login far --own, with the token ann/);
      const called = (token: string | undefined) =>
        site.server.calls.filter(
          ({ body, headers }) => body?.method === "tools/call" && headers.authorization === token,
        );
      const before = called(site.server.calls.at(-1)?.headers.authorization);
      assert.deepEqual((await bobs.call("x")).result, DONE);
      const after = called(site.server.calls.at(-1)?.headers.authorization);
      assert.equal(after.length, before.length + 1);
      assert.equal(new Set(after.map(({ headers }) => headers["mcp-session-id"])).size, 1, "bob has another session");
      assert.deepEqual(site.changed.at(-1), "far of ann");
    });

    it("goes with its token: what it had begun too, and after a restart there is nothing", async () => {
      await site.signIn(ann);
      await site.signIn(bob);
      const begun = await site.signIns.begin(site.info, ann);
      const brought = site.issuer.browse(begun.url);
      site.signIns.forget("ann");
      assert.equal(await site.signIns.finish(brought), undefined);
      assert.match(await refusedTo("ann"), /login far --own/);
      await eventually(async () => assert.equal(site.issuer.refresh.size, 1), 15_000);
      const restarted = site.start();
      assert.deepEqual(
        [restarted.of(site.info, "ann")?.state, restarted.of(site.info, "bob")?.state],
        ["needed", "signed-in"],
      );
    });

    it("is kept for principals and servers that are there", async () => {
      await site.signIn(ann);
      await site.signIn(bob);
      await site.signIn();
      site.signIns.keepPrincipals((name) => name === "bob");
      assert.deepEqual(
        [undefined, "ann", "bob"].map((who) => site.signIns.of(site.info, who)?.state),
        ["signed-in", "needed", "signed-in"],
      );
      site.signIns.keepServers((name) => name === "far");
      assert.equal(site.start().of(site.info, "bob")?.state, "signed-in");
      site.signIns.keepServers(() => false);
      assert.equal(site.kept, "");
    });

    it("does not outlive its token, when that ends while the issuer's answer is on the way", async () => {
      const { url } = await site.signIns.begin(site.info, ann);
      const finished = site.signIns.finish(site.issuer.browse(url));
      site.signIns.forget("ann");
      assert.match((await finished)?.failure ?? "", /revoked meanwhile/);
      assert.equal(site.kept, "");
    });

    it("is none where the manifest has one for all", async () => {
      site.declare();
      await assert.rejects(site.signIns.begin(site.info, ann), /server far has one sign-in for all/);
      await site.signIn();
      assert.deepEqual((await site.call("ann")).result, DONE);
    });
  });
});
