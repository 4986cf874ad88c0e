import assert from "node:assert/strict";
import { adviceFor } from "../../../../../orchestrator/servers/refusals/advice";
import { HeardRefusals } from "../../../../../orchestrator/servers/refusals/heard-refusals";
import { allowing, type Known, refusals } from "../../../../../orchestrator/servers/refusals/refusals";
import { refusalsIn } from "../../../../../orchestrator/servers/refusals/said";
import { manifest as manifestOf } from "../../../../support/manifest/documents";

describe("refusals that a program tells of", () => {
  const told = (line: string) => refusalsIn(line).map(({ kind, what }) => `${kind} ${what}`.trim());

  it("are found in the words of runtimes and tools", () => {
    const words: [string, string][] = [
      [
        "Error: EROFS: read-only file system, open '/app/node_modules/x/memory.jsonl'",
        "write /app/node_modules/x/memory.jsonl",
      ],
      ["[Error: EACCES: permission denied, mkdir '/data'] {", "write /data"],
      ["ENOENT: no such file or directory, mkdir '/srv/notes'", "write /srv/notes"],
      ["OSError: [Errno 30] Read-only file system: '/srv/db.sqlite'", "write /srv/db.sqlite"],
      ["PermissionError: [Errno 13] Permission denied: '/root/.cache'", "write /root/.cache"],
      ["OSError: [Errno 28] No space left on device", "room"],
      ["open /var/lib/x/y.db: read-only file system", "write /var/lib/x/y.db"],
      ["mkdir: cannot create directory '/out': Read-only file system", "write /out"],
      ["sqlite3.OperationalError: attempt to write a readonly database", "write"],
      ["TypeError: fetch failed Error: getaddrinfo ENOTFOUND api.example.com", "host api.example.com"],
      ["curl: (6) Could not resolve host: API.example.com", "host api.example.com"],
      ['Get "https://x.example": dial tcp: lookup x.example on 127.0.0.11:53: server misbehaving', "host x.example"],
      ["connect ENETUNREACH 1.2.3.4:443 - Local", "host 1.2.3.4:443"],
      ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "memory"],
      ["RuntimeError: can't start new thread", "processes"],
      ["Error: EMFILE: too many open files, watch", "open-files"],
      ["ImportError: /tmp/_MEI1/libz.so: failed to map segment from shared object", "run /tmp/_MEI1/libz.so"],
    ];
    for (const [line, found] of words) assert.deepEqual(told(line), [found], line);
    assert.deepEqual(told("all is well: /app/x was written\nlistening on 127.0.0.1:8000"), []);
  });

  it("are heard in answers, of which nothing but the path is kept", () => {
    const heard = new HeardRefusals();
    const answer = JSON.stringify({
      result: { content: [{ text: "a secret\nEROFS: read-only file system, open '/app/x'" }] },
    });
    heard.hear("memory", answer, 1);
    heard.hear("memory", answer, 2);
    heard.hear("memory", '{"result":{"isError":true}}', 3);
    assert.deepEqual(heard.of("memory"), [{ said: { kind: "write", what: "/app/x" }, count: 2, last: 2 }]);
    heard.forget("memory");
    assert.deepEqual(heard.of("memory"), []);
  });
});

