import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILDS, build, removeBuild } from "../../support/mcp-init/mcp-init";
import { run } from "../../support/mcp-init/mcp-init-client";

const UID = 11_777;

after(removeBuild);

for (const which of BUILDS) {
  describe(`${which} make and remove`, function () {
    this.timeout(60_000); // a very deep folder takes its time on a busy machine
    let folder: string;
    /** As a server's user, without a capability. */
    const asServer = (...args: string[]) =>
      run("setpriv", [`--reuid=${UID}`, `--regid=${UID}`, "--clear-groups", join(build(), which), ...args]);
    const shell = (script: string) => execFileSync("sh", ["-c", script], { cwd: folder, uid: UID, gid: UID });

    before(() => void build());
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "mcp-init-folders-"));
      chmodSync(folder, 0o1777);
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("makes folders of the user's alone, and leaves those that are there as they are", async () => {
      const [one, two] = [join(folder, "one"), join(folder, "two")];
      assert.equal((await asServer("make", "--", one, two)).code, 0);
      for (const { uid, mode } of [statSync(one), statSync(two)]) assert.deepEqual([uid, mode & 0o7777], [UID, 0o700]);
      shell("echo kept > one/kept; chmod 0777 one");
      assert.equal((await asServer("make", "--", one)).code, 0);
      assert.deepEqual([readdirSync(one), statSync(one).mode & 0o7777], [["kept"], 0o700]);
    });

    it("refuses what is another user's, a file or a link, with a line for each", async () => {
      mkdirSync(join(folder, "other"));
      shell("echo x > file; ln -s other link");
      const paths = ["other", "file", "link", "gone/new", "fine"].map((name) => join(folder, name));
      const { code, out } = await asServer("make", "--", ...paths);
      assert.equal(code, 1);
      assert.match(out, /other' belongs to user 0, expected 11777: give the server that user again/);
      assert.match(out, /got something else at '.*file', expected a folder/);
      assert.match(out, /got something else at '.*link', expected a folder/);
      assert.match(out, /cannot make '.*gone\/new': No such file or directory/);
      assert.equal(statSync(join(folder, "fine")).uid, UID);
    });

    it("removes whatever a server left: closed folders, links, very deep ones; and nothing beyond", async () => {
      writeFileSync(join(folder, "outside"), "stays");
      chownSync(join(folder, "outside"), UID, UID);
      shell(`mkdir -p own/closed/in && touch own/closed/in/file && ln -s ../outside own/link && ln -s .. own/up
        chmod 0000 own/closed/in own/closed
        deep=$(printf 'd/%.0s' $(seq 1000)) && mkdir own/x && touch own/x/end
        for i in 1 2 3 4; do mkdir -p "t/$deep" && mv own/x "t/$deep" && mv t own/x || exit 1; done`);
      const { code, out } = await asServer("remove", "--", join(folder, "own"), join(folder, "was-never-there"));
      assert.equal(code, 0, out);
      assert.deepEqual(readdirSync(folder), ["outside"]);
    });

    it("does not remove what is another user's", async () => {
      mkdirSync(join(folder, "other"));
      writeFileSync(join(folder, "other/file"), "");
      const { code, out } = await asServer("remove", "--", join(folder, "other"));
      assert.equal(code, 1);
      assert.match(out, /cannot remove '.*other'/);
      assert.deepEqual(readdirSync(join(folder, "other")), ["file"]);
    });

    it("refuses wrong usage", async () => {
      assert.match((await asServer("make")).out, /the folders are missing: -- FOLDER/);
      const { code, out } = await asServer("remove", "--all", "--", "relative");
      assert.equal(code, 2);
      assert.match(out, /unknown argument '--all'/);
      assert.match(out, /got 'relative', expected an absolute path/);
    });
  });
}
