import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuditLog } from "../../../../orchestrator/audit/audit-log";
import type { AuditEntry } from "../../../../orchestrator/audit/entry";
import { linesBackward } from "../../../../orchestrator/audit/lines-backward";
import { type AuditQuery, isCursor, readPage } from "../../../../orchestrator/audit/query";

describe("audit log: query", () => {
  let folder: string;
  let log: AuditLog;
  const all: AuditEntry[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-audit-query-"));
    log = new AuditLog({ folder, arguments: "none", fileBytes: 20_000, files: 10, warn: assert.fail });
    for (let index = 0; index < 600; index++) {
      const server = ["files", "http", undefined][index % 3];
      all.push({
        time: 10_000 + index,
        kind: server ? "mcp" : "rest",
        request: `r${index}`,
        principal: index % 2 ? "alice" : "bob",
        server,
        method: server ? "tools/call" : "GET /v1/servers",
        tool: server && `tool${index % 5}`,
        result: index % 7 ? "ok" : "error",
        ms: index,
      });
      log.record(all.at(-1) as AuditEntry);
      if (index % 20 === 0) await log.query({ limit: 1 });
    }
  });
  after(async () => {
    await log.close();
    rmSync(folder, { recursive: true });
  });
  const newest = (filter: (entry: AuditEntry) => boolean): string[] =>
    all
      .filter(filter)
      .reverse()
      .map((entry) => entry.request);
  const asked = async (query: Omit<AuditQuery, "limit">, limit = 1_000): Promise<string[]> =>
    (await log.query({ ...query, limit })).entries.map((entry) => entry.request);

  it("gives the newest first, across files", async () =>
    assert.deepEqual(
      await asked({}),
      newest(() => true),
    ));

  const filters: [Omit<AuditQuery, "limit">, (entry: AuditEntry) => boolean][] = [
    [{ server: "files" }, (entry) => entry.server === "files"],
    [{ kind: "rest" }, (entry) => entry.kind === "rest"],
    [{ principal: "alice", result: "error" }, (entry) => entry.principal === "alice" && entry.result === "error"],
    [{ tool: "tool3" }, (entry) => entry.tool === "tool3"],
    [{ since: 10_100, until: 10_200 }, (entry) => entry.time >= 10_100 && entry.time < 10_200],
    [{ servers: new Set(["http"]) }, (entry) => entry.server === "http"],
    [{ server: "nothing" }, () => false],
  ];
  for (const [query, filter] of filters) {
    const words = JSON.stringify(query, (_, value) => (value instanceof Set ? [...value] : value));
    it(`filters by ${words}`, async () => assert.deepEqual(await asked(query), newest(filter)));
  }

  it("goes on where a page ended, also when files were changed and entries came in between", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page === 0 || cursor; page++) {
      const { entries, next } = await log.query({ limit: 70, cursor, until: 20_000 });
      seen.push(...entries.map((entry) => entry.request));
      cursor = next;
      for (let index = 0; index < 20; index++) {
        log.record({ time: 30_000, kind: "rest", request: "later", method: "GET /", result: "ok", ms: 0 });
      }
    }
    assert.deepEqual(
      seen,
      newest(() => true),
    );
  });
  it("reads so much for one page, and says where to go on", async () => {
    const path = join(folder, "big.jsonl");
    writeFileSync(
      path,
      `${Array.from({ length: 3_000 }, (_, index) => JSON.stringify({ time: index, note: "x".repeat(100) })).join("\n")}\n`,
    );
    const bytes = 1 << 18;
    const files = [{ number: 1, path, bytes, changed: 1 }];
    const first = await readPage(files, { limit: 10, server: "rare" }, 50_000);
    assert.deepEqual(first.entries, []);
    const at = Number(first.next?.split(".")[1]);
    assert.ok(at <= bytes - 50_000 && at > bytes - 51_000, first.next);
  });
  it("reads over damaged lines", async () => {
    const path = join(folder, "damaged.jsonl");
    const text = '{"time":1,"request":"a"}\n\0\0\0\n{"time":2\n17\n\n{"time":3,"request":"c"}\n{"time":4,"re';
    writeFileSync(path, text);
    const { entries } = await readPage([{ number: 1, path, bytes: text.length, changed: 1 }], { limit: 10 });
    assert.deepEqual(
      entries.map((entry) => entry.time),
      [3, 1],
    );
  });
  it("reads lines of any length and any letters, wherever the pieces are cut", async () => {
    const path = join(folder, "lines.txt");
    const lines = Array.from({ length: 400 }, (_, index) => `${index} ${"é€😀".repeat((index * 37) % 300)}`);
    lines.push("long ".repeat(60_000), "end");
    const text = `${lines.join("\n")}\n`;
    writeFileSync(path, text);
    const read: string[] = [];
    for await (const line of linesBackward(path, Buffer.byteLength(text))) read.push(line.text);
    assert.deepEqual(read, lines.reverse());
  });
  it("knows its own cursors", () => {
    assert.deepEqual(["12.345", "0.0"].map(isCursor), [true, true]);
    assert.deepEqual(["", "x", "1", "1.", "-1.5", "1.5.5", "1.1e9"].map(isCursor), Array(7).fill(false));
  });
});
