import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { entry, linesOf } from "../../../support/orchestrator/audit/entries";
import { LogSite } from "../../../support/orchestrator/audit/log-site";

describe("audit log: killed, and on a full disk", () => {
  let site: LogSite;
  beforeEach(() => {
    site = new LogSite();
  });
  afterEach(() => site.close());

  it("loses nothing that was written when the process is killed with -9 in the middle of writing", async function () {
    this.timeout(60_000);
    const child = spawn(
      process.execPath,
      [
        "-r",
        "ts-node/register/transpile-only",
        join(__dirname, "../../../support/orchestrator/audit/writer.ts"),
        site.folder,
      ],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await once(child.stdout, "data");
    await sleep(300);
    child.kill("SIGKILL");
    await once(child, "exit");
    // What the kernel had taken stays; cut as if the machine had stopped within a line. It may have ended between two files.
    const size = statSync(site.current, { throwIfNoEntry: false })?.size ?? 0;
    if (size > 0) truncateSync(site.current, size - 7);
    const log = site.open({ fileBytes: 200_000, files: 3 });
    log.record(entry({ request: "after" }));
    const { entries } = await log.query({ limit: 100_000 });
    const numbers = entries.slice(1).map((each) => Number(each.request));
    assert.ok(numbers.length > 100, `${numbers.length} entries`);
    assert.equal(entries[0]?.request, "after");
    for (const [index, number] of numbers.entries()) assert.equal(number, (numbers[0] as number) - index, "no gap");
  });

  it("counts what a full disk does not take, says so once, goes on, and writes again when there is room", async () => {
    const mount = mkdtempSync(join(tmpdir(), "mcp-test-audit-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "mcp-test-audit", mount]);
    try {
      const log = site.open({ folder: join(mount, "audit"), fileBytes: 1 << 20 });
      const path = join(mount, "audit/audit.jsonl");
      for (let index = 0; index < 1_000; index++) {
        log.record(entry({ server: "files", tool: "read_text_file" }));
        if (index % 50 === 49) await log.query({ limit: 1 });
      }
      const kept = linesOf(path).length;
      assert.ok(kept > 100 && kept < 1_000, `${kept} kept`);
      assert.equal(log.dropped, 1_000 - kept);
      assert.equal(log.healthy(), false);
      assert.equal(site.warnings.length, 1, site.warnings.join("\n"));
      assert.match(site.warnings[0] ?? "", /ENOSPC/);
      execFileSync("mount", ["-o", "remount,size=1m", mount]);
      log.record(entry({ request: "room" }));
      assert.equal((await log.query({ limit: 1 })).entries[0]?.request, "room");
      assert.equal(linesOf(path).length, kept + 1);
      assert.equal(log.healthy(), true);
      assert.match(site.warnings[1] ?? "", /written again/);
      await log.close(); // an open file would keep the file system writable
      execFileSync("mount", ["-o", "remount,ro", mount]);
      log.record(entry());
      await log.query({ limit: 1 });
      assert.equal(log.dropped, 1_000 - kept + 1, "read-only");
    } finally {
      execFileSync("umount", ["--lazy", mount]);
      rmSync(mount, { recursive: true });
    }
  });
});
