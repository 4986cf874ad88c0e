import assert from "node:assert/strict";
import type { ProblemDetails } from "../../../../api/problem";
import { draft } from "../../../../cli/add/draft";
import { optionWishes } from "../../../../cli/add/options";
import { originOf } from "../../../../cli/add/server-json";
import { parseSource } from "../../../../cli/add/source";
import type { Draft } from "../../../../orchestrator/rest/drafts";
import { Api } from "../../../support/orchestrator/rest/api";
import { IMAGE, Registry, WEATHER } from "../../../support/registry/registry";

describe("adding a server through the API", () => {
  let registry: Registry;
  let url: string;
  let api: Api;
  before(async () => {
    registry = new Registry();
    registry.servers.push(IMAGE, { ...IMAGE, name: "io.example.me/greeter-two", packages: [] });
    url = await registry.open();
    api = await Api.start({ registry: { url, search: true } });
  });
  after(async () => {
    await api.stop();
    registry.close();
  });

  const drafted = (body: unknown, of = api) =>
    of.call<Draft & ProblemDetails>("POST", "/v1/drafts", { as: "admin", body });

  it("finds servers of the config's registry, and says which of them can run here", async () => {
    const { status, body } = await api.call("GET", "/v1/registry/servers?search=greeter", { as: "read" });
    assert.equal(status, 200);
    const items = body.items as { name: string; runs: boolean; packages: string[] }[];
    assert.deepEqual(
      items.map(({ name, runs }) => [name, runs]),
      [
        ["io.example.me/greeter", true],
        ["io.example.me/greeter-two", false],
      ],
    );
    assert.deepEqual([body.registry, body.more], [url, false]);
  });

  it("makes the same folder as `servers add`, byte for byte", async () => {
    const cases = [
      { source: "io.example.me/weather", options: {} },
      {
        source: "io.example.me/weather@1.2.3",
        options: { env: ["WEATHER_CITY=Bern"], egress: ["api.example.com:443"] },
      },
      { source: "io.example.me/greeter", options: { egress: ["none"] } },
    ];
    for (const { source, options } of cases) {
      const origin = await originOf(parseSource(source), { args: [], registry: url });
      const wishes = optionWishes(options);
      const byCommand = draft(origin.document, origin.from, { user: 11_003, wishes });
      const [name, version] = source.split("@");
      const { status, body } = await drafted({
        registry: { name, version },
        ...("env" in options ? { env: { WEATHER_CITY: "Bern" } } : {}),
        ...(options.egress ? { egress: options.egress.filter((one) => one !== "none") } : {}),
      });
      assert.equal(status, 200);
      assert.deepEqual(body.files, byCommand.files, source);
      assert.deepEqual(body.notes, [...origin.notes, ...byCommand.notes]);
      assert.deepEqual(
        body.needs.map(({ path, text }) => `${path}: ${text}`),
        byCommand.needs,
      );
    }
  });

  it("says what it would be allowed, what is to be filled in, and the command for it", async () => {
    const { body } = await drafted({
      registry: { name: WEATHER.name },
      name: "wetter",
      egress: ["api.example.com:443"],
    });
    assert.deepEqual(body.opens.egress, ["api.example.com:443"]);
    assert.deepEqual(body.opens.secrets, [
      { name: "weather-api-key", env: "WEATHER_API_KEY", description: "Your key", required: true },
    ]);
    assert.deepEqual(
      body.needs.map(({ path }) => path),
      ["env.WEATHER_CITY"],
    );
    assert.equal(body.deployable, false);
    assert.match(body.obstacles.join("\n"), /^build: /m);
    const command = "bin/dind-mcp servers add io.example.me/weather@1.2.3 --name wetter --egress api.example.com:443";
    assert.equal(body.command, command);
  });

  it("makes what can be deployed as it is", async () => {
    const { body } = await drafted({ registry: { name: IMAGE.name } });
    assert.deepEqual([body.deployable, body.obstacles], [true, []]);
    const secrets = { "greeter-token": "s3cret" };
    const sent = { manifest: body.manifest, secrets };
    assert.equal((await api.call("POST", "/v1/servers", { as: "admin", body: sent })).status, 201);
    assert.deepEqual(api.fleet.given.at(-1), secrets);
  });

  it("takes a document in place of the registry's, also where no registry may be asked", async () => {
    const closed = await Api.start();
    try {
      assert.equal((await drafted({ document: IMAGE }, closed)).status, 200);
      const { status, body } = await closed.call<ProblemDetails>("GET", "/v1/registry/servers?search=a", {
        as: "read",
      });
      assert.equal(status, 409);
      assert.match(body.detail, /registrySearch/);
      assert.equal((await drafted({ registry: { name: IMAGE.name } }, closed)).status, 409);
    } finally {
      await closed.stop();
    }
  });

  it("says what is wrong with a request or a document", async () => {
    assert.equal((await drafted({})).status, 422);
    assert.equal((await drafted({ document: IMAGE, registry: { name: IMAGE.name } })).status, 422);
    assert.equal((await drafted({ registry: { name: "../secrets" } })).status, 400);
    assert.equal((await drafted({ document: { name: "x" } })).status, 422);
    assert.equal((await drafted({ document: IMAGE, egress: ["nowhere"] })).status, 422);
    const { status, body } = await drafted({ registry: { name: "io.example.me/none" } });
    assert.deepEqual([status, body.title], [404, "Not Found"]);
    assert.equal((await api.call("POST", "/v1/drafts", { as: "read", body: { document: IMAGE } })).status, 403);
  });

  it("says that the registry does not answer, or is none", async () => {
    for (const [wrong, status] of [
      ["http://127.0.0.1:9", 504],
      [`${url}/elsewhere`, 404],
      ["http://registry.example.com", 502],
    ] as const) {
      const one = await Api.start({ registry: { url: wrong, search: true } });
      try {
        assert.equal((await one.call("GET", "/v1/registry/servers?search=a", { as: "read" })).status, status, wrong);
      } finally {
        await one.stop();
      }
    }
  });
});
