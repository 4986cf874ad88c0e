import assert from "node:assert/strict";
import { ExitCode } from "../../../../cli/errors";
import { expiryOf } from "../../../../cli/tokens/expiry";
import { tokenRows } from "../../../../cli/tokens/rows";

const NOW = Date.parse("2026-11-30T10:00:00Z");

describe("tokens create --expires", () => {
  for (const [text, time] of [
    ["12h", "2026-11-30T22:00:00.000Z"],
    ["30d", "2026-12-30T10:00:00.000Z"],
    ["2027-01-31T10:00:00+01:00", "2027-01-31T09:00:00.000Z"],
  ] as const) {
    it(`takes ${text}`, () => assert.equal(expiryOf(text, NOW), time));
  }
  for (const text of ["", "0d", "30", "30m", "tomorrow", "2027", "2026-11-30T09:59:59Z", "2027-13-01T00:00:00Z"]) {
    it(`refuses "${text}"`, () => {
      assert.throws(() => expiryOf(text, NOW), { code: ExitCode.Usage, message: /^--expires: got .*, expected hours/ });
    });
  }
});

describe("tokens list", () => {
  it("tells of each token what it may do, its last use and its end", () => {
    const lines = tokenRows(
      [
        { name: "admin", source: "stack", principal: "admin", scopes: ["mcp", "read", "admin"] },
        {
          ...{ name: "laptop", source: "api", principal: "api:laptop", scopes: ["mcp"], servers: ["files"] },
          tools: { allow: ["files__read_*"], deny: ["files__read_all"] },
          ...{ lastUsedAt: "2026-11-30T09:00:00.123Z", expiresAt: "2026-11-30T10:00:00.000Z", label: "on the way" },
        },
      ],
      NOW,
    ).split("\n");
    assert.deepEqual(
      lines.map((line) => line.trimEnd().replace(/ {2,}/g, "  ")),
      [
        "TOKEN  FROM  SCOPES  SERVERS  TOOLS  LAST USE  EXPIRES  LABEL",
        "admin  stack  mcp,read,admin  all  all  never",
        "laptop  api  mcp  files  files__read_*,not files__read_all  2026-11-30T09:00:00  over  on the way",
      ],
    );
  });
});
