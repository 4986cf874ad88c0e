import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";

const SCRIPT = join(__dirname, "../../../toolchain/stack-config.mts");

describe("the machine's copy of a stack's config", () => {
  let folder: string;
  let tracked: string;
  let copy: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-config-"));
    tracked = join(folder, "tracked.yaml");
    copy = join(folder, "copy.yaml");
    writeFileSync(tracked, "config:\n  a: 1\n");
    writeFileSync(copy, "encryptionsalt: salt\nconfig:\n  own:\n    secure: value\n");
    writeFileSync(`${copy}.base`, "config: {}\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const bringUpToDate = () =>
    promisify(execFile)(process.execPath, ["--no-warnings", "--experimental-strip-types", SCRIPT, tracked, copy]);
  const merged = () => parse(readFileSync(copy, "utf8"));
  const OWN = { encryptionsalt: "salt", config: { own: { secure: "value" }, a: 1 } };

  it("has what is tracked and what the machine set, for its owner's eyes only", async () => {
    await bringUpToDate();
    assert.deepEqual(merged(), OWN);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    writeFileSync(tracked, "config:\n  b: 2\n");
    await bringUpToDate();
    assert.deepEqual(merged(), { ...OWN, config: { own: OWN.config.own, b: 2 } });
  });

  it("has what is tracked with a byte order mark and CRLF, too", async () => {
    writeFileSync(tracked, "\uFEFFconfig:\r\n  a: 1\r\n  b: |\r\n    one\r\n    two\r\n");
    await bringUpToDate();
    assert.deepEqual(merged(), { ...OWN, config: { ...OWN.config, b: "one\ntwo\n" } });
  });

  it("is not written when nothing changed: every command that looks comes here", async () => {
    await bringUpToDate();
    const files = () => [copy, `${copy}.base`].map((file) => statSync(file).ino);
    const before = files();
    await bringUpToDate();
    assert.deepEqual(files(), before);
  });

  it("keeps everything when many come at the same time, and leaves no draft", async () => {
    await Promise.all(Array.from({ length: 40 }, bringUpToDate));
    assert.deepEqual(merged(), OWN);
    assert.deepEqual(readdirSync(folder).sort(), ["copy.yaml", "copy.yaml.base", "tracked.yaml"]);
  });
});
