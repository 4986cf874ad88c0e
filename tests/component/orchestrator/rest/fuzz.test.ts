import assert from "node:assert/strict";
import { fuzzRest, installSchemathesis } from "../../../support/fuzz/rest-fuzz";

/** As the gateway's fuzzer has them. It takes five times as long. */
const seed = process.env.DIND_MCP_FUZZ_SEED ?? "suite";
const seconds = Math.max(1, Math.round(Number(process.env.DIND_MCP_FUZZ_SECONDS ?? 150) / 5));

describe("orchestrator: REST, a fuzzer of the OpenAPI description", () => {
  let program = "";
  before(function () {
    this.timeout(360_000);
    program = installSchemathesis();
  });

  it(`schemathesis finds nothing in ${seconds} s (seed ${seed})`, async () => {
    const { isGood, report, faults } = await fuzzRest(program, seed, seconds);
    console.log(`      ${/^ *(\d+ generated.*)$/m.exec(report)?.[1]}`);
    assert.ok(isGood, report);
    assert.deepEqual(faults, []);
  }).timeout((seconds + 120) * 1_000);
});
