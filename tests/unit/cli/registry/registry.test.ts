import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { draft } from "../../../../cli/add/draft";
import { ownDocument } from "../../../../cli/add/own-document";
import { originOf, packageJson } from "../../../../cli/add/server-json";
import { parseSource } from "../../../../cli/add/source";
import { CliError, ExitCode } from "../../../../cli/errors";
import { registryServer, searchRegistry } from "../../../../cli/registry/client";
import { limitOf } from "../../../../cli/registry/limit";
import { foundServer } from "../../../../cli/registry/search";
import { OFFICIAL_META } from "../../../../manifest/server-json";
import { Registry, WEATHER } from "../../../support/registry/registry";

describe("an MCP registry", () => {
  let registry: Registry;
  let url: string;
  beforeEach(async () => {
    registry = new Registry();
    url = await registry.open();
  });
  afterEach(() => registry.close());

  it("is searched page by page, as far as is asked for", async () => {
    registry.servers.push(...[1, 2, 3, 4].map((count) => ({ ...WEATHER, name: `io.example.me/tide-${count}` })));
    const { servers, more } = await searchRegistry(url, "tide", 30);
    assert.deepEqual([servers.length, more], [4, false]);
    assert.equal(registry.asked.length, 2);
    assert.match(registry.asked[0] ?? "", /^\/v0\.1\/servers\?search=tide&version=latest&limit=30$/);
    const some = await searchRegistry(url, "io.example", 3);
    assert.deepEqual([some.servers.length, some.more], [3, true]);
    assert.deepEqual(await searchRegistry(url, "no such", 30), { servers: [], more: false });
    registry.api = "v0";
    assert.equal((await searchRegistry(url, "tide", 30)).servers.length, 4, "one that speaks the version before");
  });

  it("is not trusted: what is no server is passed over, an endless list ends, text stays on its line", async () => {
    const odd = { name: "io.example.me/tide\u001b[31m", description: "a\nb\u202e", version: "1.0.0" };
    registry.servers.splice(0, 1, { name: 7 } as never, odd, { ...odd, name: "io.example.me/tide; id" });
    const { servers } = await searchRegistry(url, "", 30);
    assert.deepEqual(
      servers.map((one) => foundServer(one)).map(({ description, add }) => [description, add]),
      [
        ["a b", undefined],
        ["a b", undefined],
      ],
    );
    const endless = createServer(({ url: asked = "" }, response) => {
      const cursor = Number(new URL(asked, "http://a").searchParams.get("cursor") ?? 0) + 1;
      response.end(JSON.stringify({ servers: [], metadata: { nextCursor: String(cursor) } }));
    });
    await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
    try {
      const place = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
      assert.deepEqual(await searchRegistry(place, "x", 30), { servers: [], more: true });
    } finally {
      endless.close().closeAllConnections();
    }
  });

  it("shows what a server is made of, and how to add it where that can run here", () => {
    const before = process.env.PULUMI_STACK;
    process.env.PULUMI_STACK = "dev";
    try {
      const listed = (more: object, status = "active") =>
        foundServer({
          server: { remotes: [], ...WEATHER, ...more } as never,
          _meta: { [OFFICIAL_META]: { status } },
        });
      assert.deepEqual(listed({}), {
        ...{ name: WEATHER.name, title: "Weather", description: "Tells the weather", version: "1.2.3" },
        ...{ packages: ["npm:@me/weather-mcp"], remotes: 0, add: "bin/dind-mcp servers add io.example.me/weather" },
      });
      const away = listed({ packages: [], remotes: [{ type: "sse", url: "https://a.example/sse" }] }, "deprecated");
      assert.deepEqual([away.add, away.remotes, away.status], [undefined, 1, "deprecated"]);
    } finally {
      if (before === undefined) delete process.env.PULUMI_STACK;
      else process.env.PULUMI_STACK = before;
    }
    assert.equal(limitOf("30"), 30);
    for (const bad of ["0", "-1", "1.5", "x", "100000"])
      assert.throws(() => limitOf(bad), /--limit: got .*from 1 to 1000/);
  });

  it("that cannot be reached, or is none, is told in one sentence with what to do", async () => {
    const refused = (place: string, message: RegExp, code: ExitCode) =>
      assert.rejects(searchRegistry(place, "x", 30), (error) => {
        assert.ok(error instanceof CliError);
        assert.match(error.message, message);
        assert.match(error.fix ?? "", /serverRegistry|servers search/);
        assert.equal(error.code, code);
        return true;
      });
    await refused("http://registry.example", /got http, expected https/, ExitCode.Usage);
    registry.servers.splice(0);
    await assert.rejects(registryServer(url, "io.example.me/none"), {
      code: ExitCode.NotFound,
      message: /none\/versions\/latest: got status 404/,
    });
    registry.api = "v9";
    await refused(url, /servers: got status 404/, ExitCode.NotFound);
    const page = createServer((_, response) => response.end(page_));
    let page_ = "<html>";
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    const place = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    await refused(place, /got no JSON, expected an MCP registry's answer/, ExitCode.Failed);
    page_ = '{"servers": 3}';
    await refused(place, /got something else than a list of servers/, ExitCode.Failed);
    page.close().closeAllConnections();
    await refused(place, /the MCP registry does not answer: .*: got \w+, expected its answer/, ExitCode.Unreachable);
  });

  it("gives a server by its name, in that version or the newest", async () => {
    const source = parseSource("io.example.me/weather");
    assert.deepEqual(source, { kind: "registry", server: "io.example.me/weather" });
    const { document, from, notes } = await originOf(source, { args: [], registry: url });
    assert.deepEqual(document, WEATHER);
    assert.equal(from, "io.example.me/weather@1.2.3");
    assert.deepEqual(notes, ["version 1.2.3 is the newest of the registry"]);
    const exact = await originOf(parseSource("io.example.me/weather@1.2.3"), { args: [], registry: url });
    assert.deepEqual(exact.notes, []);
    const none = originOf(parseSource("io.example.me/weather@9.9.9"), { args: [], registry: url });
    await assert.rejects(none, /versions\/9\.9\.9: got status 404/);
    for (const other of ["weather", "a/b", "./io.example.me/weather", "io.example/server.json"]) {
      assert.equal(parseSource(other).kind, "document", other);
    }
  });

  it("tells what a package without a recipe needs, by the name that the package says it has there", async () => {
    const source = { kind: "npm", name: "@me/weather-mcp" } as const;
    const info = { version: "1.2.4", mcpName: "io.example.me/weather" };
    const own = await ownDocument(source, info, url);
    const made = (args: string[]) => draft(packageJson(source, info, args, { own }), "a test", { user: 11_001 });
    const { needs, secrets, files } = made([]);
    assert.deepEqual(secrets, ["weather-api-key"]);
    assert.match(needs.join("\n"), /env\.WEATHER_CITY: .*Where you are/);
    assert.match(files["server.yaml"] ?? "", /title: Weather\ndescription: Tells the weather\nversion: 1\.2\.4\n/);
    assert.match(files["server.yaml"] ?? "", /- mcp-server\n {4}- --metric\n/);
    assert.match(
      files.Dockerfile ?? "",
      /"@me\/weather-mcp@1\.2\.4"/,
      "the version that was found, not the document's",
    );
    assert.match(made(["--imperial"]).files["server.yaml"] ?? "", /- mcp-server\n {4}- --imperial\n/);
    assert.doesNotMatch(made(["--imperial"]).files["server.yaml"] ?? "", /--metric/);
  });

  it("tells nothing of a package that it has under another name, or not at all", async () => {
    const info = { version: "1.2.4", mcpName: "io.example.me/weather" };
    const other = await ownDocument({ kind: "npm", name: "weather-thief" }, info, url);
    assert.deepEqual(other.entry, undefined);
    assert.match(other.notes[0] ?? "", /calls itself io\.example\.me\/weather: .*not about this package/);
    const none = await ownDocument({ kind: "npm", name: "x" }, { ...info, mcpName: "io.example.me/none" }, url);
    assert.match(none.notes[0] ?? "", /no server\.json of that name: .*status 404/);
    const asked = registry.asked.length;
    assert.deepEqual(await ownDocument({ kind: "npm", name: "x" }, { version: "1" }, url), { notes: [] });
    assert.deepEqual(await ownDocument({ kind: "npm", name: "x" }, info, undefined), { notes: [] });
    assert.equal(registry.asked.length, asked);
  });
});
