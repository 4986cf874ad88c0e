import assert from "node:assert/strict";
import { stringify } from "yaml";
import { kongDocument } from "../../../config/fleet/kong/document";
import { kongEntities } from "../../../config/fleet/kong/entities";
import type { Site } from "../../../config/fleet/site";
import { kongAsNginx } from "../../support/kong/as-nginx";
import { membersOf } from "../../support/kong/members";
import { removeFixture } from "../../support/orchestrator/gateway/fixture-server";
import { ProxySite } from "../../support/proxy/proxy-site";
import { usePage } from "../../support/proxy/use-page";

const WISHES = { tag: "dind-mcp.test", keyAuth: false, requestsPerMinute: 0 };
const asKong = (_file: string, site: Site): string => {
  const entities = kongEntities(site, membersOf(site, ["fixture", "other"]), WISHES);
  return kongAsNginx(stringify(kongDocument(entities, WISHES.tag)), site);
};

/** No Kong is to be had. Its configuration is done by a real nginx, as Kong's documentation says what it means. */
describe("the configuration for Kong, done by nginx", function () {
  this.timeout(120_000);
  after(removeFixture);

  for (const prefix of ["", "/fleet"]) {
    describe(prefix === "" ? "at the root of its host" : `under ${prefix}`, () => {
      let site: ProxySite;
      before(async () => {
        site = await ProxySite.open("nginx", { mend: asKong, prefix });
      });
      after(async () => await site?.close());

      it("has nothing wrong in `proxy check`", async () => {
        const { code, stdout, stderr } = await site.check("--quick");
        assert.equal(code, 0, stdout + stderr);
      });

      for (const era of ["legacy", "modern"] as const) {
        it(`lets a client of the ${era} era list, and hear of progress while its call runs`, async () => {
          const { client } = await site.client(era);
          try {
            const { tools } = await client.listTools();
            assert.ok(tools.some(({ name }) => name === "fixture_wait"));
            const began = Date.now();
            const heard: number[] = [];
            const onprogress = (): void => void heard.push(Date.now() - began);
            await client.callTool({ name: "fixture_wait", arguments: { ms: 3_000, everyMs: 500 } }, { onprogress });
            assert.ok(
              (heard[0] ?? Number.POSITIVE_INFINITY) + 1_000 < Date.now() - began,
              "not at its end, all at once",
            );
          } finally {
            await client.close();
          }
        });
      }

      it("has the page on its own host", async () => await usePage(site));
    });
  }
});
