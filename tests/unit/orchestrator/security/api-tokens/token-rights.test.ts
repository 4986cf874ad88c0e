import assert from "node:assert/strict";
import { narrowed, oversees, type Rights } from "../../../../../orchestrator/security/api-tokens/token-rights";
import type { Principal } from "../../../../../orchestrator/security/principal";

const ALL: Principal = { name: "admin", scopes: new Set(["mcp", "read", "admin"]) };
const NARROW: Principal = {
  ...{ name: "api:narrow", scopes: new Set(["mcp", "admin"] as const), servers: new Set(["files", "http"]) },
  tools: { allow: ["files__*", "http__get"], deny: ["files__write"] },
  until: 1_000,
};

describe("the rights of a new token", () => {
  it("are what is wanted, of a maker without limits", () => {
    const wanted: Rights = { scopes: ["mcp"], servers: ["files"], tools: { deny: ["files__w*"] }, until: 5 };
    assert.deepEqual(narrowed(ALL, wanted), { rights: wanted, problems: [] });
  });

  it("are its maker's where nothing is said, and what that may not do stays denied", () => {
    const { rights, problems } = narrowed(NARROW, { scopes: ["mcp"] });
    assert.deepEqual(problems, []);
    assert.deepEqual(rights, {
      ...{ scopes: ["mcp"], servers: ["files", "http"], until: 1_000 },
      tools: { allow: ["files__*", "http__get"], deny: ["files__write"] },
    });
    const less = narrowed(NARROW, { scopes: ["mcp"], tools: { allow: ["files__read_*"], deny: ["files__read_x"] } });
    assert.deepEqual(less.rights.tools, { allow: ["files__read_*"], deny: ["files__write", "files__read_x"] });
  });

  it("go beyond its maker's in nothing: all that does is told at once", () => {
    const { problems } = narrowed(NARROW, {
      ...{ scopes: ["read", "mcp"], servers: ["files", "other"], until: 1_001 },
      tools: { allow: ["files__read", "http__*", "http__post", "*"] },
    });
    assert.deepEqual(
      problems.map(({ path, got }) => `${path.join(".")}: ${got}`),
      ["scopes: read", "servers: other", "tools.allow: http__*, http__post, *", "expiresAt: 1970-01-01T00:00:01.001Z"],
    );
  });

  it("are seen by who sees all of its servers", () => {
    assert.ok(oversees(ALL, undefined));
    assert.ok(oversees(NARROW, ["http"]));
    assert.ok(!oversees(NARROW, ["http", "other"]));
    assert.ok(!oversees(NARROW, undefined));
  });
});
