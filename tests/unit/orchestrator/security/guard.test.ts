import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { StoredToken } from "../../../../config/orchestrator-config";
import { AccessGuard } from "../../../../orchestrator/security/guard";
import { isRejection, type Principal, type Rejection } from "../../../../orchestrator/security/principal";
import { config, request } from "../../../support/orchestrator/security/requests";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const TOKENS: StoredToken[] = [
  {
    name: "client",
    scopes: ["mcp"],
    sha256: sha256("token-of-client"),
    servers: ["files"],
    tools: { deny: ["files__w*"] },
  },
  { name: "operator", scopes: ["read", "admin"], sha256: sha256("token-of-operator") },
];
const HOST = "Host: 127.0.0.1:18080";
const bearer = (token: string): string[] => [HOST, `Authorization: Bearer ${token}`];

function guardOf(changes = {}, refusals: string[] = []): AccessGuard {
  return new AccessGuard({ config: config(changes), tokens: TOKENS, onRefused: (reason) => refusals.push(reason) });
}
/** Everything here is decided without waiting. */
function asked(guard: AccessGuard, ...args: Parameters<typeof request>): Principal | Rejection {
  const answer = guard.authenticate(request(...args), "mcp");
  assert.ok(!(answer instanceof Promise), "the stack's own tokens must not wait");
  return answer;
}
function refused(guard: AccessGuard, ...args: Parameters<typeof request>): Rejection {
  const answer = asked(guard, ...args);
  assert.ok(isRejection(answer), `accepted as ${JSON.stringify(answer)}`);
  return answer;
}

describe("the guard: admission", () => {
  const admitted = (lines: string[], url?: string): number | undefined => guardOf().admit(request(lines, url))?.status;

  it("lets in what names an allowed host, with or without an allowed origin", () => {
    assert.equal(admitted([HOST]), undefined);
    assert.equal(admitted(["host: localhost", "origin: http://localhost:3000"]), undefined);
  });
  const forged: [string, string[], string?][] = [
    ["no Host", []],
    ["an empty Host", ["Host:"]],
    ["a strange Host", ["Host: evil.example.com"]],
    ["two Hosts, the first of them right", [HOST, "Host: evil.example.com"]],
    ["two right Hosts", [HOST, HOST]],
    ["the right Host for a target in absolute form", [HOST], "http://evil.example.com/mcp"],
    ["a target without a slash", [HOST], "*"],
    ["a strange Origin", [HOST, "Origin: http://evil.example.com"]],
    ["an empty Origin", [HOST, "Origin:"]],
    ["the Origin null", [HOST, "Origin: null"]],
    ["two Origins, the first of them right", [HOST, "Origin: http://localhost", "Origin: http://evil.example.com"]],
  ];
  for (const [what, lines, url] of forged) it(`refuses ${what}: 403`, () => assert.equal(admitted(lines, url), 403));

  it("says in a sentence what to set, without repeating what was sent", () => {
    const rejection = guardOf().admit(request(["Host: <script>evil"]));
    assert.match(rejection?.detail ?? "", /allowedHosts/);
    assert.doesNotMatch(rejection?.detail ?? "", /evil/);
  });
});

