import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Init, pause, until } from "../../../support/mcp-init/mcp-init";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";
import type { McpClient } from "../../../support/orchestrator/gateway/mcp-client";

/** An honest server's answer may take so long, on a machine with other work too: what blocks it takes longer. */
const FINE_MS = 3_000;
/** How often the memory is looked at: each time costs a collection. */
const LOOK_MS = 250;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
/** Bytes that something still holds; what the process has got from the system says more of the collector's laziness. */
function held(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
const say = (...lines: (string | Buffer)[]): object => ({
  hex: Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from("\n")]))).toString("hex"),
});
const result = (id: string, text: string): string =>
  `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${text}"}]}}`;

describe("gateway: a server that misbehaves", function () {
  this.timeout(30_000);
  let site: Site;
  let bad: Init;
  let good: McpClient;

  async function timed(): Promise<number> {
    const began = performance.now();
    await good.text("pid");
    return performance.now() - began;
  }

  before(async () => {
    site = await Site.open();
    await site.stdio("good");
    bad = await site.stdio("bad", { sessions: { max: 32 }, timeouts: { call: "5s" } });
    good = await site.client("good");
  });
  after(Site.closeAll);
  afterEach(async () => {
    for (const { id, server } of site.gateway.sessions()) if (server === "bad") site.gateway.endSession(id);
    assert.match(await good.text("pid"), /^\d+$/);
  });

  /** Does not block an honest server, nor take more memory than this. */
  async function assertHarmless(work: () => Promise<unknown>, megabytes: number): Promise<void> {
    const before = held();
    let over = false;
    let most = 0;
    let looked = performance.now();
    const working = work().finally(() => {
      over = true;
    });
    const times: number[] = [];
    while (!over || times.length < 100) {
      times.push(await timed());
      if (performance.now() - looked > LOOK_MS) {
        most = Math.max(most, held() - before);
        looked = performance.now();
      }
      await pause(2);
    }
    await working;
    const slowest = Math.max(...times);
    assert.ok(slowest < FINE_MS, `${slowest.toFixed()} ms, the slowest of ${times.length} calls`);
    assert.ok(most < megabytes * 1e6, `${(most / 1e6).toFixed(0)} MB more`);
  }

  it("floods its output with 100 MB", async () => {
    const client = await site.client("bad");
    await assertHarmless(async () => {
      const params = { name: "flood", arguments: { bytes: 100e6 } };
      // Read and thrown away: the client runs in this process, and what it keeps would be counted as well.
      const reply = client.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params }, {}, false);
      await reply.begun;
      let size = 0;
      reply.response?.on("data", (chunk: string) => {
        size += chunk.length;
      });
      await pause(3_000);
      reply.drop();
      await client.delete();
      assert.ok(size > 1e6, `${size} bytes arrived`);
    }, 150);
    await until(
      "it is gone",
      () => servers(bad),
      (count) => count === 0,
    );
  });

  it("floods nobody: without a stream and without a call", async () => {
    const client = await site.client("bad");
    await assertHarmless(async () => {
      const line = '{"jsonrpc":"2.0","id":"ID","method":"sampling/createMessage","params":{}}';
      for (let round = 0; round < 10; round++) {
        const lines = Array.from({ length: 5_000 }, (_, i) => line.replace("ID", `${round}-${i}`));
        await client.call("say", say(...lines));
      }
    }, 150);
  });

  it("sends one line of 100 MB", async () => {
    const client = await site.client("bad");
    await assertHarmless(async () => {
      const answer = await client.call("big", { bytes: 100e6 });
      assert.match(answer.error?.message ?? "", /it sent a message of more than 64 MiB/);
    }, 300);
    await until(
      "it is gone",
      () => servers(bad),
      (count) => count === 0,
    );
  });

  it("sends a large answer, which arrives", async () => {
    const client = await site.client("bad");
    const answer = await client.call("big", { bytes: 30e6 });
    assert.equal(answer.result.content[0].text.length, 30e6);
  });

  it("never reads what it is sent", async () => {
    const client = await site.client("bad");
    await assertHarmless(async () => {
      const deaf = client.start("deaf");
      await pause(50);
      const large = { jsonrpc: "2.0", method: "notifications/x", params: { x: "x".repeat(3_900_000) } };
      const statuses: number[] = [];
      for (let times = 0; times < 20; times++) statuses.push((await client.ask(large)).status);
      await deaf.done;
      assert.match(deaf.last.error?.message ?? "", /it does not read what it is sent/);
      assert.ok(statuses.every((status) => status === 202 || status === 404));
    }, 400);
    await until(
      "it is gone",
      () => servers(bad),
      (count) => count === 0,
    );
  });

  it("prints what is no message", async () => {
    const client = await site.client("bad");
    const garbage = [
      "Listening on stdio...",
      "",
      "   ",
      "\r",
      "{",
      '{"half":',
      "null",
      "[]",
      "1",
      '"text"',
      "{}",
      '{"jsonrpc":"2.0"}',
      '{"id":{}}',
      '{"id":null,"method":"x"}',
      Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]),
      Buffer.concat([Buffer.from('{"jsonrpc":"2.0","method":"'), Buffer.from([0xff]), Buffer.from("}")]),
      '[1,"x",[{"jsonrpc":"2.0","method":"notifications/batch"}],{}]',
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
    ];
    for (const caller of [
      () => client.call("say", say(...garbage)),
      () => site.caller("bad").modernCall("say", say(...garbage)),
    ]) {
      const answer = await caller();
      assert.equal(answer.result?.content[0].text, "said", JSON.stringify(answer));
    }
    const reply = client.start("say", say(...garbage));
    await reply.done;
    assert.equal(reply.messages.length, 1, "a client is told nothing of it");
  });

  it("writes a batch, whose messages are as good as others", async () => {
    const client = await site.client("bad");
    const reply = client.start(
      "say",
      say('[{"jsonrpc":"2.0","method":"notifications/one"},{},{"jsonrpc":"2.0","method":"notifications/two"}]'),
    );
    await reply.done;
    assert.deepEqual(
      reply.messages.map((text) => JSON.parse(text).method),
      ["notifications/one", "notifications/two", undefined],
    );
  });

  it("breaks its lines anywhere, and writes \\r\\n", async () => {
    const client = await site.client("bad");
    const line = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"é😀"}}';
    const reply = client.start("say", say(`${line}\r`, "", line));
    await reply.done;
    assert.deepEqual(
      reply.messages.slice(0, 2).map((text) => JSON.parse(text)),
      [JSON.parse(line), JSON.parse(line)],
    );
    assert.ok(!reply.messages[0]?.includes("\r"));
  });

  it("says invalid UTF-8 inside a message", async () => {
    const client = await site.client("bad");
    const broken = Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":@ID@,"result":{"x":"'),
      Buffer.from([0xc3, 0x28, 0xff]),
      Buffer.from('"}}'),
    ]);
    const answer = await client.call("say", { ...say(broken), only: true });
    assert.equal(answer.result.x, "\ufffd(\ufffd");
  });

  it("answers twice, answers nobody, and answers with another's id", async () => {
    const client = await site.client("bad");
    const first = client.start("hold");
    await client.text("pid");
    const lines = [
      result("@ID@", "first"),
      result("@ID@", "second"),
      result("999", "x"),
      result('"1"', "x"),
      result("null", "x"),
      result("1.5", "x"),
    ];
    const answer = await client.call("say", { ...say(...lines), only: true });
    assert.equal(answer.result.content[0].text, "first");
    assert.ok(!first.ended);
    await client.text("release");
    await first.done;
    assert.equal(first.last.result.content[0].text, "released");
    const modern = await site.caller("bad").modernCall("say", { ...say(...lines), only: true });
    assert.equal(modern.result.content[0].text, "first");
    const next = await site.caller("bad").modernCall("pid");
    assert.match(next.result.content[0].text, /^\d+$/);
  });

  it("answers with what is no result", async () => {
    const client = await site.client("bad");
    for (const value of ["null", "true", "[]", '"x"', "1"]) {
      const answer = await client.call("say", { ...say(`{"jsonrpc":"2.0","id":@ID@,"result":${value}}`), only: true });
      assert.match(answer.error?.message ?? "", /^server bad: its answer is malformed: its result is /);
      assert.ok(answer.error?.message.includes(value));
    }
    for (const junk of ['{"jsonrpc":"2.0","id":@ID@}', '{"jsonrpc":"2.0","id":@ID@,"error":"no"}']) {
      const reply = client.start("say", say(junk));
      await reply.done;
      assert.equal(reply.last.result.content[0].text, "said");
    }
  });
});
