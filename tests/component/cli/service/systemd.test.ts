import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "../../../../cli/errors";
import { Systemd } from "../../../../cli/service/systemd";
import { unitText } from "../../../../cli/service/unit";

const UNIT = "dind-mcp-dev.service";

describe("service: systemd", () => {
  let folder: string;
  const path = process.env.PATH;
  const at = (name: string) => join(folder, name);
  const systemd = (isBooted = true, isRoot = true) => new Systemd(at("units"), isBooted, isRoot);
  /** Puts a systemctl in systemd's place that writes down what it is asked. */
  const systemctl = (script: string) => {
    writeFileSync(at("systemctl"), `#!/bin/sh\necho "$*" >>'${at("asked")}'\n${script}\n`);
    chmodSync(at("systemctl"), 0o755);
  };
  const asked = () => {
    const text = readFileSync(at("asked"), "utf8");
    rmSync(at("asked"));
    return text.trim().split("\n");
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
    mkdirSync(at("units"));
    process.env.PATH = `${folder}:${path}`;
    systemctl("");
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });

  it("gets the unit, which starts at boot and at once; again only what changed", () => {
    const start = ["daemon-reload", `enable --quiet ${UNIT}`, `start ${UNIT}`];
    assert.equal(systemd().install(UNIT, "[Unit]\n"), "created");
    assert.deepEqual(asked(), start);
    assert.equal(readFileSync(at(`units/${UNIT}`), "utf8"), "[Unit]\n");
    assert.equal(statSync(at(`units/${UNIT}`)).mode & 0o777, 0o644);
    assert.equal(systemd().install(UNIT, "[Unit]\n"), "none");
    assert.deepEqual(asked(), start);
    assert.equal(systemd().install(UNIT, "[Unit]\n[Service]\n"), "changed");
    assert.deepEqual(asked(), [...start.slice(0, 2), `restart ${UNIT}`]);
  });

  it("loses it again, whole", () => {
    systemd().install(UNIT, "[Unit]\n");
    asked();
    assert.equal(systemd().remove(UNIT), true);
    assert.deepEqual(asked(), [`disable --quiet --now ${UNIT}`, "daemon-reload"]);
    assert.equal(existsSync(at(`units/${UNIT}`)), false);
    assert.equal(systemd().remove(UNIT), false);
  });

  it("says how it is", () => {
    systemctl("echo ActiveState=active; echo UnitFileState=enabled");
    const absent = { unit: UNIT, file: at(`units/${UNIT}`), installed: false, enabled: true, state: "active" };
    assert.deepEqual(systemd(true, false).state(UNIT), absent);
    writeFileSync(at(`units/${UNIT}`), "");
    systemctl("echo ActiveState=failed; echo UnitFileState=");
    assert.deepEqual(systemd().state(UNIT), { ...absent, installed: true, enabled: false, state: "failed" });
  });

  it("is not asked without systemd or root, and what it refuses is told", () => {
    const says = (text: RegExp) => (error: unknown) =>
      error instanceof CliError && text.test(`${error.message} ${error.fix}`);
    for (const action of ["install", "remove", "state"] as const)
      assert.throws(() => systemd(false)[action](UNIT, ""), says(/systemd does not run.*service watch/));
    for (const action of ["install", "remove"] as const)
      assert.throws(() => systemd(true, false)[action](UNIT, ""), says(/needs root.*--print/));
    assert.equal(existsSync(at("asked")), false);
    systemctl("echo 'Unit is masked.' >&2; exit 1");
    assert.throws(() => systemd().install(UNIT, ""), says(/systemctl daemon-reload: Unit is masked\./));
  });

  it("finds nothing wrong with the unit (systemd-analyze verify)", function () {
    if (spawnSync("systemd-analyze", ["--version"]).error) this.skip();
    const project = at("with blank, 50% and $HOME");
    mkdirSync(join(project, "bin"), { recursive: true });
    writeFileSync(join(project, "bin/dind-mcp"), "#!/bin/sh\n");
    chmodSync(join(project, "bin/dind-mcp"), 0o755);
    const environment = { HOME: "/root", PATH: '/usr/bin:/opt/"x" 50%\\' };
    const text = unitText({ stack: "dev", project, user: "root", environment, environmentFile: at("50%.env") });
    const verify = (content: string) => {
      writeFileSync(at(`units/${UNIT}`), content);
      const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", at(`units/${UNIT}`)], {
        encoding: "utf8",
      });
      // What other units of this machine lack is not ours.
      const ours = (stdout + stderr).split("\n").filter((line) => line.includes("dind-mcp"));
      return { status, ours };
    };
    assert.deepEqual(verify(text), { status: 0, ours: [] });
    assert.notDeepEqual(verify(text.replace("KillMode=process", "KillMode=nobody")).ours, []);
  }).timeout(60_000);
});
