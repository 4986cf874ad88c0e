import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleetId } from "../../../../orchestrator/discovery/fleet-id";

describe("a fleet's id", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-fleet-id-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const fail = (error: Error): never => assert.fail(error);

  it("is made once and kept; another fleet has another", () => {
    const first = fleetId(join(folder, "a"), fail);
    assert.match(first, /^[0-9a-f]{16}$/);
    assert.equal(fleetId(join(folder, "a"), fail), first);
    assert.notEqual(fleetId(join(folder, "b"), fail), first);
  });

  it("is made anew where the file holds something else, and told where it cannot be kept", () => {
    writeFileSync(join(folder, "a"), "../../x");
    assert.match(fleetId(join(folder, "a"), fail), /^[0-9a-f]{16}$/);
    const failed: Error[] = [];
    assert.match(
      fleetId(join(folder, "none", "a"), (error) => failed.push(error)),
      /^[0-9a-f]{16}$/,
    );
    assert.equal(failed.length, 1);
  });
});
