import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { readAssets } from "../../../../orchestrator/page/assets";
import { cameByTls } from "../../../../orchestrator/page/cookie";
import { PageServer } from "../../../../orchestrator/page/page-server";
import { SignIns } from "../../../../orchestrator/page/sign-ins";
import { Api } from "../../../support/orchestrator/rest/api";

const OURS = { "x-dind-mcp-page": "the page's own" };

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

describe("the page's server", () => {
  let api: Api;
  let page: PageServer;
  let port: number;
  let folder: string;
  let signIns: SignIns;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-page-"));
    mkdirSync(join(folder, "built/assets"), { recursive: true });
    writeFileSync(join(folder, "built/index.html"), "<!doctype html><title>page</title>");
    writeFileSync(join(folder, "built/assets/app-1.js"), `console.log("${"x".repeat(2_000)}")`);
    api = await Api.start();
    signIns = new SignIns({ key: join(folder, "key"), ended: join(folder, "ended") });
    page = new PageServer({
      guard: api.guard,
      config: api.config,
      assets: readAssets(join(folder, "built")),
      signIns,
      links: api.links,
      rest: api.rest,
    });
    port = await page.listen(0, "127.0.0.1");
  });
  after(async () => {
    await page.close();
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  /** A request as a browser sends it; `fetch` would not let us say Cookie and Host. */
  async function ask(method: string, path: string, headers: Record<string, string> = {}, body = ""): Promise<Answer> {
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const sent = request({ port, host: "127.0.0.1", method, path, headers: { ...(body ? length : {}), ...headers } });
    sent.end(body);
    const [answer] = await once(sent, "response");
    return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
  }

  const signIn = (by: object, headers: Record<string, string> = OURS) =>
    ask("POST", "/sign-in", headers, JSON.stringify(by));
  const cookieOf = ({ headers }: Answer) => String(headers["set-cookie"]);
  async function signedIn(token = api.token("all")): Promise<Record<string, string>> {
    const cookie = cookieOf(await signIn({ token })).split(";")[0] as string;
    return { ...OURS, cookie };
  }

  it("gives out its document for every view, its files, and nothing else", async () => {
    for (const path of ["/", "/servers/echo", "/activity?x=1"]) {
      const { status, headers, text } = await ask("GET", path);
      assert.deepEqual([status, headers["content-type"]], [200, "text/html; charset=utf-8"], path);
      assert.match(text, /<title>page/);
      assert.match(String(headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
      assert.equal(headers["cache-control"], "no-cache");
    }
    const script = await ask("GET", "/assets/app-1.js", { "accept-encoding": "gzip, br" });
    assert.deepEqual([script.status, script.headers["content-encoding"]], [200, "br"]);
    assert.match(String(script.headers["cache-control"]), /immutable/);
    assert.equal((await ask("HEAD", "/assets/app-1.js")).headers["content-length"], "2015");
    for (const path of ["/assets/other.js", "/../key", "/assets/..%2f..%2fkey", "/mcp.x"])
      assert.equal((await ask("GET", path)).status, 404, path);
    assert.equal((await ask("POST", "/")).status, 405);
  });

  it("keeps a connection for longer than proxies do: a request never meets one that is just being closed", async () => {
    assert.equal((await ask("GET", "/", { connection: "keep-alive" })).headers["keep-alive"], "timeout=75");
  });

  it("asks the API with the rights of the token, which no script sees, and no other page can use", async () => {
    const answer = await signIn({ token: api.token("read") });
    assert.equal(answer.status, 204);
    assert.match(cookieOf(answer), /^dind-mcp-[\w-]+=[\w.-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    assert.ok(!cookieOf(answer).includes(api.token("read")));
    const headers = await signedIn(api.token("read"));
    const servers = await ask("GET", "/v1/servers", headers);
    assert.equal(servers.status, 200);
    assert.match(servers.text, /"echo"/);
    assert.equal((await ask("POST", "/v1/servers/echo/stop", headers)).status, 403);
    assert.equal((await ask("GET", "/v1/servers", { cookie: headers.cookie as string })).status, 403);
    assert.equal((await ask("GET", "/v1/servers", OURS)).status, 401);
    const own = { ...OURS, authorization: `Bearer ${api.token("all")}` };
    assert.equal((await ask("GET", "/v1/servers", own)).status, 401, "only a sign-in counts here");
    const both = { ...headers, authorization: `Bearer ${api.token("all")}` };
    assert.equal((await ask("POST", "/v1/servers/echo/stop", both)).status, 403);
  });

  it("says Secure where the browser came by https", async () => {
    const headers = { ...OURS, origin: "https://127.0.0.1" };
    assert.match(cookieOf(await signIn({ token: api.token("read") }, headers)), /; Secure$/);
  });

  it("says Secure behind TLS where a browser says nothing, and not to one that came without", () => {
    const from = (origin?: string) => cameByTls({ headers: { origin } } as IncomingMessage, "https://page.example.com");
    assert.deepEqual([from(), from("https://page.example.com"), from("http://127.0.0.1:18081")], [true, true, false]);
  });

  it("lets nobody in without a right token, and says nothing of it", async () => {
    for (const by of [{ token: "wrong" }, { token: "a b" }, { code: "none" }, {}, [], null]) {
      const { status, headers, text } = await signIn(by as object);
      assert.ok(status === 401 || status === 400, `${status} ${text}`);
      assert.equal(headers["set-cookie"], undefined);
    }
    assert.equal((await ask("POST", "/sign-in", OURS, "{")).status, 401);
    assert.equal((await ask("POST", "/sign-in", OURS, JSON.stringify({ token: "x".repeat(20_000) }))).status, 401);
    assert.equal((await ask("GET", "/sign-in", OURS)).status, 405);
    assert.equal((await signIn({ token: api.token("all") }, {})).status, 403, "not without the page's header");
    assert.equal((await ask("GET", "/", { host: "evil.example" })).status, 403);
    assert.equal((await ask("GET", "/", { origin: "https://evil.example" })).status, 403);
  });

  it("signs in once by a link that the API made", async () => {
    const made = await api.call<{ url: string; seconds: number }>("POST", "/v1/sign-in-links", { as: "files" });
    assert.deepEqual([made.status, made.body.seconds], [201, 60]);
    const [, code] = /^http:\/\/127\.0\.0\.1:18081\/#sign-in=([\w-]+)$/.exec(made.body.url) ?? [];
    const answer = await signIn({ code });
    assert.equal(answer.status, 204);
    const headers = { ...OURS, cookie: cookieOf(answer).split(";")[0] as string };
    assert.deepEqual(JSON.parse((await ask("GET", "/v1/token", headers)).text), {
      name: "files",
      scopes: ["mcp", "read", "admin"],
      servers: ["files"],
    });
    assert.equal((await signIn({ code })).status, 401);
  });

  it("signs out for good", async () => {
    const headers = await signedIn();
    const answer = await ask("POST", "/sign-out", headers);
    assert.equal(answer.status, 204);
    assert.match(cookieOf(answer), /=; Path=\/; Max-Age=0/);
    assert.equal((await ask("GET", "/v1/servers", headers)).status, 401);
  });

  it("takes a cookie from nobody that it was not made for, as every port of the host gets it", async () => {
    const { cookie } = await signedIn();
    const stolen = { "x-dind-mcp-page": "another", cookie: cookie as string };
    assert.equal((await ask("GET", "/v1/servers", stolen)).status, 401);
    assert.equal((await ask("POST", "/sign-out", stolen)).status, 401);
    assert.equal((await ask("GET", "/v1/servers", { ...OURS, cookie: cookie as string })).status, 200);
  });

  it("says when a token is too long for a cookie", async () => {
    const guard = {
      ...api.guard,
      admit: () => undefined,
      authenticate: () => ({ name: "oauth:a", scopes: new Set() }),
    };
    const other = new PageServer({
      ...{ config: api.config, assets: new Map(), links: api.links, rest: api.rest, signIns },
      guard: guard as unknown as typeof api.guard,
    });
    const at = await other.listen(0, "127.0.0.1");
    try {
      const of = (length: number) =>
        fetch(`http://127.0.0.1:${at}/sign-in`, {
          ...{ method: "POST", headers: OURS, body: JSON.stringify({ token: "x".repeat(length) }) },
        });
      assert.equal((await of(2_700)).status, 204);
      const answer = await of(4_000);
      assert.deepEqual([answer.status, answer.headers.get("set-cookie")], [413, null]);
      assert.match(await answer.text(), /with 4000 characters it is longer than a browser's cookie holds/);
    } finally {
      await other.close();
    }
  });

  it("counts no request whose client went while it was looked at", async () => {
    const headers = await signedIn();
    const { of } = signIns;
    let asked = 0;
    let left = Promise.resolve();
    signIns.of = async (...by) => {
      asked++;
      await left;
      return of.apply(signIns, by);
    };
    try {
      for (let round = 0; round < 70; round++) {
        let go = (): void => {};
        left = new Promise((resolve) => {
          go = resolve;
        });
        const sent = request({ port, host: "127.0.0.1", path: "/v1/servers", headers, agent: false });
        const closed = new Promise((resolve) => sent.once("close", resolve));
        sent.on("error", () => {}).end();
        while (asked <= round) await new Promise((resolve) => setImmediate(resolve));
        sent.destroy();
        await closed;
        // The server learns of it a moment later.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        go();
      }
    } finally {
      signIns.of = of;
    }
    assert.equal((await ask("GET", "/v1/servers", headers)).status, 200);
  });

  it("has a limit of open requests of its own", async () => {
    const headers = await signedIn();
    const streams = Array.from({ length: 64 }, () => {
      const stream = request({ port, host: "127.0.0.1", path: "/v1/events", headers });
      stream.on("error", () => {}).end();
      return stream;
    });
    const opened = await Promise.all(streams.map((stream) => once(stream, "response")));
    assert.ok(opened.every(([{ statusCode }]) => statusCode === 200));
    assert.equal((await ask("GET", "/v1/servers", headers)).status, 503);
    assert.equal((await ask("GET", "/")).status, 200, "its files are there all the same");
    for (const stream of streams) stream.destroy();
    for (let tried = 0; (await ask("GET", "/v1/servers", headers)).status !== 200; tried++) assert.ok(tried < 1_000);
  });
});
