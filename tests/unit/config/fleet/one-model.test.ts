import assert from "node:assert/strict";
import { kongEntities } from "../../../../config/fleet/kong/entities";
import { placeOf, siteAt } from "../../../../config/fleet/site";
import { parseSettings } from "../../../../config/parse-settings";
import { fleetModel } from "../../../../orchestrator/discovery/fleet-model";
import { testConfig } from "../../../support/config/orchestrator-config";
import { server } from "../../../support/orchestrator/rest/fleet";

describe("the one model of the fleet", () => {
  for (const publicUrl of ["https://mcp.example.com", "https://example.com:8443/a/fleet"]) {
    it(`${publicUrl}: a proxy and Kong hand on each URL that Consul is told`, () => {
      const members = fleetModel({
        config: testConfig({ publicUrl }),
        protocols: [],
        servers: [server("files"), server("http")],
        engineAnswers: true,
        toolsDigest: () => undefined,
      });
      const site = siteAt(placeOf(parseSettings({ publicUrl }, [], "test")));
      const wishes = { tag: "dind-mcp.test", keyAuth: false, requestsPerMinute: 0 };
      const routes = kongEntities(site, members, wishes).filter(({ kind }) => kind === "routes");
      const [host] = site.hosts;
      for (const { server, url } of members) {
        const { origin, pathname } = new URL(url);
        assert.equal(origin, host?.origin);
        assert.ok(
          host?.routes[0]?.paths.some((path) => pathname.startsWith(path)),
          pathname,
        );
        const route = routes.find(({ title }) => title === `dind-mcp.test.${server ? `server.${server}` : "api"}`);
        const [path = "none"] = (route?.fields.paths ?? []) as string[];
        assert.ok(pathname.startsWith(path), `${pathname} ${path}`);
      }
      assert.equal(members.length, 3);
    });
  }
});
