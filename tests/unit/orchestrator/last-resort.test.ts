import assert from "node:assert/strict";
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
});
