import assert from "node:assert/strict";
import { Registry } from "prom-client";
import { isOfConnection, LastResort } from "../../../orchestrator/last-resort";

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

  function wall(serving: boolean) {
    const logged: unknown[] = [];
    const exits: number[] = [];
    const registry = new Registry();
    const log = { error: (...entry: unknown[]) => void logged.push(entry) };
    const one = new LastResort(registry, log, (code) => exits.push(code));
    one.serving = serving;
    return { registry, logged, exits, caught: (error: unknown) => one.caught(error) };
  }

  it("are logged and counted by kind; while clients are served none of them ends the process", async () => {
    const { registry, logged, exits, caught } = wall(true);
    for (const error of [coded("ECONNRESET"), new TypeError("x"), "no error at all", undefined]) caught(error);
    assert.deepEqual(exits, []);
    const text = await registry.metrics();
    assert.match(text, /dind_mcp_stray_errors_total\{kind="connection"\} 1/);
    assert.match(text, /dind_mcp_stray_errors_total\{kind="fault"\} 3/);
    assert.equal(logged.length, 4);
  });

  it("end the process when Node's own state is wrong, and a start that failed", () => {
    const serving = wall(true);
    serving.caught(coded("ERR_INTERNAL_ASSERTION"));
    assert.deepEqual(serving.exits, [1]);
    const starting = wall(false);
    starting.caught(coded("ECONNRESET"));
    assert.deepEqual(starting.exits, []);
    starting.caught(new TypeError("x"));
    assert.deepEqual(starting.exits, [1]);
  });
});
