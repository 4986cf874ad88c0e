import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApprovedDefinitions } from "../../../../../orchestrator/gateway/tools/approved-definitions";

describe("definitions of approved tools", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-definitions-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (failures: Error[] = []): ApprovedDefinitions =>
    new ApprovedDefinitions(join(folder, "kept"), (error) => failures.push(error));

  it("are kept over a restart, each server's for itself, and forgotten with it", () => {
    const kept = open();
    assert.ok(!kept.knows("one"));
    kept.keep("one", { a: { name: "a" }, b: { name: "b" } });
    kept.keep("two", { ["__proto__"]: { name: "__proto__" } });
    kept.keep("one", { b: { name: "b", description: "newer" } }, true);
    const again = open();
    assert.ok(again.knows("one"));
    assert.deepEqual(again.of("one"), { a: { name: "a" }, b: { name: "b", description: "newer" } });
    assert.deepEqual(Object.keys(again.of("two")), ["__proto__"]);
    again.keep("one", { c: { name: "c" } });
    assert.deepEqual(again.of("one"), { c: { name: "c" } });
    again.forget("one");
    assert.deepEqual([again.knows("one"), again.of("one"), open().knows("two")], [false, {}, true]);
  });

  it("are left out where they are too large, one by one and together", () => {
    const kept = open();
    const large = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`t${at}`, { text: "x".repeat(60_000) }]));
    kept.keep("one", { huge: { text: "x".repeat(70_000) }, ...large, small: { name: "small" } });
    const names = Object.keys(kept.of("one"));
    assert.ok(!names.includes("huge") && names.includes("t0") && names.includes("small"));
    assert.equal(names.length, 18);
  });

  it("are none where they cannot be written or read, which is told", () => {
    const failures: Error[] = [];
    writeFileSync(join(folder, "kept"), "a file where the folder should be");
    const kept = open(failures);
    kept.keep("one", { a: { name: "a" } });
    assert.deepEqual([kept.knows("one"), kept.of("one")], [true, {}]);
    kept.forget("one");
    assert.ok(failures.length >= 2);
  });
});
