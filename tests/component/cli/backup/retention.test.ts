import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepOf } from "../../../../cli/backup/retention/keep";
import { destination, nameAt } from "../../../../cli/backup/retention/names";
import { prune, prunedText } from "../../../../cli/backup/retention/prune";
import { ExitCode } from "../../../../cli/errors";
import { program } from "../../../../cli/program";

const night = (day: number): string => nameAt("dev", new Date(2026, 10, day, 3, 30));

describe("a folder of backups", () => {
  let folder: string;
  const put = (...names: string[]) => {
    for (const name of names) writeFileSync(join(folder, name), "x");
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("loses what need not stay, and nothing else that is in it", () => {
    const others = [
      ...["dev-2-20200101T033000Z.backup", "dev-20200101T033000Z.backup.partial", "fleet.backup", "notes.txt"],
      ".hidden",
    ];
    put(...[9, 10, 11, 12].map(night), ...others);
    mkdirSync(join(folder, night(7))); // a folder and a link, of such a name
    put("target");
    symlinkSync("target", join(folder, night(8)));
    const pruned = prune(folder, "dev", keepOf("2d"), night(12));
    assert.deepEqual(pruned, { kept: [night(11), night(12)], removed: [night(9), night(10)], failed: [] });
    assert.deepEqual(
      readdirSync(folder).sort(),
      [...others, "target", night(7), night(8), night(11), night(12)].sort(),
    );
    assert.equal(prunedText(pruned), `removed ${night(9)}\nremoved ${night(10)}\n2 backups stay`);
    const stuck = { kept: [night(12)], removed: [], failed: [{ name: night(9), reason: "EPERM" }] };
    assert.equal(prunedText(stuck), `not removed: ${night(9)}: EPERM\n1 backup stays`);
    assert.deepEqual(prune(folder, "dev", keepOf("2d"), night(12)).removed, [], "a second time there is nothing to do");
  });

  it("keeps what was just written, also beside one of a clock that was ahead", () => {
    put(night(9), night(10), night(30));
    const { kept, removed } = prune(folder, "dev", keepOf("1d"), night(10));
    assert.deepEqual([kept, removed], [[night(10), night(30)], [night(9)]]);
  });

  it("is a folder that is there, or a name with a slash at its end; all else is a file", () => {
    const at = (path: string) => destination(path, () => night(1));
    assert.deepEqual(at(folder), { file: join(folder, night(1)), folder });
    assert.deepEqual(at(`${folder}/`), { file: join(folder, night(1)), folder });
    const absent = join(folder, "absent");
    assert.deepEqual(at(`${absent}/`).folder, absent);
    assert.deepEqual(at(absent), { file: absent });
  });

  it("is what --keep is for: a file's name is refused before anything is asked or done", async () => {
    const file = join(folder, "fleet.backup");
    await assert.rejects(program().parseAsync(["backup", file, "--keep", "7d"], { from: "user" }), {
      code: ExitCode.Usage,
      message: `--keep: got the file ${file}, expected a folder`,
    });
  });
});
