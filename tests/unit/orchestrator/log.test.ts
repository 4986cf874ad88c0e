import assert from "node:assert/strict";
import { createLog } from "../../../orchestrator/log";

/** What a use of the log writes. */
function written(use: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  use(createLog("info", { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the orchestrator's log", () => {
  it("is lines of JSON with level, time and message", () => {
    const [line, ...others] = written((log) => {
      log.debug("not at this level");
      log.info({ server: "files" }, "started");
    });
    assert.deepEqual(others, []);
    const { time, ...rest } = line ?? {};
    assert.ok(!Number.isNaN(Date.parse(String(time))));
    assert.deepEqual(rest, { level: "info", server: "files", msg: "started" });
  });

  it("tells an error's message, and never a secret by the name of its key", () => {
    const secrets = { token: "hunter2", secrets: { dsn: "hunter2" }, headers: { authorization: "Bearer hunter2" } };
    const [failed, refused] = written((log) => {
      log.warn({ error: new Error("it broke") }, "failed");
      log.warn({ ...secrets, request: { ...secrets, url: "/x" } }, "refused");
    });
    assert.match(JSON.stringify(failed), /"message":"it broke"/);
    assert.match(JSON.stringify(refused), /"url":"\/x"/);
    assert.doesNotMatch(JSON.stringify([failed, refused]), /hunter2/);
  });
});
