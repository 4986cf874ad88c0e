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
        import { lastResort } from "./orchestrator/last-resort";
        const registry = new Registry();
        process.on("uncaughtException", lastResort(registry, { error() {} }, (code) => process.exit(code)));
        connect({ path: "/nowhere" }).destroy(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
        Promise.reject(Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }));
        setTimeout(async () => console.log(await registry.metrics()), 100);
        setTimeout(() => Promise.reject(new Error("a fault")), 200);
      `;
      const stdin = { contents, resolveDir: join(__dirname, "../../..") };
      buildSync({ stdin, outfile, bundle: true, platform: "node", logLevel: "error" });
      const { stdout, status } = spawnSync(process.execPath, [outfile], { encoding: "utf8" });
      assert.match(stdout, /dind_mcp_stray_errors_total 2/);
      assert.equal(status, 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
