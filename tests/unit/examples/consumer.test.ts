import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLog } from "../../../examples/consumer/fleet-client";
import { checkVersion } from "../../../examples/consumer/fleet-outputs";
import { mcpJsonFile } from "../../../examples/consumer/mcp-json";
import { OUTPUTS_VERSION } from "../../../stack/outputs";

describe("the consumer's program", () => {
  it("was written for the outputs as they are; others it refuses, and says what to do", () => {
    checkVersion("organization/dind-mcp/dev", OUTPUTS_VERSION);
    assert.throws(() => checkVersion("o/p/s", 3), /^Error: outputs version of o\/p\/s: got 3, expected 2\. Bring/);
    assert.throws(() => checkVersion("o/p/s", "2"), /got "2", expected 2/);
    assert.throws(() => checkVersion("o/p/s", undefined), /got none \(is the stack up, and is it a dind-mcp stack\?\)/);
  });

  it("gives a client's failure in the client's words, with the way to run it again", () => {
    const failure = /the client failed \(exit 1\): no such tool\n.*pulumi up --replace 'urn:x'/;
    assert.throws(() => readLog(1, "no such tool\r\n", "urn:x"), failure);
    assert.deepEqual(readLog(0, '{"tools":[],"answer":"a"}\n', "urn:x"), { tools: [], answer: "a" });
  });

  describe("its mcp.json", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "dind-mcp-consumer-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    const mode = (path: string) => statSync(path).mode & 0o777;

    it("is its owner's alone, also where it was there, or was opened since", async () => {
      const [old, file] = [
        { path: join(folder, "mcp.json"), content: "old" },
        { path: join(folder, "mcp.json"), content: "new" },
      ];
      writeFileSync(old.path, old.content, { mode: 0o644 });
      await mcpJsonFile.create(old);
      assert.equal(mode(old.path), 0o600);
      assert.equal((await mcpJsonFile.diff?.(old.path, old, old))?.changes, false);
      chmodSync(old.path, 0o644);
      assert.equal((await mcpJsonFile.diff?.(old.path, old, old))?.changes, true);
      await mcpJsonFile.update?.(old.path, old, file);
      assert.deepEqual([mode(old.path), readFileSync(old.path, "utf8")], [0o600, "new"]);
      await mcpJsonFile.delete?.(old.path, file);
      assert.equal((await mcpJsonFile.diff?.(old.path, file, file))?.changes, true);
    });
  });
});