describe("the guard: tokens", () => {
  it("knows the holder of a token, with scopes and filters", () => {
    const client = asked(guardOf(), bearer("token-of-client")) as Principal;
    assert.deepEqual(
      [client.name, [...client.scopes], [...(client.servers ?? [])], client.tools],
      ["client", ["mcp"], ["files"], { deny: ["files__w*"] }],
    );
    const operator = asked(guardOf(), [HOST, "AUTHORIZATION: bEaReR   token-of-operator"]) as Principal;
    assert.deepEqual([operator.name, operator.servers], ["operator", undefined]);
  });

  const wrong: [string, string[], number][] = [
    ["no header", [HOST], 401],
    ["an unknown token", bearer("token-of-nobody"), 401],
    ["a token with one letter less", bearer("token-of-clien"), 401],
    ["the hash instead of the token", bearer(sha256("token-of-client")), 401],
    ["an empty token", bearer(""), 400],
    ["a token without its scheme", [HOST, "Authorization: token-of-client"], 400],
    ["another scheme", [HOST, "Authorization: Basic dG9rZW4tb2YtY2xpZW50"], 400],
    ["two tokens in one header", bearer("token-of-client, Bearer token-of-operator"), 400],
    ["two headers", [...bearer("token-of-client"), "Authorization: Bearer token-of-operator"], 400],
  ];
  for (const [what, lines, status] of wrong) {
    it(`refuses ${what}: ${status}, with a challenge`, () => {
      const { headers, ...rejection } = refused(guardOf(), lines);
      assert.equal(rejection.status, status);
      assert.match(headers?.["WWW-Authenticate"] ?? "", /^Bearer realm="dind-mcp", scope="mcp"/);
      assert.doesNotMatch(JSON.stringify({ headers, rejection }), /token-of/);
    });
  }
  for (const [shown, words] of [
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as clients send it
    ["${DIND_MCP_TOKEN}", /literally "\$\{DIND_MCP_TOKEN\}": the client sent the name of a variable and not its value/],
    ["${env:DIND_MCP_TOKEN}", /literally "\$\{env:DIND_MCP_TOKEN\}"/],
    ["${DIND_MCP_TOKEN:-token-of-client}", /literally a variable/],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as clients send it
    ["$DIND_MCP_TOKEN", /the name of a variable/],
    ["$(cat token)", /literally a variable/],
    ["%DIND_MCP_TOKEN%", /the name of a variable/],
    ["{env:DIND_MCP_TOKEN}", /the name of a variable/],
    ["{{DIND_MCP_TOKEN}}", /the name of a variable/],
    ['"$DIND_MCP_TOKEN"', /the name of a variable/],
    ["YOUR_TOKEN", /literally "YOUR_TOKEN": put a token of this service there/],
    ["<token>", /literally "<token>"/],
    ["undefined", /literally "undefined"/],
    ["", /the token is empty/],
    ["Bearer token-of-client", /Bearer is there twice/],
  ] as const) {
    it(`says so when the token is ${shown || "nothing"}: 400`, () => {
      const rejection = refused(guardOf(), bearer(shown));
      assert.equal(rejection.status, 400);
      assert.match(rejection.detail, words);
      assert.match(rejection.detail, /send the header Authorization: Bearer TOKEN/);
      assert.doesNotMatch(rejection.detail, /token-of/);
    });
  }
  it("looks at the token of each request, also on a connection that has authenticated before", () => {
    const guard = guardOf();
    const { socket } = request([HOST]);
    const next = (lines: string[]): unknown => {
      const one = request(lines);
      one.socket = socket;
      const answer = guard.authenticate(one, "mcp") as Principal | Rejection;
      return isRejection(answer) ? answer.status : answer.name;
    };
    const right = bearer("token-of-client");
    assert.deepEqual(
      [
        right,
        right,
        bearer("token-of-operator"),
        bearer("token-of-nobody"),
        [HOST],
        [...right, ...right.slice(1)],
        right,
      ].map(next),
      ["client", "client", "operator", 401, 401, 400, "client"],
    );
  });
  it("takes none of a thousand other tokens", () => {
    const guard = guardOf({ limits: { failuresPerMinute: 10_000 } });
    for (let index = 0; index < 1_000; index++) assert.equal(refused(guard, bearer(`guess${index}`)).status, 401);
  });
  for (const name of ["access_token", "token", "api_key", "ACCESS_TOKEN"]) {
    it(`refuses a token in the URL (${name}), even beside a good header`, () => {
      const rejection = refused(guardOf(), bearer("token-of-client"), `/mcp?x=1&${name}=token-of-client`);
      assert.equal(rejection.status, 400);
      assert.match(rejection.detail, /in the URL/);
      assert.doesNotMatch(rejection.detail, /token-of/);
    });
  }
  it("names the error only when something was shown", () => {
    const challenge = (lines: string[]) => refused(guardOf(), lines).headers?.["WWW-Authenticate"] ?? "";
    assert.doesNotMatch(challenge([HOST]), /error/);
    assert.match(challenge(bearer("wrong")), /error="invalid_token"/);
  });
  it("says what scope is missing: 403", () => {
    const guard = guardOf();
    const client = asked(guard, bearer("token-of-client")) as Principal;
    assert.equal(guard.permit(client, "mcp", "/mcp"), undefined);
    const rejection = guard.permit(client, "admin", "/v1/servers");
    assert.equal(rejection?.status, 403);
    assert.match(rejection?.headers?.["WWW-Authenticate"] ?? "", /scope="admin", error="insufficient_scope"/);
  });
});

describe("the guard: limits", () => {
  it("answers 429 after too many failures of one address, and still takes good tokens from it", () => {
    const refusals: string[] = [];
    const guard = guardOf({ limits: { failuresPerMinute: 3 } }, refusals);
    const statuses = [1, 2, 3, 4].map(() => refused(guard, bearer("wrong")).status);
    assert.deepEqual(statuses, [401, 401, 401, 429]);
    assert.match(refused(guard, [HOST]).headers?.["Retry-After"] ?? "", /^(19|20)$/);
    assert.ok(
      !isRejection(asked(guard, bearer("token-of-client"))),
      "others behind the same address are not locked out",
    );
    assert.equal(
      refused(guard, bearer("wrong"), "/mcp", "172.30.0.9").status,
      401,
      "another address has its own count",
    );
    assert.deepEqual(refusals, ["invalid", "invalid", "invalid", "failures", "failures", "invalid"]);
  });
  it("counts an IPv6 network of one machine as one address", () => {
    const guard = guardOf({ limits: { failuresPerMinute: 1 } });
    const from = (address: string): number => refused(guard, bearer("wrong"), "/mcp", address).status;
    assert.deepEqual([from("2001:db8::1"), from("2001:db8::2"), from("2001:db8:0:1::1")], [401, 429, 401]);
    assert.deepEqual([from("::ffff:10.0.0.1"), from("10.0.0.1")], [401, 429]);
  });
  it("limits the requests of each principal, when a limit is set", () => {
    const guard = guardOf({ limits: { requestsPerMinute: 2 } });
    assert.ok(!isRejection(asked(guard, bearer("token-of-client"))));
    assert.ok(!isRejection(asked(guard, bearer("token-of-client"))));
    const rejection = refused(guard, bearer("token-of-client"));
    assert.deepEqual([rejection.status, rejection.headers], [429, { "Retry-After": "30" }]);
    assert.ok(!isRejection(asked(guard, bearer("token-of-operator"))), "another principal has its own count");
  });
  it("does not limit unless told", () => {
    const guard = guardOf();
    for (let call = 0; call < 5_000; call++) assert.ok(!isRejection(asked(guard, bearer("token-of-client"))));
  });
});
