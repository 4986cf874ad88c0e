import assert from "node:assert/strict";
import type { Connection } from "../../../../bench/gateway/mcp-http";
import { answers, connection, ready, target, withClient } from "../../../support/fleet/faults";
import { FAULTY, inEngine, sessionPids, theFaultsFleet } from "../../../support/fleet/faults-fleet";
import { docker, type Fleet } from "../../../support/fleet/fleet";

const { calm, hostile } = FAULTY;
const CAP = 64;
const SESSIONS = 10_000;
const SECONDS = 30;
const RSS_MB = 200;
/** A call may take so long, on a machine with other work too: what blocks it takes longer. */
const FINE_MS = 5_000;

/** Megabytes of the orchestrator, now and at most. */
async function memory(fleet: Fleet): Promise<{ now: number; most: number }> {
  const pid = await docker(fleet, "inspect", "mcp-orchestrator", "-f", "{{.State.Pid}}");
  const status = await inEngine(fleet, `cat /proc/${pid}/status`);
  const field = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return { now: field("VmRSS"), most: field("VmHWM") };
}

/** The slowest of calls one after the other, in milliseconds. */
async function slowest(clients: Connection, session: string, count: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    await clients.request(session, "tools/call", { name: "echo", arguments: {} });
    times.push(performance.now() - began);
  }
  return Math.max(...times);
}

describe("the gateway under servers and clients that misbehave", function () {
  this.timeout(180_000);
  let fleet: Fleet;
  before(async () => {
    fleet = await theFaultsFleet();
    await ready(fleet);
  });

  it("a server that hangs in one session and floods in others keeps nobody waiting: 200 calls beside it, and /mcp", async () => {
    const clients = connection(fleet, calm, 1);
    const bad = connection(fleet, hostile, 8);
    const session = await clients.open();
    try {
      for (const tool of ["hang", "spam", "flood", "hang"]) {
        const opened = await bad.open();
        void bad.request(opened, "tools/call", { name: tool, arguments: {} }).catch(() => {}); // it ends with the test
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      const waited = await slowest(clients, session, 200);
      assert.ok(waited < FINE_MS, `${waited} ms`);
      const { tools } = await withClient("modern", target(fleet), (client) => client.client.listTools());
      assert.ok(tools.some(({ name }) => name === `${calm}__echo`));
    } finally {
      clients.close();
      bad.close();
      await docker(fleet, "restart", "-t", "1", `mcp-${hostile}`);
    }
  });

  it("a server that answers nothing at all is left out of /mcp within its time; the others' tools are there", async () => {
    await docker(fleet, "pause", `mcp-${hostile}`);
    try {
      for (const era of ["legacy", "modern"] as const) {
        const began = performance.now();
        const { tools } = await withClient(era, target(fleet), (client) => client.client.listTools());
        assert.ok(tools.some(({ name }) => name === `${calm}__echo`));
        assert.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`);
      }
      const clients = connection(fleet, calm, 1);
      assert.ok((await slowest(clients, await clients.open(), 100)) < FINE_MS);
      clients.close();
    } finally {
      await docker(fleet, "unpause", `mcp-${hostile}`);
    }
  });

  it(`${SESSIONS} sessions opened and never deleted, or as many as ${SECONDS} s allow, stay within the cap and in bounded memory`, async () => {
    const clients = connection(fleet, calm, 16);
    const before = await memory(fleet);
    let opened = 0;
    let most = 0;
    const end = Date.now() + SECONDS * 1_000;
    const watch = setInterval(async () => {
      most = Math.max(most, (await sessionPids(fleet, calm, "/server").catch(() => [])).length);
    }, 2_000);
    try {
      const client = async () => {
        while (opened < SESSIONS && Date.now() < end) {
          opened++;
          await clients.open();
        }
      };
      await Promise.all(Array.from({ length: 16 }, client));
    } finally {
      clearInterval(watch);
      clients.close();
    }
    const after = await memory(fleet);
    console.log(
      `      ${opened} sessions, at most ${most} processes, ${before.now.toFixed()} MB before, ${after.most.toFixed()} MB at most`,
    );
    assert.ok(opened > 1_000, `${opened} sessions in ${SECONDS} s`);
    assert.ok(most > CAP / 2 && most <= CAP + 1, `${most} processes`); // one may be the health check's
    assert.ok(after.most < RSS_MB, `${after.most} MB`);
    assert.ok((await sessionPids(fleet, calm, "/server")).length <= CAP + 1);
    await answers(fleet, calm);
  });
});
