import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readExactly, realFile } from "../../../../cli/connect/files";

describe("connect: files of every kind", () => {
  let folder: string;
  const file = (...parts: string[]) => join(folder, ...parts);
  beforeEach(() => {
    folder = fs.mkdtempSync(join(tmpdir(), "connect-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("a pipe is not waited for, a device not replaced", () => {
    execFileSync("mkfifo", [file("pipe")]);
    for (const path of ["/dev/null", file("pipe")]) {
      assert.throws(() => readExactly(path), /got a pipe, socket or device, expected a text file/);
    }
  });

  it("somebody else's link in a folder for all is not followed", () => {
    fs.chmodSync(folder, 0o1777);
    fs.symlinkSync("target", file("theirs"));
    fs.lchownSync(file("theirs"), 12_345, 12_345);
    assert.throws(() => realFile(file("theirs")), /theirs: got a link of user 12345 in a folder for all/);
    fs.chmodSync(folder, 0o700);
    assert.equal(realFile(file("theirs")), file("target"));
  });

  it("a draft is never wider than its file", () => {
    const program = `
      const fs = require("node:fs");
      const { writeFileSync } = fs;
      fs.writeFileSync = (path, text, options) => {
        writeFileSync(path, text, options);
        if (String(path).endsWith(".new")) console.log((fs.statSync(path).mode & 0o777).toString(8));
      };
      require("ts-node/register/transpile-only");
      const { replaceFile } = require("./cli/connect/files");
      process.umask(0);
      replaceFile(process.argv[1], "{}", null, 0o600);
    `;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", program, file("new.json")], {
      cwd: join(__dirname, "../../../.."),
      encoding: "utf8",
    });
    assert.equal(stdout, "600\n", stderr);
  });
});
