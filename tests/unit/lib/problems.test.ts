import assert from "node:assert/strict";
import { formatProblem, ProblemsError } from "../../../lib/problems";

const problem = { file: "mcp/a/server.yaml:3", path: "user", got: "7", expected: "11000 to 14995" };

describe("problems", () => {
  it("say where, what was got and what is expected, and how to fix it where that is not the same", () => {
    assert.equal(formatProblem(problem), "mcp/a/server.yaml:3: user: got 7, expected 11000 to 14995");
    assert.equal(
      formatProblem({ ...problem, fix: "choose another" }),
      "mcp/a/server.yaml:3: user: got 7, expected 11000 to 14995. To fix: choose another",
    );
  });

  it("are thrown all at once, counted, one line each", () => {
    const line = "  - mcp/a/server.yaml:3: user: got 7, expected 11000 to 14995";
    const one = new ProblemsError([problem]);
    assert.equal(one.message, `1 problem found, nothing was changed:\n${line}`);
    assert.deepEqual([one.name, one.problems], ["ProblemsError", [problem]]);
    const two = new ProblemsError([problem, problem]);
    assert.equal(two.message, `2 problems found, nothing was changed:\n${line}\n${line}`);
  });
});
