import assert from "node:assert/strict";
import { egressText } from "../../../../cli/servers/egress";

const last = "2026-11-30T02:52:36.123Z";

describe("servers egress", () => {
  it("tells what was asked for, and the lines to add", () => {
    const refused = { outcome: "refused", reason: "the manifest does not list it" } as const;
    const text = egressText("web", {
      allowed: ["a.example.com:443"],
      since: last,
      items: [
        { host: "b.example.com", port: 443, ...refused, count: 2, lastHour: 0, last, add: "b.example.com:443" },
        { host: "127.0.0.1", port: 80, ...refused, count: 1, lastHour: 0, last },
        { host: "a.example.com", port: 443, outcome: "allowed", count: 3, lastHour: 0, last },
      ],
    });
    const lines = text.split("\n").map((line) => line.trimEnd().replace(/ {2,}/g, "  "));
    assert.deepEqual(lines, [
      "HOST  OUTCOME  COUNT  LAST  WHY",
      "b.example.com:443  refused  2  2026-11-30T02:52:36  the manifest does not list it",
      "127.0.0.1:80  refused  1  2026-11-30T02:52:36  the manifest does not list it",
      "a.example.com:443  allowed  3  2026-11-30T02:52:36",
      "",
      "to allow what you want of it, in web's server.yaml, then bin/dind-mcp up:",
      "egress:",
      "  - b.example.com:443",
    ]);
  });

  it("says so when there is nothing", () => {
    const nothing = { items: [] };
    assert.match(
      egressText("files", { allowed: [], ...nothing }),
      /^files has no way out: its manifest lists no egress$/,
    );
    assert.match(
      egressText("web", { allowed: ["public"], since: last, ...nothing }),
      /^it asked for nothing since 2026-/,
    );
  });
});
