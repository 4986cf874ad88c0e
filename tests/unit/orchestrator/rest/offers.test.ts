import assert from "node:assert/strict";
import type { z } from "zod";
import type { catalogOfferSchema, packageSourceSchema } from "../../../../api/schemas/drafts";
import type { Draft } from "../../../../orchestrator/rest/drafts";
import { Api } from "../../../support/orchestrator/rest/api";
import { server } from "../../../support/orchestrator/rest/fleet";
import { OFFER, PackageRegistry } from "../../../support/registry/packages";

type Sources = { sources: z.output<typeof packageSourceSchema>[] };

describe("what could be added, through the API", () => {
  let registry: PackageRegistry;
  let url: string;
  let api: Api;
  before(async () => {
    registry = new PackageRegistry();
    url = await registry.open();
    const told = { url: "https://registry.example.com", search: false };
    api = await Api.start({ registry: { ...told, npm: url, pypi: url }, catalog: [OFFER, { ...OFFER, name: "late" }] });
  });
  after(async () => {
    await api.stop();
    registry.close();
  });

  const search = async (query: string, of = api) =>
    (await of.call<Sources>("GET", `/v1/registry/packages?${query}`, { as: "read" })).body.sources;

  it("has the catalog's servers that do not run, with what each would be allowed and how it is added", async () => {
    const items = async (as: "read" | "files" = "read") => {
      const { body } = await api.call<{ items: z.output<typeof catalogOfferSchema>[] }>("GET", "/v1/catalog", { as });
      return body.items;
    };
    assert.deepEqual(await items(), [OFFER, { ...OFFER, name: "late" }]);
    api.fleet.add(server("late"));
    assert.deepEqual(await items(), [OFFER], "what runs by now is no offer");
    assert.deepEqual(await items("files"), [], "a token for some servers sees no other");
  });

  it("finds packages of npm by a word, and the one of PyPI that is called so", async () => {
    const [npm, pypi] = await search("search=weather-mcp");
    assert.deepEqual([npm?.kind, npm?.state, npm?.url, npm?.more], ["npm", "ok", url, false]);
    assert.deepEqual(
      npm?.items.map(({ source }) => source),
      ["npm:@me/weather-mcp@1.2.3", "npm:weather-mcp@0.3.0"],
    );
    assert.deepEqual([pypi?.state, pypi?.items.map(({ source }) => source)], ["ok", ["pypi:weather-mcp==0.3.0"]]);
    const [few, none] = await search("search=weather&limit=1");
    assert.deepEqual([few?.items.length, few?.more, none?.state, none?.items], [1, true, "ok", []]);
  });

  it("shows what one of them would be, and the command that adds it", async () => {
    const [npm] = await search("search=@me/weather-mcp");
    const [one] = npm?.items ?? [];
    const body = { document: one?.document, from: one?.source };
    const drafted = await api.call<Draft>("POST", "/v1/drafts", { as: "admin", body });
    assert.equal(drafted.status, 200, JSON.stringify(drafted.body));
    assert.deepEqual([drafted.body.name, drafted.body.from], ["weather", "npm:@me/weather-mcp@1.2.3"]);
    assert.equal(drafted.body.command, "bin/dind-mcp servers add npm:@me/weather-mcp@1.2.3");
    assert.match(drafted.body.files.Dockerfile ?? "", /@me\/weather-mcp@1\.2\.3/);
    assert.match(drafted.body.notes.join("\n"), /recipe/);
    const wrong = await api.call("POST", "/v1/drafts", { as: "admin", body: { ...body, from: "evil; rm -rf /" } });
    assert.equal(wrong.status, 400);
  });

  it("says of each what is not configured, and what does not answer, beside what does", async () => {
    const closed = await Api.start();
    const half = await Api.start({
      registry: { url: "https://registry.example.com", search: false, npm: "http://127.0.0.1:9", pypi: url },
    });
    try {
      const missing = await search("search=a", closed);
      assert.deepEqual(
        missing.map(({ kind, state, problem, items }) => [kind, state, problem, items]),
        [
          ["npm", "not-configured", "the config has no npmRegistry", []],
          ["pypi", "not-configured", "the config has no pypiIndex", []],
        ],
      );
      const [npm, pypi] = await search("search=weather-mcp", half);
      assert.deepEqual([npm?.state, pypi?.state], ["failed", "ok"]);
      assert.match(npm?.problem ?? "", /^http:\/\/127\.0\.0\.1:9\/-\/v1\/search: got /);
    } finally {
      await closed.stop();
      await half.stop();
    }
  });

  it("asks for nothing that is no package's name, and takes no name that is none", async () => {
    registry.asked.length = 0;
    registry.packages.push({ name: "weird name; $(id)", version: "1", description: "" });
    const [npm, pypi] = await search(`search=${encodeURIComponent("weird name")}`);
    registry.packages.pop();
    assert.deepEqual(
      registry.asked.filter((path) => path.startsWith("/pypi")),
      [],
    );
    assert.deepEqual([npm?.state, pypi?.state], ["failed", "ok"]);
  });
});
