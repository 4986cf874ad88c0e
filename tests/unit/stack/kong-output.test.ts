import assert from "node:assert/strict";
import { siteOf } from "../../../cli/proxy/site";
import { kongDocument } from "../../../config/fleet/kong/document";
import { kongEntities } from "../../../config/fleet/kong/entities";
import { parseSettings } from "../../../config/parse-settings";
import { loadCatalog } from "../../../manifest/load-catalog";
import { embeddedKong, kongOutput } from "../../../stack/kong-output";
import { membersOf } from "../../support/kong/members";
import { wrongDocument } from "../../support/kong/schema";

const servers = loadCatalog(["mcp"], {});
const settings = (config: Record<string, string>) => parseSettings(config, [], "test");

describe("the output kong", () => {
  it("is what bin/dind-mcp kong prints of the catalog's servers, and one that Kong's documentation allows", () => {
    const told = settings({ publicUrl: "https://example.com/fleet", pageUrl: "https://example.com" });
    const site = siteOf(told, {});
    const members = membersOf(site, ["files", "http", "postgres"]);
    const wishes = { tag: "dind-mcp.dev", keyAuth: false, requestsPerMinute: told.requestsPerMinute };
    const document = kongOutput(told, servers, "dev");
    assert.deepEqual(document, kongDocument(kongEntities(site, members, wishes), wishes.tag));
    assert.deepEqual(wrongDocument(document), []);
  });

  it("is not there while nobody said how clients reach a proxy", () => {
    assert.equal(kongOutput(settings({}), servers, "dev"), undefined);
  });

  it("is for whatever host name where Kong is inside the engine, and leads to the orchestrator there", () => {
    assert.equal(embeddedKong(settings({ publicUrl: "https://mcp.example.com" }), servers, "dev"), undefined);
    const document = embeddedKong(settings({ kong: "embedded" }), servers, "dev");
    assert.deepEqual(wrongDocument(document), []);
    assert.match(JSON.stringify(document), /"target":"10\.214\.0\.18:18080"/);
    assert.match(JSON.stringify(document), /"host_header":"localhost"/, "a name that the fleet knows");
    assert.doesNotMatch(JSON.stringify(document), /"hosts"/);
    const names = document?.services.map(({ name }) => String(name).replace("dind-mcp.dev.", ""));
    assert.deepEqual(names?.toSorted(), ["api", "open", "server.files", "server.http", "server.postgres"]);
  });

  it("leaves out a page that cannot be beside the API, and the rest is there", () => {
    const both = "https://example.com";
    const document = kongOutput(settings({ publicUrl: both, pageUrl: both }), servers, "dev");
    const names = document?.services.map(({ name }) => String(name));
    assert.ok(names?.includes("dind-mcp.dev.api"));
    assert.ok(!names?.includes("dind-mcp.dev.page"));
  });
});
