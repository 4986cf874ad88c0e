import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageInfo } from "../../../../cli/add/package-info";
import { wheelPrograms } from "../../../../cli/add/wheel-programs";

describe("servers add: a package manager", () => {
  it("is asked in the project's folder, whatever lies in the one that the user is in", async () => {
    const project = realpathSync(mkdtempSync(join(tmpdir(), "add-project-")));
    const outside = { ...process.env };
    try {
      const say = (json: string) => `#!/bin/sh\nprintf '${json}' "$PWD"\n`;
      writeFileSync(join(project, "npm"), say('{"version":"1.0.0","bin":{"a":"a"},"description":"%s"}'), {
        mode: 0o755,
      });
      const report = '{"install":[{"metadata":{"version":"1.0","summary":"%s"}}]}';
      writeFileSync(join(project, "python3"), say(report), { mode: 0o755 });
      Object.assign(process.env, { PATH: `${project}:${process.env.PATH}`, DIND_MCP_PROJECT: project });
      assert.notEqual(process.cwd(), project);
      assert.equal((await packageInfo({ kind: "npm", name: "a" }))?.description, project);
      assert.equal((await packageInfo({ kind: "pypi", name: "a", version: "9.9" }))?.description, project);
    } finally {
      process.env.PATH = outside.PATH;
      if (outside.DIND_MCP_PROJECT === undefined) delete process.env.DIND_MCP_PROJECT;
      else process.env.DIND_MCP_PROJECT = outside.DIND_MCP_PROJECT;
      rmSync(project, { recursive: true });
    }
  });

  it("tells a wheel's programs without running any of it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "add-wheel-"));
    const before = process.env.DIND_MCP_PROJECT;
    try {
      process.env.DIND_MCP_PROJECT = folder;
      assert.equal(await wheelPrograms(folder), undefined);
      const wheel = [
        "import sys, zipfile",
        "with zipfile.ZipFile(sys.argv[1], 'w') as wheel:",
        "  wheel.writestr('tide-1.dist-info/entry_points.txt', '[console_scripts]\\ntide = a:b\\nTide.Two=a:c [x]\\n[other]\\nno = a:b\\n')",
        "  wheel.writestr('tide-1.data/scripts/tide.sh', '#!/bin/sh')",
        "  wheel.writestr('a.py', 'raise SystemExit(1)')",
      ].join("\n");
      execFileSync("python3", ["-c", wheel, join(folder, "tide-1-py3-none-any.whl")]);
      assert.deepEqual((await wheelPrograms(folder))?.sort(), ["Tide.Two", "tide", "tide.sh"]);
      writeFileSync(join(folder, "tide-1-py3-none-any.whl"), "no zip");
      assert.equal(await wheelPrograms(folder), undefined);
    } finally {
      if (before === undefined) delete process.env.DIND_MCP_PROJECT;
      else process.env.DIND_MCP_PROJECT = before;
      rmSync(folder, { recursive: true });
    }
  });
});
