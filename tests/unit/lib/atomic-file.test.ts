import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeAtomically } from "../../../lib/atomic-file";

describe("an atomic write", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "atomic-"));
    file = join(folder, "file");
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("puts a new file in the old one's place, with its own permissions", () => {
    writeFileSync(file, "old");
    const umask = process.umask(0o077);
    try {
      writeAtomically(file, "new", { mode: 0o644, durable: true });
    } finally {
      process.umask(umask);
    }
    assert.equal(readFileSync(file, "utf8"), "new");
    assert.equal(statSync(file).mode & 0o777, 0o644);
    assert.deepEqual(readdirSync(folder), ["file"]);
  });

  it("never shows half of a file, nor one that others may read too early", () => {
    writeAtomically(file, "secret", {
      mode: 0o600,
      check: () => {
        const [draft = ""] = readdirSync(folder);
        assert.match(draft, /^\..*\.new$/);
        assert.equal(readFileSync(join(folder, draft), "utf8"), "secret");
        assert.equal(statSync(join(folder, draft)).mode & 0o777, 0o600);
      },
    });
    assert.deepEqual(readdirSync(folder), ["file"]);
  });

  it("leaves everything as it was when the last look finds something", () => {
    writeFileSync(file, "old");
    const check = () => {
      throw new Error("changed meanwhile");
    };
    assert.throws(() => writeAtomically(file, "new", { check }), /changed meanwhile/);
    assert.equal(readFileSync(file, "utf8"), "old");
    assert.deepEqual(readdirSync(folder), ["file"]);
  });
});
