import assert from "node:assert/strict";
import { configuredSecrets, needsNetwork, parseManifest } from "../../../manifest/manifest";
import { headerValue } from "../../../manifest/remote";
import { document, manifest, problemsOf } from "../../support/manifest/documents";

const URL = "https://mcp.example.com/mcp";
const remote = (more: Record<string, unknown> = {}, transport: Record<string, unknown> = {}) =>
  document({ image: undefined, transport: { type: "remote", url: URL, ...transport }, ...more });
const whole = (one: Record<string, unknown>) => manifest({ ...one, image: undefined });
const ELSEWHERE = "expected nothing: the server runs elsewhere and has no container here";

describe("the manifest of a remote server", () => {
  it("is an address; its one way out and its secrets follow from what it says", () => {
    const headers = { "X-Api-Key": { secret: "api-key" }, Authorization: { secret: "token", value: "Bearer {}" } };
    const parsed = whole(remote({ headers, tls: { ca: { secret: "ca" } } }));
    assert.deepEqual(parsed.transport, { type: "remote", command: [], url: URL, protocol: "streamable-http" });
    assert.deepEqual(parsed.egress, ["mcp.example.com:443"]);
    assert.deepEqual(
      configuredSecrets(parsed).map(({ name, required }) => [name, required]),
      [
        ["api-key", true],
        ["token", true],
        ["ca", true],
      ],
    );
    assert.ok(needsNetwork(parsed));
  });

  it("is the same when it is read again from a label", () => {
    const parsed = whole(remote({ headers: { "X-Api-Key": { secret: "api-key" } } }));
    assert.deepEqual(parseManifest(JSON.parse(JSON.stringify(parsed)), "label").manifest, parsed);
  });

  it("may declare a secret to describe it, or to do without it", () => {
    const secrets = [{ name: "api-key", description: "From the account page", required: false }];
    const parsed = whole(remote({ headers: { "X-Api-Key": { secret: "api-key" } }, secrets }));
    assert.deepEqual(configuredSecrets(parsed), secrets);
  });

  it("has the port of its URL; a private host may be without TLS", () => {
    assert.deepEqual(whole(remote({}, { url: "https://mcp.example.com:8443/mcp?team=a" })).egress, [
      "mcp.example.com:8443",
    ]);
    assert.deepEqual(whole(remote({}, { url: "http://mcp.corp/mcp" })).egress, ["mcp.corp:80"]);
  });

  it("is told at once what is wrong with its address", () => {
    const expected = (url: unknown) => problemsOf(remote({}, { url })).join("\n");
    assert.match(expected(undefined), /transport\.url: got nothing, expected a URL like/);
    assert.match(expected("mcp.example.com"), /expected a URL like https:/);
    assert.match(expected("ftp://mcp.example.com/"), /expected a URL like https:/);
    assert.match(
      expected("http://mcp.example.com/mcp"),
      /expected https: what goes to a public host has to be encrypted/,
    );
    assert.match(expected("https://u:hunter2@mcp.example.com/"), /expected a URL without a user and a password/);
    assert.doesNotMatch(expected("https://u:hunter2@mcp.example.com/"), /hunter2/);
    for (const host of ["127.0.0.1", "8.8.8.8", "[::1]", "169.254.169.254", "localhost", "2130706433", "egress"])
      assert.match(expected(`https://${host}/mcp`), /expected a URL of another host/, host);
    const key = expected("https://mcp.example.com/mcp?api_key=k3y9f8s7d6f5s4d3f2");
    assert.match(key, /a value that looks like a secret: api_key/);
    assert.doesNotMatch(key, /k3y9f8/);
  });

  it("says nothing about a container", () => {
    const said = {
      image: "example/echo:1.0.0",
      env: { A: "b" },
      mounts: [{ volume: "workspace", path: "/data" }],
      resources: { memory: "1g" },
      services: [],
      egress: ["other.example.com:443"],
      sessions: { warmPool: 1 },
      secrets: [{ name: "key", env: "KEY" }],
    };
    const problems = problemsOf(remote(said));
    for (const path of ["image", "env", "mounts", "resources", "sessions.warmPool", "secrets.0.env"])
      assert.ok(
        problems.some((one) => one.includes(`${path}: got a value, ${ELSEWHERE}`)),
        `${path}: ${problems.join("\n")}`,
      );
    assert.match(
      problems.join("\n"),
      /egress: got a value, expected nothing: it follows from transport\.url, mcp\.example\.com:443/,
    );
    assert.equal(problems.length, 7);
    assert.match(problemsOf(remote({}, { port: 80 })).join(), /port/);
  });

  it("has headers that the gateway does not write, each once, and no secret in plain text", () => {
    const problems = problemsOf(
      remote({
        headers: {
          Host: { value: "a" },
          "Mcp-Session-Id": { value: "a" },
          "X-Api-Key": { value: "k3y9f8s7d6f5s4d3f2" },
          "X-A": { value: "a" },
          "x-a": { value: "b" },
          "X-B": {},
          "X-D": { secrets: "a" },
          "X-C": { secret: "c", value: "no braces" },
        },
        tls: { certificate: { secret: "c" } },
      }),
    ).join("\n");
    assert.match(problems, /headers\.Host/);
    assert.match(problems, /headers\.Mcp-Session-Id/);
    assert.match(problems, /headers\.X-D\.secrets: got an unknown key, expected one of secret, value/);
    assert.match(problems, /headers\.X-B.*expected secret, value or both/);
    assert.match(problems, /headers\.X-C\.value.*expected a text with \{\} in it/);
    assert.match(problems, /tls: got certificate alone, expected certificate and key together/);
    const plain = problemsOf(
      remote({
        headers: { "X-Api-Key": { value: "k3y9f8s7d6f5s4d3f2" }, "X-A": { value: "a" }, "x-a": { value: "b" } },
      }),
    ).join("\n");
    assert.match(plain, /headers\.X-Api-Key: got a value that looks like a secret/);
    assert.match(plain, /headers\.x-a: got x-a again, expected each header once/);
    assert.doesNotMatch(plain, /k3y9f8/);
  });

  it("names its issuer, whose places are ways out too; the client's secret is one of its own", () => {
    const oauth = { issuer: "https://login.example.com/tenant", hosts: ["oauth2.example.net:443"] };
    const client = { clientId: "known", clientSecret: { secret: "client" } };
    const parsed = whole(remote({ oauth: { ...oauth, ...client } }));
    assert.deepEqual(parsed.egress, ["mcp.example.com:443", "login.example.com:443", "oauth2.example.net:443"]);
    assert.deepEqual(
      configuredSecrets(parsed).map(({ name }) => name),
      ["client"],
    );
    assert.deepEqual(parseManifest(JSON.parse(JSON.stringify(parsed)), "label").manifest, parsed);
  });

  it("is told what is wrong with its issuer", () => {
    const told = (oauth: Record<string, unknown>, more: Record<string, unknown> = {}) =>
      problemsOf(remote({ oauth, ...more })).join("\n");
    const issuer = "https://login.example.com";
    for (const wrong of ["http://login.example.com", "https://u:p@login.example.com", `${issuer}?a=b`, "login"])
      assert.match(told({ issuer: wrong }), /oauth\.issuer: got .*, expected a URL like https:/, wrong);
    for (const host of ["127.0.0.1", "169.254.169.254", "localhost"])
      assert.match(told({ issuer: `https://${host}` }), /oauth\.issuer: .*expected a URL of another host/, host);
    for (const host of ["*.example.com:443", "public", "127.0.0.1:443"])
      assert.match(told({ issuer, hosts: [host] }), /oauth\.hosts\.0: got/, host);
    const both = { clientId: "a", clientSecret: { secret: "b" } };
    assert.match(told({ issuer, grant: "client-credentials", clientId: "a" }), /oauth\.grant: got client-credentials/);
    assert.match(told({ issuer, grant: "client-credentials", ...both, credentials: "per-user" }), /oauth\.grant: got/);
    assert.equal(told({ issuer, grant: "client-credentials", ...both }), "");
    const shared = { sessions: { mode: "shared" } };
    assert.match(told({ issuer, credentials: "per-user" }, shared), /sessions\.mode: got shared, expected per-client/);
    assert.match(told({ issuer, clientSecret: { secret: "a" } }), /got clientSecret alone/);
    assert.match(
      told({ issuer }, { headers: { authorization: { secret: "a" } } }),
      /headers\.authorization: got a value, and oauth/,
    );
    assert.match(told({ issuer }, { egress: ["mcp.example.com:443"] }), /egress: got a value.*and oauth/);
    assert.match(problemsOf(document({ oauth: { issuer } })).join(), /oauth: got a value, expected nothing: it is for/);
  });

  it("alone has headers and TLS", () => {
    const problems = problemsOf(document({ headers: { "X-A": { value: "a" } }, tls: {} })).join("\n");
    assert.match(problems, /headers: got a value, expected nothing: it is for servers of `transport\.type: remote`/);
    assert.match(problems, /tls: got a value/);
  });

  it("puts a secret into a header as it is, also one with `$&` in it", () => {
    const read = () => "a$&b";
    assert.equal(headerValue({ secret: "s", value: "Bearer {}" }, read), "Bearer a$&b");
    assert.equal(
      headerValue({ secret: "s" }, () => undefined),
      undefined,
    );
    assert.equal(headerValue({ value: "{}" }, read), "{}");
  });
});
