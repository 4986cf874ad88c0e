import assert from "node:assert/strict";
import { mayCall, mayUse } from "../../../../orchestrator/security/filters";
import type { Principal } from "../../../../orchestrator/security/principal";

describe("filters of a token", () => {
  const principal = (filters: Partial<Principal>): Principal => ({ name: "p", scopes: new Set(), ...filters });

  it("allow everything when there are none", () => {
    assert.ok(mayUse(principal({}), "files") && mayCall(principal({}), "files", "read"));
  });
  it("hide servers", () => {
    const some = principal({ servers: new Set(["files"]) });
    assert.deepEqual(
      [mayUse(some, "files"), mayUse(some, "files2"), mayCall(some, "http", "fetch")],
      [true, false, false],
    );
    assert.equal(mayUse(principal({ servers: new Set() }), "files"), false);
  });
  const table: [NonNullable<Principal["tools"]>, string, boolean][] = [
    [{ allow: ["files__read"] }, "read", true],
    [{ allow: ["files__read"] }, "read_all", false],
    [{ allow: ["files__read*"] }, "read_all", true],
    [{ allow: ["files__*"] }, "write", true],
    [{ allow: ["*"] }, "write", true],
    [{ allow: ["http__*"] }, "read", false],
    [{ allow: [] }, "read", false],
    [{ deny: ["files__write"] }, "write", false],
    [{ deny: ["files__write"] }, "write2", true],
    [{ allow: ["files__*"], deny: ["files__w*"] }, "write", false],
    [{ deny: ["*"] }, "read", false],
    [{ allow: ["files__r?ad", "files__r.*d"] }, "read", false],
  ];
  for (const [tools, tool, expected] of table) {
    it(`${JSON.stringify(tools)}: files__${tool} ${expected ? "may" : "may not"} be called`, () => {
      assert.equal(mayCall(principal({ tools }), "files", tool), expected);
    });
  }
});
