import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditLogOptions } from "../../../../orchestrator/audit/audit-log";
import { eventually } from "../../../support/eventually";
import { entry, linesOf } from "../../../support/orchestrator/audit/entries";
import { LogSite } from "../../../support/orchestrator/audit/log-site";

describe("audit log", () => {
  let site: LogSite;
  beforeEach(() => {
    site = new LogSite();
  });
  afterEach(() => site.close());

  it("writes one line for each entry without being asked, for its owner's eyes only", async () => {
    const log = site.open();
    const recorded = [
      entry({ principal: "client", server: "files", tool: "read" }),
      entry({ kind: "rest", result: "denied", code: 403 }),
    ];
    for (const each of recorded) log.record(each);
    await eventually(async () => assert.deepEqual(linesOf(site.current), recorded));
    assert.deepEqual([statSync(site.current).mode & 0o777, statSync(site.folder).mode & 0o777], [0o600, 0o700]);
    assert.deepEqual([log.dropped, log.healthy(), site.warnings], [0, true, []]);
  });
  it("writes what is waiting when it is closed", async () => {
    const log = site.open();
    log.record(entry());
    await log.close();
    assert.equal(linesOf(site.current).length, 1);
  });
  it("keeps names of arguments, not values, unless told", async () => {
    const args = { path: "/secret/file", count: 3, nested: { token: "hush", list: [1, 2] }, nothing: null };
    const kept = async (how: AuditLogOptions["arguments"]): Promise<unknown> => {
      const log = site.open({ arguments: how });
      log.record(entry({ arguments: args }));
      return (await log.query({ limit: 1 })).entries[0]?.arguments;
    };
    assert.deepEqual(await kept("redacted"), {
      path: "string(12)",
      count: "number",
      nested: { token: "string(4)", list: "array(2)" },
      nothing: "null",
    });
    assert.doesNotMatch(readFileSync(site.current, "utf8"), /secret|hush/);
    assert.deepEqual(await kept("full"), args);
    assert.equal(await kept("none"), undefined);
  });
  it("keeps the names of four levels of objects, and counts those of the fifth", async () => {
    const log = site.open();
    log.record(entry({ arguments: { a: { b: { c: { d: { e: 1, f: 2 } } } } } }));
    const [found] = (await log.query({ limit: 1 })).entries;
    assert.deepEqual(found?.arguments, { a: { b: { c: { d: "object(2)" } } } });
  });
  it("bounds what clients choose: depth, number and length of names, of methods and tools, and full arguments", async () => {
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 5_000; depth++) deep = { deep };
    const wide = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`name${index}${"n".repeat(500)}`, index]),
    );
    const log = site.open();
    log.record(
      entry({ arguments: { deep, wide, ["__proto__"]: 1 }, method: "m".repeat(100_000), tool: "t".repeat(100_000) }),
    );
    const full = site.open({ arguments: "full", folder: join(site.folder, "full") });
    full.record(entry({ arguments: { text: "x".repeat(1_000_000) } }));
    await log.close();
    assert.ok(statSync(site.current).size < 8_000, `${statSync(site.current).size} bytes`);
    assert.match(
      String((await full.query({ limit: 1 })).entries[0]?.arguments),
      /^too long to be kept: 1000011 characters$/,
    );
  });
  it("lets no call push the others out of the log with what its arguments are called", async () => {
    const level = (depth: number): unknown =>
      depth === 0 ? 1 : Object.fromEntries(Array.from({ length: 32 }, (_, index) => [index, level(depth - 1)]));
    const log = site.open();
    log.record(entry({ arguments: level(4) }));
    await log.close();
    assert.ok(statSync(site.current).size < 32_000, `${statSync(site.current).size} bytes`);
  });
  it("takes entries that have no JSON without a word to its caller, and counts them", () => {
    const log = site.open({ arguments: "full" });
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    log.record(entry({ arguments: circle }));
    log.record(entry({ arguments: { big: 1n } }));
    assert.equal(log.dropped, 2);
  });

  it("begins a new file when one is full, and keeps so many", async () => {
    const log = site.open({ fileBytes: 1_000, files: 3 });
    for (let index = 0; index < 100; index++) {
      log.record(entry());
      if (index % 5 === 0) await log.query({ limit: 1 });
    }
    await log.close();
    const names = readdirSync(site.folder).sort();
    assert.equal(names.length, 3);
    for (const name of names) assert.ok(statSync(join(site.folder, name)).size <= 1_000, name);
    const all = names.flatMap((name) => linesOf(join(site.folder, name)));
    const { entries } = await site.open({ fileBytes: 1_000, files: 3 }).query({ limit: 1_000 });
    assert.deepEqual(
      entries.map((each) => each.request),
      all
        .map((each) => each.time)
        .sort((a, b) => b - a)
        .map((time) => `r${time - 1_000}`),
    );
  });
  it("keeps one file alone, when told", async () => {
    const log = site.open({ fileBytes: 500, files: 1 });
    for (let index = 0; index < 20; index++) {
      log.record(entry());
      await log.query({ limit: 1 });
    }
    assert.deepEqual(readdirSync(site.folder), ["audit.jsonl"]);
    assert.equal(log.dropped, 0);
  });
  it("goes on with the file it finds, and drops a line that was not finished, however long", async () => {
    const first = site.open();
    first.record(entry({ request: "whole" }));
    await first.close();
    for (const torn of ['{"time":1,"ki', `{"text":"${"x".repeat(200_000)}`]) {
      appendFileSync(site.current, torn);
      const next = site.open();
      next.record(entry({ request: "next" }));
      await next.close();
    }
    assert.deepEqual(
      linesOf(site.current).map((each) => each.request),
      ["whole", "next", "next"],
    );
    writeFileSync(site.current, "no line at all");
    const last = site.open();
    last.record(entry({ request: "last" }));
    await last.close();
    assert.deepEqual(
      linesOf(site.current).map((each) => each.request),
      ["last"],
    );
  });
  it("does not end the service when its site.folder cannot be made", async () => {
    const file = join(site.folder, "..", "file");
    writeFileSync(file, "");
    const log = site.open({ folder: join(file, "audit") });
    log.record(entry());
    assert.deepEqual(await log.query({ limit: 10 }), { entries: [] });
    assert.deepEqual([log.dropped, log.healthy(), site.warnings.length], [1, false, 1]);
  });
});
