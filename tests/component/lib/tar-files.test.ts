import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { packTar, unpackTar } from "../../../lib/tar-files";

const files = [
  { name: "key", content: Buffer.from("geheim ä\n") },
  { name: "empty", content: Buffer.alloc(0) },
  { name: "block", content: Buffer.alloc(512, "x") },
  { name: "n".repeat(100), content: Buffer.alloc(1_025, 0) },
];

describe("tar archives", () => {
  it("are read back as they were packed", () => {
    assert.deepEqual(unpackTar(packTar(files, 11_000)), files);
    assert.deepEqual(unpackTar(packTar([], 0)), []);
    assert.deepEqual(unpackTar(Buffer.alloc(0)), []);
  });

  it("are what tar reads: owner, mode and size", () => {
    const { stdout, stderr } = spawnSync("tar", ["-tvf", "-"], { input: packTar(files, 14_995), encoding: "utf8" });
    assert.equal(stderr, "");
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/));
    assert.deepEqual(
      lines.map(([mode, owner, size, , , name]) => [mode, owner, size, name]),
      files.map(({ name, content }) => ["-r--------", "14995/14995", String(content.length), name]),
    );
  });

  it("of tar and its folders are read as well", () => {
    const made = spawnSync("tar", [
      "-c",
      "-C",
      join(__dirname, "../../support/orchestrator/servers"),
      "--format=ustar",
      "./docker",
    ]);
    const names = unpackTar(made.stdout).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["fake-engine.ts", "inspect.ts"]);
  });

  it("refuse a name that does not fit", () => {
    assert.throws(() => packTar([{ name: "n".repeat(101), content: Buffer.alloc(0) }], 0), RangeError);
  });
});
