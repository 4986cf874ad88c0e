import assert from "node:assert/strict";
import { type Learned, needsOf } from "../../../../../../orchestrator/servers/docker/learn/needs";
import { manifest as manifestOf } from "../../../../../support/manifest/documents";

const MIB = 2 ** 20;
const place = (host: string, outcome: "allowed" | "refused" | "failed", port = 443) => ({
  host,
  port,
  outcome,
  count: 1,
  lastHour: 0,
  last: 1,
});
const folders = {
  all: new Set(["/", "/app", "/data", "/srv", "/home/mcp", "/var/lib"]),
  filled: new Set(["/", "/app"]),
  mounted: ["/.mcp/init", "/mine"],
};
const nothing: Learned = {
  ...{ egress: [], changes: { added: [], changed: [], more: false }, folders, written: 0 },
  peaks: { memory: 40 * MIB, shared: 0, processes: 5, cpus: 0.1 },
};

describe("what a server needs, as its copy showed", () => {
  it("is every host that it asked for, and no more than the manifest lacks", () => {
    const manifest = manifestOf({ egress: ["*.example.com:443", "old.example:443"] });
    const egress = [
      place("api.example.com", "allowed"),
      place("b.example", "failed", 80),
      place("10.0.0.1", "refused", 80),
    ];
    const needs = needsOf({ ...nothing, egress }, manifest);
    assert.deepEqual(needs.needed.egress, ["api.example.com:443", "b.example:80"]);
    assert.deepEqual(needs.add, { egress: ["b.example:80"] });
    assert.deepEqual(needs.unused, ["old.example:443"]);
    assert.match(needs.notes.join("\n"), /^10\.0\.0\.1:80 was refused: /);
  });

  it("is storage where it wrote, its home, and a word about what it wrote beside its program", () => {
    const added = [
      ...["/srv/notes", "/srv/notes/deep", "/srv/notes/deep/a.json", "/data/x.db", "/app/state.json"],
      ...["/home/mcp/.config", "/home/mcp/.config/a", "/home/mcp/.cache", "/app/__pycache__", "/app/a.pyc"],
      ...["/.mcp", "/.mcp/init", "/mine/kept", "/tmp/x"],
    ];
    const { add, notes } = needsOf(
      { ...nothing, changes: { added, changed: ["/app", "/app/config.json"], more: false } },
      manifestOf(),
    );
    assert.deepEqual(add, {
      storage: [
        { name: "notes", path: "/srv/notes" },
        { name: "data", path: "/data" },
      ],
      home: true,
    });
    const move = "move that to /data by a variable or an argument of the server's own";
    assert.deepEqual(notes, [
      `it changes /app/config.json, a file of its image: ${move}`,
      `it writes /app/state.json beside files of its image: ${move}`,
      "it keeps a cache in /home/mcp/.cache; without a line it goes to /tmp, in memory",
    ]);
    const changes = { added: ["/data/x.db"], changed: [], more: false };
    const large = needsOf({ ...nothing, changes, written: 900 * MIB }, manifestOf()).add;
    assert.deepEqual(large, { storage: [{ name: "data", path: "/data", size: "1856m" }] });
  });

  it("is half as much again as the most it used, told where the manifest has less", () => {
    const peaks = { memory: 600 * MIB, shared: 100 * MIB, processes: 100, cpus: 1.3 };
    const { needed, add } = needsOf({ ...nothing, peaks }, manifestOf());
    assert.deepEqual(needed.resources, { memory: "960m", processes: 160, cpus: 1.5 });
    assert.deepEqual(add, { resources: { memory: "960m", processes: 160, cpus: 1.5 }, scratch: { size: "192m" } });
    assert.deepEqual(needsOf(nothing, manifestOf()).add, {});
  });

  it("is told in some lines, however much a copy asks for and writes, and never what is no host's name", () => {
    const egress = [
      place("no_host!", "failed"),
      ...Array.from({ length: 499 }, (_, index) => place(`${index}.example`, "allowed")),
    ];
    const all = Array.from({ length: 2_000 }, (_, index) => `/x${index}`);
    const added = all.flatMap((path) => [path, `${path}/deep`]);
    const changes = { added, changed: all.map((path) => `/app${path}`), more: true };
    const { needed, notes } = needsOf({ ...nothing, egress, changes }, manifestOf());
    assert.equal((needed.egress as string[]).length, 100);
    assert.ok(!JSON.stringify(needed).includes("no_host"));
    assert.equal((needed.storage as object[]).length, 8);
    assert.deepEqual(notes.slice(0, 3), [
      "it wrote more paths than are looked at: what is told of its folders is not all",
      "it asked for more than 500 places; later ones are left out",
      "it reached 499 hosts; 399 of them are left out",
    ]);
    assert.equal(notes.length, 3 + 31);
    assert.equal(notes.at(-1), `${2_000 + 1_992 - 30} more notes are left out`);
  });
});
