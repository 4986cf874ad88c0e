import assert from "node:assert/strict";
import fc from "fast-check";
import { EventStreamParser } from "../../../../../orchestrator/gateway/wire/event-stream-parser";

type Told = ["data" | "id", string] | ["retry", number];

function parse(chunks: string[], limit = 1e6): { told: Told[]; strange: string[]; ok: boolean; held: number } {
  const told: Told[] = [];
  const strange: string[] = [];
  const parser = new EventStreamParser(limit, {
    data: (text) => told.push(["data", text]),
    id: (id) => told.push(["id", id]),
    retry: (milliseconds) => told.push(["retry", milliseconds]),
    strange: (line) => strange.push(line),
  });
  const ok = chunks.map((chunk) => parser.push(chunk)).every(Boolean);
  return { told, strange, ok, held: parser.held };
}
const event = (data: string, id?: string): Told[] => [
  ...(id === undefined ? [] : [["id", id] as Told]),
  ["data", data],
];

/** Cuts a text at any places, \r\n too. */
function cut(text: string, at: number[]): string[] {
  const places = [...new Set(at.map((n) => n % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => text.slice(from, places[i]));
}

describe("gateway: event stream parser", () => {
  it("gives back what was written, wherever lines end and chunks are cut", () => {
    const field = fc.string().map((text) => text.replace(/[\r\n\0]/g, "_"));
    const written = fc.record({
      data: fc.array(field, { minLength: 1, maxLength: 3 }),
      id: fc.option(field),
      space: fc.boolean(),
    });
    const end = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(fc.array(written), end, fc.array(fc.nat()), (events, eol, at) => {
        const lines = events.flatMap(({ data, id, space }) => [
          ": a comment",
          ...(id === null ? [] : [`id: ${id}`]),
          ...data.map((line) => (space || line.startsWith(" ") ? `data: ${line}` : `data:${line}`)),
          "unknown: field",
          "",
        ]);
        const text = lines.map((line) => line + eol).join("");
        const expected = events.flatMap(({ data, id }) => event(data.join("\n"), id ?? undefined));
        const { told, ok } = parse(cut(text, at));
        assert.deepEqual({ told, ok }, { told: expected, ok: true });
      }),
    );
  });

  it("says which lines are none of an event stream", () => {
    assert.deepEqual(parse(['a: b\n{"x":1}\nc\ndata: d\n: e\n\n']).strange, ["a: b", '{"x":1}', "c"]);
  });

  it("knows the odd cases of the standard", () => {
    assert.deepEqual(parse(["data\n\n"]).told, event(""));
    assert.deepEqual(parse(["data:  two\n\n"]).told, event(" two"));
    assert.deepEqual(parse([":\n\n\n\n"]).told, []);
    assert.deepEqual(parse(["\uFEFFdata: x\n\n"]).told, event("x"));
    assert.deepEqual(parse(["event: message\ndata: x\n\n"]).told, event("x"));
    assert.deepEqual(parse(["id: 1\ndata: \n\n", "id: 2\nretry: 10\n\n"]).told, [
      ...event("", "1"),
      ["retry", 10],
      ["id", "2"],
    ]);
    assert.deepEqual(parse(["retry: 1s\nretry: -1\ndata: x\n\n"]).told, event("x"));
    assert.deepEqual(parse(["data: never ended\n"]).told, []);
    assert.deepEqual(parse(["data: x\r\r", "\n"]).told, event("x"), "at once, without the next chunk");
  });

  it("says what is held, comments left out", () => {
    assert.equal(parse(["data: x\n\n"]).held, 0);
    assert.ok(parse(["data: ", "x".repeat(1_000)]).held >= 1_000);
    assert.ok(parse(["data: x\n:\n".repeat(1_000)]).held >= 7_000, "comments hide nothing");
    assert.ok(parse(Array(1_000).fill(`: ${"still here".repeat(10)}\n\n`)).held < 10_000);
  });

  it("refuses an event that is too large, in one line or in many", () => {
    assert.equal(parse(["data: ", "x".repeat(90), "\n\n"], 100).ok, true);
    assert.equal(parse(["data: ", "x".repeat(101)], 100).ok, false);
    assert.equal(parse(Array(20).fill("data: 123456\n"), 100).ok, false);
    assert.equal(parse(Array(20).fill("data: 123456\n\n"), 100).ok, true);
  });

  it("reads 16 MB without an end in time that grows with its size", () => {
    const chunks = Array(256).fill("x".repeat(65_536)) as string[];
    parse(chunks, 1e9);
    parse(["data: x\n".repeat(100_000)], 1e9);
  }).timeout(5_000);
});
