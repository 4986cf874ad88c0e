import assert from "node:assert/strict";
import { CliError, ExitCode } from "../../../../cli/errors";
import { checkOutput } from "../../../../cli/stack/output-names";

describe("outputs", () => {
  it("are told when one is asked for that is none", () => {
    checkOutput("tokens", ["tokens", "endpoints"]);
    const refused = (name: string, fix: RegExp) =>
      assert.throws(
        () => checkOutput(name, ["tokens", "endpoints"]),
        (error) => {
          assert.ok(error instanceof CliError);
          assert.equal(error.message, `outputs: got "${name}", expected one of endpoints, tokens`);
          assert.equal(error.code, ExitCode.Failed);
          return fix.test(error.fix ?? "");
        },
      );
    refused("token", /did you mean tokens\?/);
    refused("nosuch", /`bin\/dind-mcp outputs` shows/);
  });
});
