import assert from "node:assert/strict";
import { Counter, Registry } from "prom-client";
import { CallMetrics } from "../../../../orchestrator/metrics/call-metrics";
import { Exposition } from "../../../../orchestrator/metrics/exposition";
import { visibleTo } from "../../../../orchestrator/metrics/visible";
import { sources } from "../../../support/orchestrator/metrics/sources";

const principal = (...servers: string[]) => ({
  name: "some",
  scopes: new Set(["read" as const]),
  servers: new Set(servers),
});
const NAMES = { files: ["files", "read_file"], http: ["http", "fetch"] };

describe("metrics: what a token limited to some servers sees", () => {
  const registry = new Registry();
  const calls = new CallMetrics(registry);
  const exposition = new Exposition(registry, sources());
  let text: string;
  before(async () => {
    for (const [server, tool] of Object.values(NAMES)) {
      calls.call(server as string, "tools/call", tool, "ok", 0.1);
      calls.sessionOpened(server as string, false, 0.1);
      calls.sessionEnded(server as string, "idle");
    }
    calls.call("", "tools/list", undefined, "ok", 0.1);
    text = await exposition.text();
  });
  const samples = (of: string): string[] => of.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  it("its servers' samples, all of them", () => {
    const own = samples(text).filter((line) => line.includes('server="files"'));
    assert.ok(own.length > 30);
    const seen = samples(visibleTo(principal("files"), text));
    assert.deepEqual(
      seen.filter((line) => line.includes('server="files"')),
      own,
    );
  });
  it("no name of another server or of its tools, nor what was asked of all servers together", () => {
    const seen = samples(visibleTo(principal("files"), text)).join("\n");
    assert.doesNotMatch(seen, /http|fetch|postgres|server="\*"/);
    const none = samples(visibleTo(principal(), text)).join("\n");
    assert.doesNotMatch(none, /files|read_file/);
  });
  it("the engine, the process and the stack's own containers", () => {
    const seen = visibleTo(principal(), text);
    for (const name of ["dind_mcp_engine_up", "process_resident_memory_bytes", 'container="mcp-egress"']) {
      assert.ok(seen.includes(name), name);
    }
  });
  it("a token for all servers sees everything", () => {
    assert.equal(visibleTo({ name: "all", scopes: new Set(["read"]) }, text), text);
  });
  it("whatever another label's value looks like, and wherever the label stands", async () => {
    const odd = new Registry();
    const counter = new Counter({
      name: "odd_total",
      help: 'server="files"',
      labelNames: ["a", "server", "z"],
      registers: [odd],
    });
    counter.inc({ a: 'x",server="files', server: "http", z: '{server="files"}\nserver="files"' });
    counter.inc({ a: 'x",server="http', server: "files", z: "z" });
    const seen = samples(visibleTo(principal("files"), await odd.metrics()));
    assert.equal(seen.length, 1);
    assert.match(seen[0] as string, /,server="files",z="z"/);
  });
});
