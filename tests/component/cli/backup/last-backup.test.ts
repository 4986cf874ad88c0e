import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastBackup, lastBackupIn, noteCommand, noteLastBackup } from "../../../../cli/backup/last-backup";
import { LAST_BACKUP } from "../../../../config/last-backup";
import { hostEngine } from "../../../support/backup/host-engine";
import { seriesOf } from "../../../support/orchestrator/metrics/series";
import { expose } from "../../../support/orchestrator/metrics/sources";

describe("the note of the last backup", () => {
  let folder: string;
  let file: string;
  const run = (time: string): void => {
    const [command = "", ...args] = noteCommand(folder, time);
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const age = async (): Promise<number | undefined> =>
    seriesOf(await expose({ lastBackup: file }).text()).dind_mcp_backup_age_seconds;
  const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
    file = join(folder, LAST_BACKUP);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is what the orchestrator's metric counts from, and status: the last one of several", async () => {
    assert.equal(await age(), undefined);
    for (const seconds of [90_000, 7_200]) {
      const time = ago(seconds);
      run(time);
      const counted = (await age()) ?? 0;
      assert.ok(counted >= seconds && counted < seconds + 60, `${counted}`);
      assert.equal(lastBackupIn(readFileSync(file, "utf8"), Date.now())?.time, time);
    }
    assert.deepEqual(readdirSync(folder), [LAST_BACKUP], "no draft stays");
    assert.equal(statSync(file).mode & 0o777, 0o644, "the orchestrator, another user, reads it");
  });

  it("goes onto the orchestrator's volume by a container that may write there, and comes back from the engine", async () => {
    const places = { "/volume": folder, "/srv/mcp/orchestrator": folder };
    const { docker, created, left, removed } = hostEngine((text) =>
      Object.entries(places).reduce((all, [from, to]) => all.replace(from, to), text),
    );
    const now = Date.parse("2026-12-01T06:00:00Z");
    assert.equal(await lastBackup(docker, "engine", now), null);
    const time = "2026-12-01T03:30:00.000Z";
    const seconds = Date.now() / 1_000;
    left.push({ Id: "of a killed process", Created: seconds - 60 }, { Id: "of another one now", Created: seconds });
    await noteLastBackup(docker, { image: "sha256:abc", volume: "mcp-orchestrator" }, time);
    assert.deepEqual(created[0]?.HostConfig.Binds, ["mcp-orchestrator:/volume"]);
    assert.deepEqual(removed, ["of a killed process"]);
    assert.deepEqual(await lastBackup(docker, "engine", now), { time, ageSeconds: 9_000 });
    const stopped = { getContainer: () => ({ exec: () => Promise.reject(new Error("is not running")) }) };
    assert.equal(await lastBackup(stopped as never, "engine", now), undefined);
    rmSync(folder, { recursive: true });
    await assert.rejects(
      noteLastBackup(docker, { image: "sha256:abc", volume: "v" }, time),
      /^CliError: volume v: exit code/,
    );
    mkdirSync(folder);
  });

  it("takes the place of a link, and leaves alone what that leads to", () => {
    const other = join(folder, "other");
    writeFileSync(other, "as it was");
    symlinkSync(other, file);
    run(ago(60));
    assert.equal(readFileSync(other, "utf8"), "as it was");
    assert.ok(lastBackupIn(readFileSync(file, "utf8"), Date.now()));
  });

  it("is no metric when it is something else, and never counts backwards", async () => {
    for (const text of ["", "{", '{"time":"yesterday"}', '{"time":1}', "null"]) {
      writeFileSync(file, text);
      assert.equal(await age(), undefined, text);
    }
    run(ago(-3_600)); // of a clock that was ahead
    assert.equal(await age(), 0);
  });
});
