import assert from "node:assert/strict";
import { FIXTURES } from "../support/fleet/fixture-catalog";
import { gatewayTarget } from "../support/fleet/gateway-fleet";
import { type Forwarder, forwardWithToken } from "./forwarder";
import { REVISIONS, SCORED, UNSCORED } from "./scenarios";
import { describeFailures, type Outcome, passed, runSuite } from "./suite";

/** The pass-through path of a real stack: /servers/NAME/mcp in the engine, the fixture in a container behind it. */
describe("conformance through the gateway", function () {
  this.timeout(900_000);

  for (const server of [FIXTURES.both, FIXTURES.http]) {
    for (const revision of REVISIONS) {
      describe(`${server}, ${revision}`, () => {
        let forwarder: Forwarder;
        let outcomes: Outcome[];

        before(async () => {
          const { url, token } = await gatewayTarget(server);
          forwarder = await forwardWithToken(url, token);
          outcomes = await runSuite(forwarder.url, revision);
        });
        after(() => forwarder?.close());

        for (const name of SCORED[revision]) {
          it(name, () => {
            const outcome = outcomes.find(({ scenario }) => scenario === name);
            assert.ok(outcome, "did not run");
            assert.ok(passed(outcome), `\n${describeFailures(outcome)}`);
          });
        }

        it("and what is not scored but the fixture can", () => {
          const unscored = outcomes.filter(({ scenario }) => UNSCORED[revision].includes(scenario));
          assert.equal(unscored.length, UNSCORED[revision].length);
          // Mcp-Param-* headers are checked against a tool's schema, which of a stdio server the gateway does not know.
          const expected = server === FIXTURES.both ? ["http-custom-header-server-validation"] : [];
          const failed = unscored.filter((outcome) => outcome.failed.length > 0);
          assert.deepEqual(failed.filter(({ scenario }) => !expected.includes(scenario)).map(describeFailures), []);
        });
      });
    }
  }
});
