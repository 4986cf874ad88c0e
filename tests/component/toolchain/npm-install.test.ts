import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../support/fleet/command";
import { ROOT } from "../../support/fleet/stack";

describe("the set-up's npm install", function () {
  this.timeout(120_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dind-mcp-npm-"));
    const devDependencies = { "only-dev": "file:only-dev" };
    const project = { name: "project", version: "1.0.0", devDependencies };
    const write = (file: string, content: unknown) => writeFile(join(folder, file), JSON.stringify(content));
    await mkdir(join(folder, "only-dev"));
    await write("only-dev/package.json", { name: "only-dev", version: "1.0.0" });
    await write("package.json", project);
    await write("package-lock.json", {
      ...{ name: "project", version: "1.0.0", lockfileVersion: 3, requires: true },
      packages: {
        "": project,
        "node_modules/only-dev": { resolved: "only-dev", link: true },
        "only-dev": { version: "1.0.0", dev: true },
      },
    });
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("brings development's packages under NODE_ENV=production too, because `up` needs Vite and ts-node", async () => {
    const env = { ...process.env, NODE_ENV: "production", npm_config_omit: "dev" };
    const script = join(ROOT, "toolchain/npm-install.sh");
    const { code, stdout, stderr } = await run("bash", [script, join(folder, "cache"), folder], { env });
    assert.equal(code, 0, stdout + stderr);
    assert.ok(existsSync(join(folder, "node_modules/only-dev/package.json")));
  });
});
