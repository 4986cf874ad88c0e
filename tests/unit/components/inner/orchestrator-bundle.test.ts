import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleOrchestrator } from "../../../../components/inner/orchestrator-bundle";

describe("the orchestrator's bundle", () => {
  let folder: string;
  const at = (file: string) => join(folder, file);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
    bundleOrchestrator(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is one program and the page's files, readable for another user", () => {
    assert.deepEqual(readdirSync(folder).sort(), ["inputs", "main.js", "static"]);
    const page = ["swagger-ui-bundle.js", "swagger-ui.css"];
    assert.deepEqual(readdirSync(at("static")).sort(), page);
    for (const file of ["main.js", ...page.map((name) => `static/${name}`)])
      assert.equal(statSync(at(file)).mode & 0o777, 0o644, file);
  });

  it("runs by itself, without the packages it was made of, and says what is wrong with its input", () => {
    const tokens = at("tokens.json");
    writeFileSync(tokens, '[{"name":"a"}]');
    const env = { PATH: process.env.PATH, ORCHESTRATOR_CONFIG: '{"colour":"red"}', ORCHESTRATOR_TOKENS: tokens };
    const { status, stdout, stderr } = spawnSync(process.execPath, ["main.js"], { cwd: folder, env, encoding: "utf8" });
    rmSync(tokens);
    assert.equal(status, 1, stdout + stderr);
    const told = stdout + stderr;
    for (const problem of [/the orchestrator's configuration is wrong/, /colour/, /publicUrl/, /sha256/])
      assert.match(told, problem);
    assert.doesNotMatch(told, /Cannot find module/);
  });

  it("is made anew only when what it is made of has changed", () => {
    const changed = at("main.js");
    writeFileSync(changed, "other");
    bundleOrchestrator(folder);
    assert.equal(readFileSync(changed, "utf8"), "other", "made anew for nothing");
    writeFileSync(at("inputs"), "of another version");
    bundleOrchestrator(folder);
    assert.match(readFileSync(changed, "utf8"), /ORCHESTRATOR_CONFIG/);
    assert.deepEqual(readdirSync(folder).sort(), ["inputs", "main.js", "static"], "no draft stays");
  });
});
