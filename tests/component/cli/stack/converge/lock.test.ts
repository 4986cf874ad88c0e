import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { clearStaleLock } from "../../../../../cli/stack/converge/lock";

describe("a lock of Pulumi's", () => {
  const backend = mkdtempSync(join(tmpdir(), "dind-mcp-lock-"));
  const folder = join(backend, ".pulumi/locks/organization/dind-mcp/one");
  const outside = { ...process.env };
  const lock = (content: string) => writeFileSync(join(folder, "1.json"), content);
  const of = (pid: number, host = hostname()) => lock(JSON.stringify({ pid, username: "u", hostname: host }));
  const stays = async (text: RegExp) => {
    await assert.rejects(clearStaleLock(), { message: text, fix: /wait for it.* pulumi cancel$/ });
    assert.deepEqual(readdirSync(folder), ["1.json"]);
  };

  before(() => mkdirSync(folder, { recursive: true }));
  beforeEach(() => Object.assign(process.env, { PULUMI_STACK: "one", PULUMI_BACKEND_URL: `file://${backend}` }));
  afterEach(() => {
    for (const name of ["PULUMI_STACK", "PULUMI_BACKEND_URL"]) {
      if (outside[name] === undefined) delete process.env[name];
      else process.env[name] = outside[name];
    }
  });
  after(() => rmSync(backend, { recursive: true }));

  it("stays while its process lives, or may live on another machine", async () => {
    const program = join(backend, "pulumi");
    copyFileSync("/bin/sleep", program);
    const child = spawn(program, ["60"]);
    await once(child, "spawn");
    try {
      of(child.pid ?? 0);
      await stays(new RegExp(`^pulumi \\(process ${child.pid} of u on ${hostname()}\\) is changing the stack$`));
    } finally {
      child.kill();
      await once(child, "close");
    }
    of(child.pid ?? 0, "another-machine");
    await stays(/on another-machine\) is changing the stack$/);
  });

  it("stays when it does not tell whose it is", async () => {
    for (const content of ["", "{", "not JSON"]) {
      lock(content);
      await stays(/^the lock .*1\.json: got .*, expected JSON that says which process has it$/);
    }
  });
});
