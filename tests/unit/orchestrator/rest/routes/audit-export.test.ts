import assert from "node:assert/strict";
import { AuditResult } from "../../../../../api/audit-result";
import { Api } from "../../../../support/orchestrator/rest/api";

/** More than an export reads at a time. */
const ENTRIES = 450;

describe("REST: the audit log as a file", () => {
  let api: Api;
  before(async () => {
    api = await Api.start();
    const entry = { kind: "mcp", principal: "mcp", method: "tools/call", result: AuditResult.Ok, ms: 1 } as const;
    for (let count = 0; count < ENTRIES; count++) {
      const server = count % 3 === 0 ? "files" : "echo";
      api.audit.record({
        ...entry,
        time: Date.parse("2026-11-30T10:00:00Z") + count,
        request: `r${count}`,
        server,
        tool: "=say",
      });
    }
  });
  after(() => api.stop());

  const file = (query: string, options: Parameters<Api["call"]>[2] = {}) =>
    api.call("GET", `/v1/audit/export${query}`, { as: "read", ...options });
  const rows = (text: string): string[] => text.split("\r\n").slice(1, -1);

  it("has every entry on a line, the newest first", async () => {
    const { headers, text } = await file("");
    assert.match(String(headers.get("content-type")), /^application\/jsonl/);
    assert.equal(headers.get("content-disposition"), 'attachment; filename="audit.jsonl"');
    const requests = text
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { request: string }).request);
    assert.deepEqual(
      requests,
      Array.from({ length: ENTRIES }, (_, at) => `r${ENTRIES - 1 - at}`),
    );
  });

  it("is CSV by the query or by Accept, and the query decides", async () => {
    for (const asked of [await file("?format=csv"), await file("", { headers: { accept: "text/csv" } })]) {
      assert.match(String(asked.headers.get("content-type")), /^text\/csv/);
      assert.equal(rows(asked.text).length, ENTRIES);
      assert.match(asked.text, /,tools\/call,'=say,ok,/);
    }
    const { text } = await file("?format=jsonl", { headers: { accept: "text/csv" } });
    assert.equal(text[0], "{");
  });

  it("has what a search finds, and what the token may see", async () => {
    assert.equal(rows((await file("?format=csv&server=files")).text).length, ENTRIES / 3);
    assert.equal(rows((await file("?format=csv", { as: "files" })).text).length, ENTRIES / 3);
    assert.equal((await file("?tool=nothing")).text, "");
    assert.equal((await file("?format=csv&tool=nothing")).text.split("\r\n").length, 2);
  });

  it("refuses what is wrong, and tokens that may not look", async () => {
    const wrong = await file("?format=xls&since=yesterday");
    assert.equal(wrong.status, 400);
    assert.equal((wrong.body.problems as unknown[]).length, 2);
    assert.equal((await file("", { as: "mcp" })).status, 403);
  });
});
