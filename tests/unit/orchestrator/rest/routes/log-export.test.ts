import assert from "node:assert/strict";
import { ServerError } from "../../../../../orchestrator/servers/server-error";
import { Api } from "../../../../support/orchestrator/rest/api";

/** More than GET .../logs gives. */
const LINES = 12_000;

describe("REST: a server's log as a file", () => {
  let api: Api;
  before(async () => {
    api = await Api.start();
    api.fleet.log.splice(0);
    for (let count = 0; count < LINES; count++)
      api.fleet.log.push({ time: stamp(2 * count), stream: "stderr", line: `line ${count}` });
  });
  after(() => api.stop());

  const file = (path = "echo", as: "read" | "mcp" | "files" = "read") =>
    api.call("GET", `/v1/servers/${path}/logs/export`, { as });

  it("has every line that is kept, the oldest first, each behind its time", async () => {
    const { headers, text } = await file();
    assert.equal(headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(headers.get("content-disposition"), 'attachment; filename="echo.log"');
    const expected = Array.from({ length: LINES }, (_, count) => `${stamp(2 * count)} line ${count}`);
    assert.deepEqual(text.split("\n"), [...expected, ""]);
  });

  it("calls a companion's log by its name, in characters that a header may have", async () => {
    for (const [service, name] of [
      ["redis", "redis.log"],
      ['a"; x=\u{83}\u{1f4a9}\r\nb', "a___x______b.log"],
    ] as const) {
      const path = `/v1/servers/echo/logs/export?service=${encodeURIComponent(service)}`;
      const { status, headers, text } = await api.call("GET", path, { as: "read" });
      assert.equal(status, 200, text);
      assert.equal(headers.get("content-disposition"), `attachment; filename="${name}"`);
    }
  });

  it("has what a stdio server printed where only messages belong, in its place and marked", async () => {
    api.fleet.printed.push({ time: stamp(3), line: "hello" }, { time: stamp(4 * LINES), line: "bye" });
    const lines = (await file()).text.split("\n");
    api.fleet.printed.splice(0);
    assert.deepEqual(
      lines.slice(1, 4).map((line) => line.slice(stamp(0).length + 1)),
      ["line 1", "(not MCP) hello", "line 2"],
    );
    assert.equal(lines.length, LINES + 3);
    assert.match(lines.at(-2) ?? "", /\(not MCP\) bye$/);
  });

  it("is refused with a reason: another's server, no right to look, a log that cannot be read", async () => {
    assert.equal((await file("echo", "files")).status, 404);
    assert.equal((await file("echo", "mcp")).status, 403);
    api.fleet.logRefused = new ServerError(409, "server echo runs elsewhere");
    const { status, headers, body } = await file();
    api.fleet.logRefused = undefined;
    assert.deepEqual([status, body.detail], [409, "server echo runs elsewhere"]);
    assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.equal(headers.get("content-disposition"), null);
  });
});

function stamp(ms: number): string {
  return new Date(Date.parse("2026-11-30T10:00:00Z") + ms).toISOString();
}
