import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../support/eventually";
import { build, Init, pause, removeBuild } from "../../support/mcp-init/mcp-init";
import { type Client, run } from "../../support/mcp-init/mcp-init-client";

after(removeBuild);

/** A figure in kB of a process. */
function memory(pid: number, file: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1]);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

describe("mcp-init under load", () => {
  let init: Init;
  before(function () {
    this.timeout(60_000);
    build();
  });
  afterEach(() => init?.destroy());

  it("keeps its memory through 2,000 sessions, at most 1 MB, and 100 kB for a supervisor", async function () {
    this.timeout(30_000);
    init = await Init.server("mcp-init", [], { sessions: 128 });
    const pid = init.pid;
    const cycle = async (times: number): Promise<number[]> => {
      const took: number[] = [];
      for (let i = 0; i < times; i++) {
        const start = performance.now();
        const client = await init.open();
        assert.equal(await client.ask("x"), "x");
        took.push(performance.now() - start);
        client.socket.destroy();
      }
      return took;
    };
    await cycle(100);
    const before = memory(pid, "status", "VmRSS");
    const took = (await Promise.all(Array.from({ length: 8 }, () => cycle(240)))).flat();
    const after_ = memory(pid, "status", "VmRSS");
    assert.ok(after_ <= 1024, `${after_} kB`);
    assert.ok(after_ - before <= 16, `grew from ${before} to ${after_} kB`);
    assert.equal(took.length, 1920);
    const alone = await cycle(80);
    await init.alone();
    const client = await init.open();
    await client.ask("x");
    const supervisor = init.processes.find(({ name }) => name === "mcp-session");
    assert.ok(supervisor);
    const own = memory(supervisor.pid, "smaps_rollup", "Private_Dirty");
    assert.ok(own <= 100, `${own} kB`);
    console.log(
      `      PID 1 ${after_} kB, supervisor ${own} kB of its own; a session opens in ${median(alone).toFixed(2)} ms (median)`,
    );
    await init.stop();
  });

  it("carries 16 clients with 500 messages each", async function () {
    this.timeout(30_000);
    init = await Init.server("mcp-init", [], { sessions: 16 });
    const clients: Client[] = [];
    for (let i = 0; i < 16; i++) clients.push(await init.open());
    const talk = async (client: Client, name: string, times: number): Promise<number[]> => {
      const took: number[] = [];
      for (let i = 0; i < times; i++) {
        const start = performance.now();
        assert.equal(await client.ask(`${name} ${i}`), `${name} ${i}`);
        took.push(performance.now() - start);
      }
      return took;
    };
    const [first] = clients;
    assert.ok(first);
    const one = await talk(first, "warm", 2000);
    const start = performance.now();
    await Promise.all(clients.map((client, i) => talk(client, `client ${i}`, 500)));
    const rate = 8000 / ((performance.now() - start) / 1000);
    console.log(`      echo p50 ${median(one).toFixed(3)} ms with 1 client, ${rate.toFixed(0)} messages/s with 16`);
    await init.stop();
  });

  it("does nothing while nothing happens", async () => {
    init = await Init.server("mcp-init", ["half-line"], { more: ["--drain-ms", "60000"] });
    await init.open();
    (await init.open()).socket.end(); // half-closed: a state that stays, and must not be polled again and again
    const used = () => init.processes.map(({ pid }) => readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]);
    // On a busy machine the start takes its time; what polls is never still.
    await eventually(async () => {
      const seen = used();
      assert.equal(seen.length, 5);
      await pause(1000);
      assert.deepEqual(used(), seen);
    });
    await init.stop();
  });

  it("survives random bytes and abrupt closes (sanitizers on)", async function () {
    this.timeout(30_000);
    init = await Init.server("mcp-init-asan", [], { sessions: 6, graceMs: 50 });
    const end = performance.now() + 4000;
    const attack = async (): Promise<void> => {
      while (performance.now() < end) {
        const { socket } = await init.open();
        for (let i = randomInt(4); i > 0; i--) socket.write(randomBytes(randomInt(1, 20_000)));
        if (randomInt(3) === 0) socket.end();
        await new Promise((resolve) => setTimeout(resolve, randomInt(5)));
        socket.destroy();
      }
    };
    await Promise.all(Array.from({ length: 8 }, attack));
    await init.alone();
    const client = await init.open();
    assert.equal(await client.ask("well"), "well");
    assert.equal(await init.stop(), 0);
  });

  it("reads damaged answers without going astray (sanitizers on)", async function () {
    this.timeout(30_000);
    const { code, out } = await run(join(build(), "fuzz"), ["3", `${randomInt(1_000_000)}`]);
    assert.equal(code, 0, out);
    console.log(`      ${out}`);
  });
});
