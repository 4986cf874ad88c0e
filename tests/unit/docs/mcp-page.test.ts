import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { limitKeys } from "../../../config/keys/limits";
import { outerItem } from "../../../orchestrator/gateway/aggregate/outward";
import { manifest } from "../../support/manifest/documents";

describe("docs/mcp.md", () => {
  const page = readFileSync(join(__dirname, "../../../docs/mcp.md"), "utf8");

  it("names every limit that an operator may set, with its default", () => {
    for (const [key, schema] of Object.entries(limitKeys)) {
      const standard = schema.parse(undefined);
      assert.ok(page.includes(`\`${key}\` (${standard === 0 ? "no limit" : standard})`), `${key}: ${standard}`);
    }
    const { sessions, timeouts } = manifest({ name: "a" });
    for (const [field, standard] of [
      ["sessions.max", sessions.max],
      ["sessions.idleTimeout", sessions.idleTimeout],
      ["timeouts.call", timeouts.call],
      ["timeouts.start", timeouts.start],
    ]) {
      assert.ok(page.includes(`\`${field}\` (${standard})`), `${field}: ${standard}`);
    }
  });

  it("names the key under which an item has its server's name", () => {
    const { _meta } = outerItem("files", { name: "a name" }) as { _meta: object };
    for (const key of Object.keys(_meta)) assert.ok(page.includes(`| \`${key}\` |`), key);
  });
});
