import assert from "node:assert/strict";
import { Scope } from "../../../../api/scopes";
import { pause, until } from "../../../support/mcp-init/mcp-init";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import type { McpClient, Reply } from "../../../support/orchestrator/gateway/mcp-client";

/** A log message of the server, sent by one call while another may be open. */
const notification = (text: string): string =>
  `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: text } })}\n`;
const say = (...texts: string[]): { hex: string } => ({ hex: Buffer.from(texts.join("")).toString("hex") });
const changed = `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/tools/list_changed" })}\n`;
const progressed = (reply: Reply): unknown[] =>
  reply.messages.flatMap((text) => (text.includes("notifications/progress") ? [JSON.parse(text).params.progress] : []));

describe("gateway: event streams", function () {
  this.timeout(20_000);
  let site: Site;
  let client: McpClient;

  before(async () => {
    site = await Site.open();
    await site.stdio("one", { sessions: { max: 32 } });
  });
  after(Site.closeAll);
  beforeEach(async () => {
    client = await site.client("one");
  });
  afterEach(() => client.delete());

  it("carries what comes before an answer on the call's own stream, in order, with ids", async () => {
    const reply = client.start("progress", { n: 5 }, { progressToken: "t" });
    await reply.done;
    assert.equal(reply.status, 200);
    assert.equal(reply.events[0]?.data, "", "2025-11-25: an id to come back with, before there is a message");
    assert.deepEqual(progressed(reply), [1, 2, 3, 4, 5]);
    assert.equal(reply.last.result.content[0].text, "done");
    assert.equal(new Set(reply.events.map(({ id }) => id)).size, 7, "every event has an id of its own");
  });

  it("answers without a stream when there is nothing else to say", async () => {
    const reply = await client.ask({ jsonrpc: "2.0", id: 1, method: "ping" });
    assert.match(reply.headers["content-type"] ?? "", /^application\/json/);
  });

  it("goes on with a call's stream behind the last event that the client had", async () => {
    const reply = client.start("progress", { n: 12, ms: 40 }, { progressToken: 1 });
    await reply.has('"progress":3');
    reply.drop();
    await pause(150); // some are missed, some are still to come
    const seen = reply.events.at(-1);
    const rest = await client.listen(seen?.id);
    await rest.done;
    assert.deepEqual(
      [...progressed(reply), ...progressed(rest)],
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    assert.equal(rest.last.result.content[0].text, "done");
  });

  it("repeats the end of a stream that was sent but never arrived", async () => {
    const reply = client.start("progress", { n: 3 }, { progressToken: 1 });
    await reply.done;
    const rest = await client.listen(reply.events[1]?.id);
    await rest.done;
    assert.deepEqual(progressed(rest), [2, 3]);
    assert.equal(rest.last.result.content[0].text, "done");
  });

  it("can be broken off again and again", async () => {
    let reply = client.start("progress", { n: 20, ms: 20 }, { progressToken: 1 });
    const all: unknown[] = [];
    let last: string | undefined;
    for (let times = 0; times < 6; times++) {
      await until(
        "an event",
        () => reply.events.length,
        (count) => count > 1,
      );
      reply.drop();
      await pause(5);
      all.push(...progressed(reply));
      last = reply.events.at(-1)?.id ?? last;
      reply = await client.listen(last);
    }
    await reply.done;
    all.push(...progressed(reply));
    assert.deepEqual(
      all,
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  it("carries what belongs to no call on the GET stream, and resumes that one too", async () => {
    const stream = await client.listen();
    await client.call("say", say(changed));
    await stream.has("list_changed");
    stream.drop();
    await until(
      "detached",
      () => site.gateway.sessions()[0]?.streams,
      (count) => count === 0,
    );
    const missed = notification("missed").replace("notifications/message", "notifications/resources/updated");
    await client.call("say", say(missed));
    const again = await client.listen(stream.events.at(-1)?.id);
    await again.has("missed");
    assert.equal(again.messages.length, 1, "nothing twice");
    await client.call("say", say(changed));
    await again.has("list_changed");
  });

  it("keeps messages for a client that has not opened its stream yet, within bounds", async () => {
    await client.call("say", say(...Array.from({ length: 150 }, (_, i) => changed.replace("}\n", `,"n":${i}}\n`))));
    const stream = await client.listen();
    await stream.has('"n":149');
    assert.equal(stream.messages.length, 100);
    assert.ok(stream.messages[0]?.includes('"n":50'), "the oldest are dropped");
  });

  it("lets a second GET stream take the place of the first", async () => {
    const first = await client.listen();
    const second = await client.listen();
    await first.done;
    assert.equal(first.broken, undefined, "it ends in order");
    await client.call("say", say(changed));
    await second.has("list_changed");
    assert.equal(first.messages.length, 0);
    assert.equal(site.gateway.sessions()[0]?.streams, 1);
  });

  it("treats an event id that nobody knows as none", async () => {
    const stream = await client.listen("s999-1");
    assert.equal(stream.status, 200);
    await client.call("say", say(changed));
    await stream.has("list_changed");
  });

  it("never gives one session's events to another", async () => {
    const reply = client.start("progress", { n: 3 }, { progressToken: 1 });
    await reply.done;
    const other = await site.client("one");
    const stream = await other.listen(reply.events[1]?.id);
    await pause(100);
    assert.deepEqual(progressed(stream), []);
    await other.delete();
  });

  it("answers a batch on one stream, each request once (2025-03-26)", async () => {
    const call = (id: unknown, name: string, args = {}) => ({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name, arguments: args },
    });
    const reply = client.send([
      call("a", "hold"),
      { jsonrpc: "2.0", method: "notifications/roots/list_changed" },
      call("b", "pid"),
      call("c", "nonsense"),
      call("d", "release"),
    ]);
    await reply.done;
    const ids = reply.messages.map((text) => JSON.parse(text).id);
    assert.deepEqual(ids, ["b", "c", "a", "d"]);
    assert.ok(reply.streaming);
    const notifications = await client.ask([{ jsonrpc: "2.0", method: "notifications/roots/list_changed" }]);
    assert.equal(notifications.status, 202);
  });

  it("goes on with a batch when one of its requests is cancelled", async () => {
    const request = (id: string, name: string) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name } });
    const reply = client.send([request("a", "hang"), request("b", "hold")]);
    await until(
      "in flight",
      () => site.gateway.sessions()[0]?.inFlight,
      (count) => count === 2,
    );
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "a" } };
    assert.equal((await client.ask(cancelled)).status, 202);
    await client.call("release");
    await reply.done;
    assert.deepEqual(
      reply.messages.map((text) => JSON.parse(text).id),
      ["b"],
    );
  });

  it("stops reading a server whose client does not read, and keeps little; others go on", async () => {
    const before = process.memoryUsage().rss;
    const slow = client.send(
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "flood", arguments: { bytes: 60e6 } } },
      {},
      false,
    );
    await slow.begun;
    const other = await site.client("one");
    for (let i = 0; i < 200; i++) await other.text("pid");
    await pause(300);
    const more = process.memoryUsage().rss - before;
    assert.ok(more < 60e6, `${more / 1e6} MB more`);
    let size = 0;
    let end = "";
    slow.response?.on("data", (chunk: string) => {
      size += chunk.length;
      end = chunk.slice(-200);
    });
    await slow.done;
    assert.ok(size > 60e6, "when it reads, it gets everything");
    assert.match(end, /flooded/);
    await other.delete();
  });

  it("reads a server on when the client that was slow has gone, or its call timed out", async () => {
    const other = await Site.open();
    await other.stdio("two", { timeouts: { call: "500ms" } });
    const [gone, late] = [await other.client("two"), await other.client("two")];
    const flood = {
      jsonrpc: "2.0",
      id: "f",
      method: "tools/call",
      params: { name: "flood", arguments: { bytes: 6e6 } },
    };
    const first = gone.send(flood, {}, false);
    await first.begun;
    await pause(100);
    first.drop();
    assert.match((await gone.call("pid")).result.content[0].text, /^\d+$/);
    const second = late.send({ ...flood, params: { name: "flood", arguments: { bytes: 20e6 } } }, {}, false);
    await second.begun;
    await until(
      "it timed out",
      () => other.gateway.usage("two").inFlight,
      (count) => count === 0,
      5_000,
    );
    assert.match((await late.call("pid")).result?.content[0].text ?? "stuck", /^\d+$/);
    await other.close();
  });

  it("leaves a client alone that is hopelessly behind where others share the server", async () => {
    const [cut, told]: string[][] = [[], []];
    const observer = { call: () => {}, sessionOpened: () => {}, sessionEnded: () => {} };
    const warn = (words: string, { message }: Error): void => void told?.push(`${words}: ${message}`);
    const other = await Site.open(
      {},
      { warn, observer: { ...observer, streamCut: (server) => void cut?.push(server) } },
    );
    await other.stdio("all", { sessions: { mode: "shared" } });
    other.test.principals.set("slow", { name: "slow", scopes: new Set([Scope.Mcp]) });
    const [slow, quick] = [await other.client("all", { principal: "slow" }), await other.client("all")];
    const stream = await slow.listen(undefined, false);
    const updated = { jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri: "x".repeat(1.5e6) } };
    const args = say(`${JSON.stringify(updated)}\n`);
    const streams = (): number => Math.max(...other.gateway.sessions().map((session) => session.streams));
    for (let times = 0; times < 30 && streams() > 0; times++) await quick.text("say", args);
    assert.equal(streams(), 0);
    assert.deepEqual(cut, ["all"]);
    const words = "a client of all does not read, and its stream was cut: token slow: more than 16 MiB wait for it";
    assert.deepEqual(told, [`${words}, beside the largest message`]);
    const again = await slow.listen();
    await quick.text("say", args);
    await again.has("resources/updated");
    assert.equal(stream.status, 200);
    await other.close();
  });
});
