import assert from "node:assert/strict";
import { siteOf } from "../../../cli/proxy/site";
import { kongDocument } from "../../../config/fleet/kong/document";
import { kongEntities } from "../../../config/fleet/kong/entities";
import { parseSettings } from "../../../config/parse-settings";
import { loadCatalog } from "../../../manifest/load-catalog";
import { kongOutput } from "../../../stack/kong-output";
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

  it("leaves out a page that cannot be beside the API, and the rest is there", () => {
    const both = "https://example.com";
    const document = kongOutput(settings({ publicUrl: both, pageUrl: both }), servers, "dev");
    const names = document?.services.map(({ name }) => String(name));
    assert.ok(names?.includes("dind-mcp.dev.api"));
    assert.ok(!names?.includes("dind-mcp.dev.page"));
  });
});
