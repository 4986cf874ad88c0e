import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

describe("errors that nobody caught", () => {
  it("come from sockets and from promises, in a process of its own", () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-last-resort-"));
    try {
      const outfile = join(folder, "x.js");
      const contents = `
        import { Registry } from "prom-client";
        import { connect } from "node:net";
        import { LastResort } from "./orchestrator/last-resort";
        const registry = new Registry();
        const wall = new LastResort(registry, { error() {} }, (code) => process.exit(code));
        wall.serving = true;
        process.on("uncaughtException", (error) => wall.caught(error));
        connect({ path: "/nowhere" }).destroy(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
        Promise.reject(Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }));
        Promise.reject(new Error("a fault"));
        setTimeout(() => { throw new TypeError("a fault of a timer") }, 50);
        const beats = setInterval(() => { throw new TypeError("a fault of an interval") }, 50);
        setTimeout(async () => {
          clearInterval(beats);
          console.log(await registry.metrics());
          wall.serving = false;
          Promise.reject(new Error("a start that failed"));
        }, 400);
      `;
      const stdin = { contents, resolveDir: join(__dirname, "../../..") };
      buildSync({ stdin, outfile, bundle: true, platform: "node", logLevel: "error" });
      const { stdout, status } = spawnSync(process.execPath, [outfile], { encoding: "utf8" });
      assert.match(stdout, /dind_mcp_stray_errors_total\{kind="connection"\} 2/);
      const [, faults = 0] = /dind_mcp_stray_errors_total\{kind="fault"\} (\d+)/.exec(stdout) ?? [];
      assert.ok(Number(faults) >= 4, `${faults}: the promise's, the timer's, and the interval's again and again`);
      assert.equal(status, 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
