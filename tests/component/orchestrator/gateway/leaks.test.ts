import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Init, pause, until } from "../../../support/mcp-init/mcp-init";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";
import { closeConnections, type McpClient } from "../../../support/orchestrator/gateway/mcp-client";

/** Sessions opened and never deleted; GATEWAY_SESSIONS=10000 for the long run. */
const SESSIONS = Number(process.env.GATEWAY_SESSIONS ?? 2_000);
const CAP = 100;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of live objects. */
async function heap(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    collect();
    await pause(20);
  }
  return process.memoryUsage().heapUsed;
}

/** What keeps this process busy, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

describe("gateway: nothing is left behind", function () {
  this.timeout(120_000);
  const warnings: Error[] = [];
  const warned = (warning: Error): void => void warnings.push(warning);

  before(() => {
    process.on("warning", warned);
  });
  after(async () => {
    process.off("warning", warned);
    await Site.closeAll();
  });
  afterEach(() => assert.deepEqual(warnings.map(String), []));

  it(`${SESSIONS} sessions opened and never deleted stay within the cap, in processes and in memory`, async () => {
    const site = await Site.open({ limits: { sessions: CAP } });
    const init = await site.stdio("one", { sessions: { max: CAP, grace: "0s" }, init: { processes: 2_000 } });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, site.gateway.sessions().length, site.gateway.usage("one").connections);
    }, 5);
    const open = async (count: number): Promise<void> => {
      let left = count;
      const one = async (): Promise<void> => {
        while (left-- > 0) {
          const client = await site.client(left % 8 ? "one" : undefined);
          if (!(left % 8)) await client.call("one__pid");
        }
      };
      await Promise.all(Array.from({ length: 8 }, one));
    };
    await open(3 * CAP);
    const before = await heap();
    await open(SESSIONS - 3 * CAP);
    const grown = (await heap()) - before;
    clearInterval(watch);
    assert.ok(most <= CAP, `${most} at a time`);
    assert.ok(servers(init) <= CAP);
    assert.ok(grown < 6e6, `${(grown / 1e6).toFixed(1)} MB more than after ${3 * CAP}`);
    assert.ok(site.test.ended.length >= SESSIONS - CAP);
    assert.ok(site.test.ended.every((reason) => reason === "evicted"));
    await site.close();
  });

  it("2,000 calls of every kind and 200 sessions leave no timer, no socket, no process, no listener", async () => {
    await pause(100);
    const before = resources();
    const site = await Site.open();
    const inits: Init[] = [
      await site.stdio("one", { sessions: { max: 64 } }),
      await site.stdio("modern", { sessions: { max: 16 }, command: ["--era", "modern"] }),
    ];
    inits.push(await site.stdio("all", { sessions: { mode: "shared" } }));
    const work: (() => Promise<unknown>)[] = [];
    const session = (name: string | undefined, tool: string) => async () => {
      const client = await site.client(name);
      const stream = await client.listen();
      for (let i = 0; i < 5; i++) await client.call(tool, {}, i % 2 ? { progressToken: i } : undefined);
      await client.call("nonsense");
      client.start("hang").request.on("error", () => {});
      await client.delete();
      await stream.done;
    };
    for (let i = 0; i < 50; i++) {
      work.push(
        session("one", "pid"),
        session("all", "progress"),
        session("modern", "progress"),
        session(undefined, "one__pid"),
      );
    }
    const modern = (caller: McpClient, tool: string) => async () => {
      for (let i = 0; i < 10; i++) await caller.modernCall(tool, {}, { _meta: { progressToken: 1 } });
      await caller.modern("tools/list");
      const listening = caller.startModern("subscriptions/listen", { notifications: { toolsListChanged: true } });
      await listening.begun;
      listening.drop();
      const hanging = caller.startModern("tools/call", { name: tool.replace(/\w+$/, "hang") });
      await pause(5);
      hanging.drop();
    };
    for (let i = 0; i < 20; i++) {
      work.push(
        modern(site.caller("one"), "progress"),
        modern(site.caller("modern"), "log"),
        modern(site.caller("all"), "pid"),
        modern(site.caller(), "one__progress"),
      );
    }
    const workers = Array.from({ length: 12 }, async () => {
      for (let next = work.pop(); next; next = work.pop()) await next();
    });
    await Promise.all(workers);

    assert.deepEqual(site.gateway.sessions(), []);
    for (const name of ["one", "modern", "all"]) {
      await until(
        `${name} in flight`,
        () => site.gateway.usage(name),
        ({ sessions, inFlight }) => sessions === 0 && inFlight === 0,
      );
      const { connections, idle } = site.gateway.usage(name);
      assert.ok(connections <= 16 && connections === idle, `${name}: ${connections} connections, ${idle} idle`);
    }
    await site.gateway.close();
    for (const init of inits) await init.alone();
    for (const name of ["one", "modern", "all"]) assert.equal(site.gateway.usage(name).connections, 0);
    await site.close();
    closeConnections();
    await until("resources", resources, (now) => {
      return Object.entries(now).every(([kind, count]) => count <= (before[kind] ?? 0) + (kind === "Timeout" ? 1 : 0));
    });
  });

  it("a session's memory is given back, with all that it kept for clients that never came back", async () => {
    const site = await Site.open();
    await site.stdio("one", { sessions: { max: 64, grace: "0s" } });
    const round = async (): Promise<void> => {
      const clients = await Promise.all(Array.from({ length: 20 }, (_, i) => site.client(i % 2 ? "one" : undefined)));
      for (const [i, client] of clients.entries()) {
        const big = client.start(i % 2 ? "log" : "one__log", { bytes: 200_000 });
        await big.has("logged");
        big.drop();
      }
      await Promise.all(clients.map((client) => client.delete()));
    };
    await round();
    const before = await heap();
    for (let times = 0; times < 5; times++) await round();
    const grown = (await heap()) - before;
    assert.ok(grown < 4e6, `${(grown / 1e6).toFixed(1)} MB`);
    await site.close();
  });

  it("a session with all servers that has ended is told of nothing any more, and forgotten", async () => {
    const site = await Site.open();
    const open = async (count: number): Promise<void> => {
      for (let times = 0; times < count; times++) {
        const client = await site.client(undefined, { capabilities: { experimental: { pad: "x".repeat(20_000) } } });
        await client.delete();
      }
    };
    await open(50);
    const before = await heap();
    await open(400);
    const grown = (await heap()) - before;
    assert.ok(grown < 3e6, `${(grown / 1e6).toFixed(1)} MB`);
    await site.close();
  });

  it("a closed gateway is not kept by anything", async () => {
    const used = async (): Promise<WeakRef<object>> => {
      const site = await Site.open();
      await site.stdio("one", { sessions: { warmPool: 1 } });
      const client = await site.client("one");
      const all = await site.client();
      await client.listen();
      await Promise.all([client.text("pid"), all.text("one__pid"), site.caller("one").modernCall("pid")]);
      await site.caller().modern("tools/list");
      await site.close();
      return new WeakRef(site.gateway);
    };
    const gateway = await used();
    closeConnections();
    await pause(50);
    await heap();
    assert.equal(gateway.deref(), undefined);
  });
});
