import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpFixture, removeFixture } from "../../../support/orchestrator/gateway/fixture-server";
import { type HttpCall, HttpServer, sessionServer } from "../../../support/orchestrator/gateway/http-server";
import { assertFailed, DONE } from "../../../support/orchestrator/gateway/http-site";
import { FAR, RemoteSite } from "../../../support/orchestrator/gateway/remote-site";

describe("gateway: a remote server", function () {
  this.timeout(20_000);
  let remote: RemoteSite;
  let onCall: (call: HttpCall) => void;
  let server: HttpServer;
  let url: string;

  beforeEach(async () => {
    onCall = (call) => (call.method === "GET" ? call.response.writeHead(405).end() : call.result(DONE));
    server = new HttpServer(sessionServer((call) => onCall(call)));
    remote = await RemoteSite.open();
    url = await server.start();
    await remote.publish(url);
  });
  afterEach(async () => {
    await remote.close();
    await server.stop();
  });
  after(removeFixture);

  const called = async (name = "far") => (await remote.site.client(name)).call("x");

  it("is reached through the proxy alone, by TLS, under its own name, on connections that are kept", async () => {
    remote.declare("far");
    const client = await remote.site.client("far");
    for (let count = 0; count < 10; count++) assert.deepEqual((await client.call("x")).result, DONE);
    assert.deepEqual(new Set(remote.asked), new Set([`${FAR}:443`]));
    assert.ok(remote.asked.length <= 4, `${remote.asked.length} connections`);
    assert.deepEqual(new Set(remote.named), new Set([FAR]));
    for (const { headers } of server.calls) assert.equal(headers.host, FAR);
  });

  it("gets the headers of its manifest with secrets filled in, new ones soon, and nothing of the client's", async () => {
    remote.secret("key", "s3cret-one\n");
    const headers = {
      Authorization: { secret: "key", value: "Bearer {}" },
      "X-Api-Key": { secret: "key" },
      "X-Region": { value: "eu" },
      "X-Absent": { secret: "nobody" },
    };
    remote.declare("far", {}, { headers });
    const client = await remote.site.client("far");
    await client.call("x");
    const { authorization, ...others } = server.calls.at(-1)?.headers ?? {};
    assert.equal(authorization, "Bearer s3cret-one");
    assert.deepEqual([others["x-api-key"], others["x-region"], others["x-absent"]], ["s3cret-one", "eu", undefined]);
    assert.equal(others["x-test-principal"], undefined);
    remote.secret("key", "another");
    await sleep(1_100);
    await client.call("x");
    assert.equal(server.calls.at(-1)?.headers.authorization, "Bearer another");
  });

  it("with a certificate that nobody vouches for, or of another name, is refused, and says so", async () => {
    remote.declare("public", {}, { tls: undefined });
    assert.match(await refusal("public"), /its certificate is not accepted \((SELF_SIGNED|UNABLE_TO)/);
    await remote.publish(url, { place: "other.example.com:443" });
    remote.declare("other", { url: "https://other.example.com/mcp" });
    assert.match(await refusal("other"), /its certificate is not accepted \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
    assert.deepEqual(server.calls, []);
  });

  const refusal = async (name: string): Promise<string> => String(await remote.site.gateway.check(name));

  it("whose secret is not what its place wants says which one, and nothing of its value", async () => {
    const refusalFor = async (secret: string, manifest: object): Promise<string> => {
      remote.secret("wrong", secret);
      remote.declare("far", {}, manifest);
      return refusal("far");
    };
    const headers = { "X-Api-Key": { secret: "wrong" } };
    const ca = { secret: "ca" };
    const words = [
      await refusalFor("s3cret-one\ns3cret-two\n", { headers }),
      await refusalFor("s3cret-\u20ac", { headers }),
      await refusalFor("s3cret", { tls: { ca: { secret: "wrong" } } }),
      await refusalFor("s3cret", { tls: { ca, certificate: { secret: "wrong" }, key: { secret: "client.key" } } }),
      await refusalFor("s3cret", { tls: { ca, certificate: { secret: "client.pem" }, key: { secret: "wrong" } } }),
      await refusalFor("", { tls: { ca, certificate: { secret: "client.pem" }, key: { secret: "server.key" } } }),
    ];
    const expected = [
      /its secret wrong for the header X-Api-Key has more than one line/,
      /its secret wrong for the header X-Api-Key has a character that no header can carry/,
      /its secret wrong for tls is no certificate in PEM/,
      /its secret wrong for tls is no certificate in PEM/,
      /its secret wrong for tls is no key without a password in PEM/,
      /its secrets client\.pem and server\.key for tls are not of one pair/,
    ];
    for (const [index, pattern] of expected.entries()) assert.match(words[index] ?? "", pattern);
    assert.doesNotMatch(words.join(), /s3cret/);
    assert.deepEqual(server.calls, []);
  });

  it("that asks for a certificate gets that of the manifest", async () => {
    await remote.publish(url, { clients: true });
    remote.declare("far");
    assert.match(await refusal("far"), /failed|ended/);
    const tls = { ca: { secret: "ca" }, certificate: { secret: "client.pem" }, key: { secret: "client.key" } };
    remote.declare("far", {}, { tls });
    assert.equal(await remote.site.gateway.check("far"), undefined);
  });

  it("that the proxy refuses says why, in the proxy's words", async () => {
    remote.declare("far", { url: "https://169.254.169.254/mcp" });
    assert.match(
      await refusal("far"),
      /no way to 169\.254\.169\.254:443: Refused by the egress proxy: 169\.254\.169\.254:443 is not listed/,
    );
  });

  it("redirects within its origin, and nowhere else", async () => {
    const moved = (to: string, status: number) => (call: HttpCall) => {
      if (call.method === "GET") return void call.response.writeHead(405).end();
      if (call.request.url === "/mcp") return void call.response.writeHead(status, { location: to }).end();
      call.result(DONE);
    };
    remote.declare("far");
    onCall = moved("/new", 307);
    assert.deepEqual((await called()).result, DONE);
    assert.deepEqual(
      server.calls.filter(({ body }) => body?.method === "tools/call").map(({ request }) => request.url),
      ["/mcp", "/new"],
    );
    for (const to of ["https://169.254.169.254/new", `http://${FAR}/new`, `https://${FAR}:444/new`]) {
      onCall = moved(to, 307);
      assertFailed(await called(), /HTTP 307, a redirect to .*: none is followed/);
    }
    onCall = moved("/new", 302); // would make a GET of it
    assertFailed(await called(), /HTTP 302/);
    assert.deepEqual(new Set(remote.asked), new Set([`${FAR}:443`]));
  });

  it("that redirects for ever is left alone", async () => {
    remote.declare("far");
    onCall = (call) =>
      call.method === "GET"
        ? call.response.writeHead(405).end()
        : call.response.writeHead(308, { location: "/mcp" }).end();
    assertFailed(await called(), /HTTP 308/);
    assert.equal(server.calls.filter(({ body }) => body?.method === "tools/call").length, 6);
  });

  it("is checked as a client would: 401 is told, and an answer is none", async () => {
    remote.declare("far");
    assert.equal(await remote.site.gateway.check("far"), undefined);
    const shut = new HttpServer((call) => call.json({ error: "who are you" }, { "www-authenticate": "Bearer" }, 401));
    await remote.publish(await shut.start());
    remote.declare("far");
    assert.match(await refusal("far"), /HTTP 401/);
    await shut.stop();
  });

  for (const era of ["legacy", "modern"]) {
    it(`of the official SDK, ${era} alone, serves clients of both eras`, async () => {
      const fixture = await HttpFixture.start("--era", era, "--host", "127.0.0.2");
      try {
        await remote.publish(fixture.url);
        remote.declare("far", { url: `https://${FAR}${new URL(fixture.url).pathname}` });
        assert.equal(await remote.site.gateway.check("far"), undefined);
        const tools = await remote.site.gateway.tools("far");
        assert.ok(tools.length > 3, `${tools.length} tools`);
        const old = await remote.site.client("far");
        assert.equal((await old.call("test_simple_text")).result.content[0].type, "text");
      } finally {
        fixture.process.kill();
      }
    });
  }
});
