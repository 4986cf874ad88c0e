import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lendingConfig, lentFolders, withFolders } from "../../../../cli/add/lent-folders";
import type { Settings } from "../../../../config/settings";
import { ProblemsError } from "../../../../lib/problems";

describe("servers add: a folder of the user's", () => {
  let root: string;
  const none: Settings["folders"] = {};
  const machine = () => ({ homes: [], own: [], project: [join(root, "mcp")], dataRoot: "/var/lib/docker", groups: [] });
  const lent = (texts: string[], folders = none) => lentFolders(texts, { folders }, machine());
  const refused = (texts: string[], expected: RegExp, folders = none) =>
    assert.rejects(lent(texts, folders), (error) => {
      assert.ok(error instanceof ProblemsError, String(error));
      assert.match(error.message, expected);
      return true;
    });
  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "dind-mcp-lend-")));
    for (const one of ["code", "notes", "mcp"]) mkdirSync(join(root, one));
    symlinkSync(join(root, "code"), join(root, "link"));
  });
  after(() => rmSync(root, { recursive: true }));

  it("is lent read-only, unless the user says otherwise, to this server alone", async () => {
    const all = await lent([`code=${root}/code`, `notes=${root}/notes:/data/notes:rw`]);
    const [code, notes] = withFolders({ apt: [], manifest: {}, toldWaysOut: false }, all).manifest.mounts as {
      folder: string;
      path: string;
      readOnly: boolean;
    }[];
    assert.deepEqual([code?.folder, code?.readOnly], ["code", true]);
    assert.deepEqual(notes, { folder: "notes", path: "/data/notes", readOnly: false });
    assert.deepEqual(lendingConfig(all, "git", { folders: none }), [
      ["folders.code.path", `${root}/code`],
      ["folders.code.access", "read-only"],
      ["folders.code.servers[0]", "git"],
      ["folders.notes.path", `${root}/notes`],
      ["folders.notes.access", "read-write"],
      ["folders.notes.servers[0]", "git"],
    ]);
  });

  it("takes the place of what a recipe has there, and leaves its other mounts", async () => {
    const manifest = {
      mounts: [
        { volume: "workspace", path: "/workspace" },
        { volume: "workspace", path: "/other" },
      ],
    };
    const all = await lent([`code=${root}/link:/workspace`]);
    assert.deepEqual(withFolders({ apt: [], manifest, toldWaysOut: true }, all).manifest.mounts, [
      { volume: "workspace", path: "/other" },
      { folder: "code", path: "/workspace", readOnly: true },
    ]);
    assert.equal(all[0]?.path, `${root}/code`, "by its own path, without links");
  });

  it("that the config lends already is lent to one more server, by the name that it has there", async () => {
    const folders = {
      code: { path: `${root}/code`, access: "read-write" as const, servers: ["files"], wholeHome: false },
    };
    const all = await lent([`mine=${root}/code:rw`], folders);
    assert.deepEqual(lendingConfig(all, "git", { folders }), [["folders.code.servers[1]", "git"]]);
    assert.deepEqual(lendingConfig(all, "files", { folders }), [], "it has it already");
    await refused(
      [`code=${root}/notes`],
      /--folder code: got .*notes, expected what the config lends by that name/,
      folders,
    );
    const read = { code: { ...folders.code, access: "read-only" as const } };
    await refused([`code=${root}/code:rw`], /the config lends read-only/, read);
  });

  it("is refused where it is none, has no name, or nobody may lend it; all of it at once", async () => {
    await refused(
      [`Code=${root}/code`, "x", `a=${root}/none`, "b=", `n=${root}/notes`, `n=${root}/code`],
      /got "Code"[\s\S]*got "x", expected NAME=\/PATH[\s\S]*none", expected a folder of this machine[\s\S]*got "b="[\s\S]*got "n"/,
    );
    await refused(["root=/"], /--folder root: got .*cannot be lent/);
    await refused([`own=${root}/mcp:rw`], /--folder own: got .*cannot be lent/);
    await refused(["etc=/etc"], /--folder etc: got .*cannot be lent/);
  });
});
