import assert from "node:assert/strict";
import { HttpFixture, removeFixture } from "../support/orchestrator/gateway/fixture-server";
import { type Forwarder, forwardWithToken } from "./forwarder";
import { REVISIONS, SCORED, UNSCORED } from "./scenarios";
import { describeFailures, passed, runSuite } from "./suite";

/** What fails here is the fixture's fault, or the suite's; behind the gateway it is the gateway's. */
describe("conformance of the fixture by itself", function () {
  this.timeout(300_000);
  let fixture: HttpFixture;
  let forwarder: Forwarder;

  before(async () => {
    fixture = await HttpFixture.start();
    forwarder = await forwardWithToken(fixture.url, "no-one-looks-at-it");
  });
  after(async () => {
    await forwarder?.close();
    await fixture?.stop();
    removeFixture();
  });

  for (const revision of REVISIONS) {
    it(`passes all ${SCORED[revision].length} scored scenarios of ${revision}, through the forwarder`, async () => {
      const outcomes = await runSuite(forwarder.url, revision);
      for (const name of [...SCORED[revision], ...UNSCORED[revision]]) {
        const outcome = outcomes.find(({ scenario }) => scenario === name);
        assert.ok(outcome, `${name} did not run`);
        assert.ok(passed(outcome), `${name}:\n${describeFailures(outcome)}`);
      }
    });
  }

  it("has the numbers of scored scenarios that the suite has", () => {
    assert.equal(SCORED["2025-11-25"].length, 30);
    assert.equal(SCORED["2026-07-28"].length, 37);
  });
});
