import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { Registry } from "prom-client";
import { isOfConnection, lastResort } from "../../../orchestrator/last-resort";

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe("errors that nobody caught", () => {
  it("are a connection's, or not", () => {
    for (const code of [
      "ECONNRESET",
      "EPIPE",
      "ETIMEDOUT",
      "EHOSTUNREACH",
      "ENETDOWN",
      "ABORT_ERR",
      "HPE_INVALID_CONSTANT",
    ])
      assert.ok(isOfConnection(coded(code)), code);
    for (const code of ["ERR_STREAM_WRITE_AFTER_END", "ERR_HTTP_HEADERS_SENT", "UND_ERR_SOCKET"])
      assert.ok(isOfConnection(coded(code)), code);
    for (const other of [
      new TypeError("x is not a function"),
      coded("ENOSPC"),
      coded("ERR_ASSERTION"),
      "ECONNRESET",
      undefined,
    ])
      assert.ok(!isOfConnection(other), String(other));
  });

  it("are logged; those of connections are counted, all others end the process", async () => {
    const registry = new Registry();
    const logged: unknown[] = [];
    const exits: number[] = [];
    const handle = lastResort(registry, { error: (...entry: unknown[]) => void logged.push(entry) }, (code) =>
      exits.push(code),
    );
    handle(coded("ECONNRESET"));
    assert.deepEqual(exits, []);
    assert.match(await registry.metrics(), /dind_mcp_stray_errors_total 1/);
    handle(new TypeError("x"));
    assert.deepEqual(exits, [1]);
    assert.equal(logged.length, 2);
  });

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