describe("what would allow it", () => {
  const manifest = manifestOf({
    egress: ["api.example.com:443"],
    mounts: [{ volume: "workspace", path: "/workspace" }],
    storage: [{ name: "db", path: "/db" }],
  });
  const advised = (kind: Parameters<typeof adviceFor>[0]["kind"], what = "", isFolder = false) =>
    adviceFor({ kind, what, isFolder }, manifest).add;

  it("is a storage, a home, a cache or a mount for what is written", () => {
    assert.deepEqual(advised("write", "/srv/notes/a.json"), { storage: [{ name: "notes", path: "/srv/notes" }] });
    assert.deepEqual(advised("write", "/Data Dir", true), { storage: [{ name: "data-dir", path: "/Data Dir" }] });
    assert.deepEqual(advised("write", "/root/.config/x"), { home: true });
    assert.deepEqual(advised("write", "/root/.cache/x/y"), { cacheDir: "/root/.cache" });
    assert.deepEqual(advised("write", "/app/node_modules/x/dist/memory.json"), {
      storage: [{ name: "data", path: "/data" }],
    });
    const [mount] = manifest.mounts;
    assert.deepEqual(advised("write", "/workspace/a"), { mounts: [{ ...mount, readOnly: false }] });
    assert.equal(advised("write", "/db/x"), undefined);
    assert.equal(advised("write", "/proc/1/x"), undefined);
  });

  it("is a host, more room or a higher limit", () => {
    assert.deepEqual(advised("host", "other.example"), { egress: ["other.example:443"] });
    const ignored = "it is listed: the program ignores the proxy";
    assert.deepEqual(advised("host", "api.example.com"), { transparentEgress: true }, ignored);
    const led = { ...manifest, transparentEgress: true };
    assert.equal(adviceFor({ kind: "host", what: "api.example.com" }, led).add, undefined);
    assert.equal(advised("host", "1.2.3.4:443"), undefined, "a public address is never a line");
    assert.deepEqual(advised("room", "/tmp/x"), { scratch: { size: "128m" } });
    assert.deepEqual(advised("room", "/db/x"), { storage: [{ ...manifest.storage[0], size: "2g" }] });
    assert.deepEqual(advised("memory"), { resources: { memory: "1g" } });
    assert.deepEqual(advised("processes"), { resources: { processes: 256 } });
    assert.deepEqual(advised("processor"), { resources: { cpus: 2 } });
    assert.deepEqual(advised("run", "/tmp/x.so"), { scratch: { exec: true } });
    assert.equal(advised("open-files"), undefined);
  });

  it("is told once for what the log, an answer, the proxy and the kernel say of the same, the latest first", () => {
    const said = { kind: "write", what: "/app/x" } as const;
    const known: Known = {
      server: { manifest, runtime: { oomKills: 2 } },
      egress: [
        {
          host: "b.example",
          port: 80,
          outcome: "refused",
          reason: "unlisted",
          count: 3,
          lastHour: 0,
          last: 9_000,
          add: "b.example:80",
        },
        { host: "api.example.com", port: 443, outcome: "allowed", count: 3, lastHour: 0, last: 9_500 },
      ],
      log: [
        { time: "1970-01-01T00:00:05Z", stream: "stderr", line: "EROFS: read-only file system, open '/app/x'" },
        { time: "1970-01-01T00:00:06Z", stream: "stderr", line: "getaddrinfo EAI_AGAIN b.example" },
      ],
      heard: [{ said, count: 1, last: 4_000 }],
      usage: { throttledSeconds: 31.4, throttledShare: 0.5 },
      storage: [{ name: "db", path: "/db", size: 1, used: 2 }],
    };
    const all = refusals(known);
    assert.deepEqual(
      all.map(({ kind, what, source, count }) => `${kind} ${what} ${source} ${count}`),
      [
        "host b.example:80 proxy 3",
        "write /app/x answer 1",
        "memory resources.memory: 512m kernel 2",
        "processor resources.cpus: 1 kernel 31",
        "room /db kernel 1",
      ],
    );
    assert.equal(all[1]?.last, 5_000);
    const { resources, egress } = allowing(all);
    assert.deepEqual({ resources, egress }, { resources: { memory: "1g", cpus: 2 }, egress: ["b.example:80"] });
    const idle = {
      ...known,
      egress: [],
      log: [],
      heard: [],
      storage: [],
      usage: { throttledSeconds: 1, throttledShare: 0.9 },
    };
    assert.deepEqual(refusals({ ...idle, server: { manifest, runtime: { oomKills: 0 } } }), []);
  });
});
