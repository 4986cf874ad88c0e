import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { mock } from "node:test";
import { generateKeyPair } from "jose";
import type { OrchestratorConfigInput } from "../../../../config/orchestrator-config";
import { AccessGuard } from "../../../../orchestrator/security/guard";
import { IssuerUnavailable } from "../../../../orchestrator/security/issuer-keys";
import { OAuthVerifier } from "../../../../orchestrator/security/oauth";
import { isRejection, type Principal, type Rejection } from "../../../../orchestrator/security/principal";
import { resourceMetadata } from "../../../../orchestrator/security/resource-metadata";
import { Issuer } from "../../../support/orchestrator/security/issuer";
import { config, request } from "../../../support/orchestrator/security/requests";

const seconds = (): number => Math.floor(Date.now() / 1000);
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("OAuth resource server", () => {
  let issuer: Issuer;
  beforeEach(async () => {
    issuer = new Issuer();
    await issuer.start();
  });
  afterEach(() => issuer.stop());

  const guardOf = (oauth: Partial<OrchestratorConfigInput["oauth"]> = {}, limits = {}): AccessGuard =>
    new AccessGuard({ config: config({ oauth: { issuer: issuer.url, ...oauth }, limits }), tokens: [] });
  const ask = async (guard: AccessGuard, token: string, url = "/mcp"): Promise<Principal | Rejection> =>
    guard.authenticate(request(["Host: localhost", `Authorization: Bearer ${token}`], url), "mcp");
  const accepted = async (guard: AccessGuard, token: string, url?: string): Promise<Principal> => {
    const answer = await ask(guard, token, url);
    assert.ok(!isRejection(answer), JSON.stringify(answer));
    return answer;
  };
  const refused = async (guard: AccessGuard, token: string, url?: string): Promise<Rejection> => {
    const answer = await ask(guard, token, url);
    assert.ok(isRejection(answer), "the token was accepted");
    assert.ok(!JSON.stringify(answer).includes(token.split(".")[2] || "no signature"), "the token is in the answer");
    return answer;
  };

  it("takes a token of the issuer; the subject's scopes are the words it knows", async () => {
    const { name, scopes } = await accepted(guardOf(), await issuer.token());
    assert.deepEqual([name, [...scopes]], ["oauth:alice", ["mcp"]]);
  });
  it("reads scopes from scp too, as list or as text, and grants none by default", async () => {
    const scopesOf = async (claims: Record<string, unknown>) => [
      ...(await accepted(guardOf(), await issuer.token({ scope: undefined, ...claims }))).scopes,
    ];
    assert.deepEqual(await scopesOf({ scp: ["admin", "read", "x"] }), ["read", "admin"]);
    assert.deepEqual(await scopesOf({ scp: "mcp" }), ["mcp"]);
    assert.deepEqual(await scopesOf({}), []);
    assert.deepEqual(await scopesOf({ scope: "mcp:admin administrator xmcp" }), []);
  });
  it("finds the keys by OpenID Connect discovery as well, or is told where they are", async () => {
    issuer.metadataAt = "/.well-known/openid-configuration";
    await accepted(guardOf(), await issuer.token());
    issuer.metadataAt = "/nowhere";
    await accepted(guardOf({ jwksUri: `${issuer.url}/keys` }), await issuer.token());
  });
  it("checks a token once: after that it is known without waiting, and the issuer is not asked again", async () => {
    const guard = guardOf();
    const token = await issuer.token();
    await accepted(guard, token);
    assert.ok(
      !(guard.authenticate(request(["Host: localhost", `Authorization: Bearer ${token}`]), "mcp") instanceof Promise),
    );
    await accepted(guard, await issuer.token({ sub: "bob" }));
    assert.equal(issuer.keysAsked, 1);
  });
  it("does not believe a known token beyond its end", async () => {
    const verifier = new OAuthVerifier({ issuer: issuer.url });
    const token = await issuer.token({ exp: seconds() + 10 });
    const digest = createHash("sha256").update(token).digest("hex");
    await verifier.verify(token, digest);
    const begun = Date.now();
    const clock = mock.method(Date, "now", () => begun + 35_000); // 30 s are allowed for clocks
    try {
      assert.ok(verifier.known(digest));
      clock.mock.mockImplementation(() => begun + 41_000);
      assert.equal(verifier.known(digest), undefined);
    } finally {
      clock.mock.restore();
    }
  });

  const claims: [string, () => Record<string, unknown>][] = [
    ["expired", () => ({ exp: seconds() - 60 })],
    ["without an end", () => ({ exp: undefined })],
    ["not valid yet", () => ({ nbf: seconds() + 300 })],
    ["for another audience", () => ({ aud: "https://other.example.com" })],
    [
      "for several audiences, none of them ours",
      () => ({ aud: ["https://a.example.com", "http://127.0.0.1:18080.evil.com"] }),
    ],
    ["without audience", () => ({ aud: undefined })],
    ["of another issuer", () => ({ iss: "https://evil.example.com" })],
    ["without issuer", () => ({ iss: undefined })],
    ["without subject", () => ({ sub: undefined })],
    ["with a subject that is no text", () => ({ sub: { id: 1 } as unknown as string })],
  ];
  for (const [what, changes] of claims) {
    it(`refuses a token ${what}: 401`, async () => {
      const { status, headers } = await refused(guardOf(), await issuer.token(changes()));
      assert.equal(status, 401);
      assert.equal(
        headers?.["WWW-Authenticate"],
        'Bearer realm="dind-mcp", resource_metadata="http://127.0.0.1:18080/.well-known/oauth-protected-resource/mcp", ' +
          'scope="mcp", error="invalid_token"',
      );
    });
  }
  it("takes a token for the resource at the path, there only; and for the configured audience only, when there is one", async () => {
    const token = await issuer.token({ aud: ["http://127.0.0.1:18080/servers/files/mcp"] });
    await accepted(guardOf(), token, "/servers/files/mcp");
    assert.equal((await refused(guardOf(), token, "/servers/http/mcp")).status, 401);
    const guard = guardOf({ audience: "api://mcp" });
    assert.equal((await refused(guard, token, "/servers/files/mcp")).status, 401);
    await accepted(guard, await issuer.token({ aud: "api://mcp" }));
  });
  it("checks the audience of a known token again at each resource", async () => {
    const guard = guardOf();
    const token = await issuer.token({ aud: "http://127.0.0.1:18080/mcp" });
    await accepted(guard, token, "/mcp");
    assert.equal((await refused(guard, token, "/v1/servers")).status, 401);
  });

  it("refuses a token without a signature (alg none)", async () => {
    const [, payload] = (await issuer.token()).split(".");
    for (const alg of ["none", "None", "NONE"]) {
      assert.equal((await refused(guardOf(), `${part({ alg, kid: "first" })}.${payload}.`)).status, 401);
      assert.equal((await refused(guardOf(), `${part({ alg, kid: "first" })}.${payload}.x`)).status, 401);
    }
  });
  it("refuses HS256 signed with the public key", async () => {
    const [, payload] = (await issuer.token()).split(".");
    const signed = `${part({ alg: "HS256", kid: "first" })}.${payload}`;
    const signature = createHmac("sha256", await issuer.publicPem("first"))
      .update(signed)
      .digest("base64url");
    const { status, detail } = await refused(guardOf(), `${signed}.${signature}`);
    assert.equal(status, 401);
    assert.match(detail, /its algorithm is none of ES256/, "before a key is looked for");
  });
  it("refuses a stranger's key, with a known and with an unknown id, and with one that the token brings", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const guard = guardOf();
    assert.equal((await refused(guard, await issuer.token({}, { key: privateKey, kid: "first" }))).status, 401);
    assert.equal((await refused(guard, await issuer.token({}, { key: privateKey, kid: "unknown" }))).status, 401);
  });
  it("refuses a changed payload, and text that only looks like a token", async () => {
    const [header, , signature] = (await issuer.token()).split(".");
    const payload = part({
      iss: issuer.url,
      aud: "http://127.0.0.1:18080",
      sub: "root",
      scope: "admin",
      exp: seconds() + 60,
    });
    assert.equal((await refused(guardOf(), `${header}.${payload}.${signature}`)).status, 401);
    assert.equal((await refused(guardOf(), "words.that.look-like-one")).status, 401);
  });

  it("takes tokens of a new key when the old one's rest is over, and asks for unknown ids rarely", async () => {
    const verifier = new OAuthVerifier({ issuer: issuer.url, coolDownMs: 300 });
    await verifier.verify(await issuer.token(), "1");
    const old = await issuer.token({ sub: "late" });
    await issuer.rotate("second");
    const token = await issuer.token();
    for (let time = 0; time < 20; time++) await assert.rejects(verifier.verify(token, "2"), /no key of that id/);
    assert.equal(issuer.keysAsked, 1, "not asked within the rest");
    await new Promise((resolve) => setTimeout(resolve, 350));
    assert.equal((await verifier.verify(token, "2")).principal.name, "oauth:alice");
    await assert.rejects(verifier.verify(old, "3"), /no key of that id/);
    assert.equal(issuer.keysAsked, 2);
  });
  it("answers 503 while the issuer is down, not 401, asks it rarely, and goes on by itself", async () => {
    issuer.down = true;
    const verifier = new OAuthVerifier({ issuer: issuer.url, coolDownMs: 300 });
    const token = await issuer.token();
    for (let time = 0; time < 20; time++) await assert.rejects(verifier.verify(token, "1"), IssuerUnavailable);
    assert.equal(
      Object.values(issuer.asked).reduce((sum, times) => sum + times),
      1,
    );
    const told: string[] = [];
    const onIssuerUnavailable = (reason: string): void => void told.push(reason);
    const guard = new AccessGuard({
      config: config({ oauth: { issuer: issuer.url } }),
      tokens: [],
      onIssuerUnavailable,
    });
    for (let time = 0; time < 3; time++) {
      const { status, headers } = await refused(guard, token);
      assert.deepEqual([status, headers], [503, { "Retry-After": "30" }]);
    }
    assert.deepEqual(told, [`${issuer.url}/.well-known/oauth-authorization-server answered 500`]);
    issuer.down = false;
    await new Promise((resolve) => setTimeout(resolve, 350));
    await verifier.verify(token, "1");
  });
  it("answers 503 when nobody listens at the issuer's address, or when it does not answer in time", async () => {
    const dead = new OAuthVerifier({ issuer: "http://127.0.0.1:9", jwksUri: "http://127.0.0.1:9/keys" });
    await assert.rejects(dead.verify(await issuer.token({ iss: "http://127.0.0.1:9" }), "1"), IssuerUnavailable);
    issuer.silent = true;
    const slow = new OAuthVerifier({ issuer: issuer.url, timeoutMs: 50 });
    await assert.rejects(slow.verify(await issuer.token(), "1"), IssuerUnavailable);
  });
  it("does not use metadata of another issuer, nor plain http to anywhere but near", async () => {
    issuer.claimsToBe = "https://other.example.com";
    assert.equal((await refused(guardOf(), await issuer.token())).status, 503);
    const far = new OAuthVerifier({ issuer: issuer.url, jwksUri: "http://keys.example.com/keys" });
    await assert.rejects(far.verify(await issuer.token(), "1"), /expected an https URL/);
  });
  it("still takes the stack's own tokens, whatever the issuer does", async () => {
    issuer.down = true;
    const stored = { name: "own", scopes: [], sha256: createHash("sha256").update("own.token.x").digest("hex") };
    const guard = new AccessGuard({ config: config({ oauth: { issuer: issuer.url } }), tokens: [stored] });
    assert.equal((await accepted(guard, "own.token.x")).name, "own");
  });
});

describe("protected resource metadata (RFC 9728)", () => {
  const oauth = config({ oauth: { issuer: "https://issuer.example.com" } });
  const at = (path: string) => resourceMetadata(oauth, `/.well-known/oauth-protected-resource${path}`);

  it("names the resource at the path, the issuer and the scopes", () => {
    assert.deepEqual(at("/servers/files/mcp"), {
      resource: "http://127.0.0.1:18080/servers/files/mcp",
      authorization_servers: ["https://issuer.example.com"],
      bearer_methods_supported: ["header"],
      scopes_supported: ["mcp", "read", "admin"],
      resource_name: "dind-mcp dind-mcp/test",
    });
    assert.equal(at("")?.resource, "http://127.0.0.1:18080");
  });
  it("is not there for odd paths, other documents, or without an issuer", () => {
    for (const path of ["//evil.com", "/a%2fb", '/"', "x", "/a//b"]) assert.equal(at(path), undefined, path);
    assert.equal(resourceMetadata(oauth, "/.well-known/other"), undefined);
    assert.equal(resourceMetadata(config(), "/.well-known/oauth-protected-resource"), undefined);
  });
});
