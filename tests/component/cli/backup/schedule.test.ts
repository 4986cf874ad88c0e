import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cronLine } from "../../../../cli/backup/schedule/cron";
import { backupUnits, installScript, type Schedule } from "../../../../cli/backup/schedule/units";
import { ExitCode } from "../../../../cli/errors";
import { program } from "../../../../cli/program";

describe("backup schedule", () => {
  let folder: string;
  let schedule: Schedule;
  const { PULUMI_STACK, PULUMI_CONFIG_PASSPHRASE } = process.env;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
    const project = join(folder, "with blank, 50% and $HOME");
    mkdirSync(join(project, "bin"), { recursive: true });
    // Writes down what it is started with.
    writeFileSync(join(project, "bin/dind-mcp"), `#!/bin/sh\nprintf '%s\\n' "$ONE" "$@" >'${folder}/started'\n`);
    chmodSync(join(project, "bin/dind-mcp"), 0o755);
    schedule = {
      ...{ stack: "dev", project, user: "root", environment: { PATH: "/usr/bin:/bin", ONE: "it's 50% of $HOME" } },
      ...{ environmentFile: join(folder, "dev.env"), folder: join(folder, "a b$HOME"), at: "03:30" },
      options: [["--keep", "7d,4w,6m"]],
    };
    process.env.PULUMI_STACK = "dev";
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    for (const [name, value] of Object.entries({ PULUMI_STACK, PULUMI_CONFIG_PASSPHRASE })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("gives cron a line that a shell reads as it was meant", () => {
    const line = cronLine(schedule).replace("30 3 * * * ", "").replaceAll("\\%", "%"); // as cron hands it over
    const { status, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const started = readFileSync(join(folder, "started"), "utf8").trim().split("\n");
    const backup = ["backup", join(folder, "a b$HOME/"), "--stack", "dev", "--keep", "7d,4w,6m"];
    assert.deepEqual(started, ["it's 50% of $HOME", ...backup]);
  });

  it("gives systemd units with which systemd-analyze finds nothing wrong, by a script that can be run again", function () {
    if (spawnSync("systemd-analyze", ["--version"]).error) this.skip();
    const units = join(folder, "units");
    mkdirSync(units);
    const script = installScript(backupUnits(schedule)).replaceAll("/etc/systemd/system", units);
    const systemctl = `systemctl() { echo "$*" >>'${folder}/asked'; }\n`;
    for (let run = 0; run < 2; run++) assert.equal(spawnSync("sh", ["-c", systemctl + script]).status, 0);
    const asked = readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
    const name = "dind-mcp-dev-backup.timer";
    assert.deepEqual(asked.slice(3), ["daemon-reload", `enable --quiet ${name}`, `restart ${name}`]);
    const timer = join(units, name);
    const verify = () => {
      const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", timer], { encoding: "utf8" });
      // What other units of this machine lack is not ours.
      return { status, ours: (stdout + stderr).split("\n").filter((line) => line.includes("dind-mcp")) };
    };
    assert.deepEqual(verify(), { status: 0, ours: [] });
    writeFileSync(timer, readFileSync(timer, "utf8").replace("03:30", "25:30"));
    assert.notDeepEqual(verify().ours, []);
  }).timeout(60_000);

  it("tells at once all that would go wrong at night", async () => {
    const run = (...words: string[]) => program().parseAsync(["backup", "schedule", ...words], { from: "user" });
    const absent = join(folder, "absent");
    process.env.PULUMI_CONFIG_PASSPHRASE = "very secret";
    await assert.rejects(run(absent, "--cron"), {
      code: ExitCode.Usage,
      message:
        `${absent}: no such folder; got no key, expected --passphrase-file FILE or --recipient KEY; ` +
        "PULUMI_CONFIG_PASSPHRASE: a secret, and everybody may see cron's command; use the timer",
    });
    await assert.rejects(run(folder, "--passphrase-file", absent), {
      code: ExitCode.Usage,
      message: /absent: got no such/,
    });
    await assert.rejects(run(folder, "--recipient", "AGE-SECRET-KEY-1"), { message: /--recipient: got no public key/ });
    for (const wrong of ["24:00", "3:30", "03:60", "night", ""])
      await assert.rejects(run(folder, "--at", wrong), {
        code: ExitCode.Usage,
        message: `--at: got "${wrong}", expected a time from 00:00 to 23:59`,
      });
    await assert.rejects(run(folder, "--keep", "7x"), { message: /^--keep: got "7x"/ });
  });
});
