import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerHistory } from "../../../../orchestrator/servers/server-history";
import type { ServerInfo } from "../../../../orchestrator/servers/server-info";
import { server } from "../../../support/orchestrator/rest/fleet";

describe("what happened to servers until now", () => {
  let folder: string;
  let now: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-history-"));
    now = Date.parse("2026-11-30T10:00:00Z");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const history = (failed: (error: Error) => void = assert.fail) =>
    new ServerHistory(join(folder, "events"), failed, () => now);
  const told = (of: ServerHistory, name = "echo"): string[] =>
    of.of(name).map(({ time: _, ...event }) => Object.values(event).join(" "));
  const info = (status: ServerInfo["status"], more: Partial<ServerInfo> = {}): ServerInfo =>
    server("echo", { status, ...more });

  it("is told newest first: who asked, what came of it, and why", () => {
    const made = history();
    made.see("echo", info("running"));
    made.asked("echo", "stop", "admin");
    now += 1_000;
    made.see("echo", info("stopped", { reason: "ended with exit code 143" }), info("running"));
    assert.deepEqual(told(made), [
      "server.stopped ended with exit code 143",
      "server.asked stop admin",
      "server.added",
    ]);
    assert.equal(made.of("echo")[0]?.time, "2026-11-30T10:00:01.000Z");
    assert.deepEqual(made.of("other"), []);
    made.close();
  });

  it("outlives the process, which tells what happened meanwhile, and nothing where nothing did", () => {
    const first = history();
    first.see("echo", info("running"));
    first.see("files", server("files"));
    first.close();
    const second = history();
    second.see("files", server("files"));
    second.see("echo", info("stopped", { reason: "out of memory" }));
    assert.deepEqual(told(second), ["server.stopped out of memory true", "server.added"]);
    assert.deepEqual(told(second, "files"), ["server.added"]);
    second.close();
    const third = history();
    third.see("echo", info("running", { generation: "2" }), info("stopped"));
    assert.deepEqual(told(third).slice(0, 2), ["server.healthy", "server.started"]);
    third.close();
  });

  it("is bounded in events and in the length of reasons, and knows no throwaway copies", () => {
    const made = history();
    for (let count = 0; count < 150; count++)
      made.see("echo", info("unhealthy", { reason: "x".repeat(5_000) }), info("running"));
    made.see("echo-learn", server("echo-learn", { copyOf: "echo" }));
    made.close();
    assert.equal(made.of("echo").length, 100);
    assert.equal(made.of("echo")[0]?.reason?.length, 1_000);
    assert.deepEqual(readdirSync(join(folder, "events")), ["echo.json"]);
  });

  it("leaves out a damaged file, and goes on when nothing can be written", () => {
    const first = history();
    first.see("echo", info("running"));
    first.close();
    writeFileSync(join(folder, "events", "echo.json"), "{");
    const failures: Error[] = [];
    const second = history((error) => failures.push(error));
    assert.deepEqual(second.of("echo"), []);
    rmSync(join(folder, "events"), { recursive: true });
    writeFileSync(join(folder, "events"), "no folder");
    second.see("echo", info("running"));
    second.close();
    assert.equal(failures.length, 1);
    assert.deepEqual(told(second), ["server.added"]);
  });
});
