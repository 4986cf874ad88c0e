import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readInput } from "../../../../cli/servers/input";

describe("files for the command line (--args @FILE, servers deploy FILE)", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("are read without a byte order mark, as UTF-16 too, a folder by its server.yaml", () => {
    const text = '{\r\n"path": "/workspace/ä"\r\n}\r\n';
    const file = join(folder, "server.yaml");
    for (const encoding of ["utf8", "utf16le"] as const) {
      writeFileSync(file, `\uFEFF${text}`, encoding);
      assert.equal(readInput(file), text, encoding);
      assert.equal(readInput(folder), text, encoding);
    }
    const found = readInput(join(__dirname, "../../../fixtures/cases/B35/arguments-bom.json"));
    assert.deepEqual(JSON.parse(found), { path: "/workspace" });
  });
});
