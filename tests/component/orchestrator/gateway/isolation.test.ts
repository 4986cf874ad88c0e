import assert from "node:assert/strict";
import { Scope } from "../../../../api/scopes";
import { type Init, pause, until } from "../../../support/mcp-init/mcp-init";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";
import { type Answer, type McpClient, modern } from "../../../support/orchestrator/gateway/mcp-client";

const CALLS = 300;
/** A client that can answer questions. */
const ASKABLE = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };

function principal(site: Site, name: string): string {
  site.test.principals.set(name, { name, scopes: new Set([Scope.Mcp]) });
  return name;
}

describe("gateway: nobody gets what is another's", function () {
  this.timeout(30_000);
  let site: Site;
  let init: Init;

  before(async () => {
    site = await Site.open();
    init = await site.stdio("one", { sessions: { max: 16 }, command: ["--era", "legacy"] });
    await site.stdio("modern", { sessions: { max: 16 }, command: ["--era", "modern"] });
    for (const name of ["ada", "bob"]) principal(site, name);
  });
  after(Site.closeAll);

  it("a session's key is good for its own principal only, and others are not told that there is one", async () => {
    for (const name of ["one", undefined]) {
      const ada = await site.client(name, { principal: "ada" });
      const thief = site.caller(name, { principal: "bob" });
      thief.session = ada.session;
      const reply = await thief.ask({ jsonrpc: "2.0", id: 1, method: "ping" });
      assert.equal(reply.status, 404);
      const nothing = site.caller(name, { principal: "bob" });
      nothing.session = "x".repeat(32);
      const same = await nothing.ask({ jsonrpc: "2.0", id: 1, method: "ping" });
      assert.deepEqual([reply.status, reply.text], [same.status, same.text], "as for one that there never was");
      assert.equal((await thief.listen()).status, 404);
      assert.equal(await thief.delete(), 404);
      assert.equal((await ada.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 200);
      await ada.delete();
    }
  });

  it("two principals never share a process, in sessions or without", async () => {
    const pid = (answer: Answer): string => answer.result.content[0].text as string;
    const [ada, bob] = ["ada", "bob"].map((name) => site.caller("one", { principal: name })) as [McpClient, McpClient];
    const all = ["ada", "bob"].map((name) => site.caller(undefined, { principal: name })) as [McpClient, McpClient];
    const mixed = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const who = i % 2;
        const answer =
          i % 4 < 2 ? ([ada, bob][who] as McpClient).modernCall("pid") : (all[who] as McpClient).modernCall("one__pid");
        return { who, pid: pid(await answer) };
      }),
    );
    const [adas, bobs] = [0, 1].map((who) => new Set(mixed.flatMap((one) => (one.who === who ? [one.pid] : []))));
    assert.ok(adas && bobs && adas.size >= 1 && bobs.size >= 1);
    for (const one of adas) assert.ok(!bobs.has(one));
    const rest = await site.gateway.callTool("one", "pid", {}, { name: "carl", scopes: new Set() });
    const [{ text }] = rest.content as { text: string }[] as [{ text: string }];
    assert.ok(!adas.has(text) && !bobs.has(text), "REST neither");
    const session = await site.client("one", { principal: "ada" });
    assert.ok(!adas.has(await session.text("pid")), "a session has a process of its own");
    await session.delete();
  });

  it("clients with other capabilities do not share a process of a server that was told them", async () => {
    const caller = site.caller("one", { principal: "ada" });
    const plain = await caller.modernCall("pid");
    const askable = await caller.modernCall("pid", {}, { _meta: ASKABLE });
    assert.notEqual(plain.result.content[0].text, askable.result.content[0].text);
  });

  for (const server of ["one", "modern"]) {
    it(`${CALLS} modern calls with the same ids and tokens each get their own answer (${server})`, async () => {
      const callers = Array.from({ length: 10 }, () => site.caller(server, { principal: "ada" }));
      const answers = await Promise.all(
        Array.from({ length: CALLS }, async (_, i) => {
          const id = i % 3;
          const [body, headers] = modern(
            "tools/call",
            { name: "echo", arguments: { who: i }, _meta: { progressToken: 0 } },
            id,
          );
          const reply = (callers[i % 10] as McpClient).send(body, headers);
          await reply.done;
          return { i, id, answer: reply.last, count: reply.messages.length };
        }),
      );
      for (const { i, id, answer, count } of answers) {
        assert.equal(answer.id, id);
        assert.equal(answer.result?.line.params.arguments.who, i, JSON.stringify(answer));
        assert.equal(count, 1);
      }
    });

    it(`progress of calls with the same token goes to each alone, whatever order they end in (${server})`, async () => {
      const callers = Array.from({ length: 30 }, () => site.caller(server, { principal: "ada" }));
      const replies = callers.map((caller, i) =>
        caller.startModern(
          "tools/call",
          { name: "progress", arguments: { n: 1 + (i % 7) }, _meta: { progressToken: "t" } },
          "same",
        ),
      );
      await Promise.all(replies.map(({ done }) => done));
      for (const [i, reply] of replies.entries()) {
        const steps = reply.messages.slice(0, -1).map((text) => JSON.parse(text) as Answer);
        assert.deepEqual(
          steps.map(({ params }) => params?.progress),
          Array.from({ length: 1 + (i % 7) }, (_, n) => n + 1),
        );
        assert.ok(steps.every(({ params }) => params?.progressToken === "t"));
        assert.equal(reply.last.id, "same");
      }
    });
  }

  it("answers that come in another order find their callers", async () => {
    const caller = site.caller("modern", { principal: "bob" });
    await caller.modernCall("pid");
    const held = [0, 1, 2].map((i) => caller.startModern("tools/call", { name: "hold" }, `held ${i}`));
    await until(
      "held",
      () => site.gateway.usage("modern").inFlight,
      (count) => count === 3,
    );
    await caller.modernCall("release"); // on the same connection, as it has room
    await Promise.all(held.map(({ done }) => done));
    for (const [i, reply] of held.entries()) {
      assert.equal(reply.last.id, `held ${i}`);
      assert.equal(reply.last.result.content[0].text, "released");
    }
  });

  it("progress for a call that asked for none, or for none at all, is told to nobody", async () => {
    const progress = (token: string): string =>
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":1}}\n`;
    const hex = Buffer.from(["@ID@", "1", "2", "3", '"x"', "null", "{}"].map(progress).join("")).toString("hex");
    for (const server of ["one", "modern"]) {
      const reply = site
        .caller(server, { principal: "ada" })
        .startModern("tools/call", { name: "say", arguments: { hex } });
      await reply.done;
      assert.deepEqual(
        reply.messages.filter((text) => text.includes("progress")),
        [],
        server,
      );
      assert.equal(reply.last.result.content[0].text, "said");
    }
  });

  it("a call that waits for an answer is taken up by its own principal only, once", async () => {
    const ada = site.caller("one", { principal: "ada" });
    const asked = await ada.modernCall("ask", {}, { _meta: ASKABLE });
    assert.equal(asked.result?.resultType, "input_required", JSON.stringify(asked));
    const { requestState, inputRequests } = asked.result;
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: "accept", content: {} }]),
    );
    const more = { _meta: ASKABLE, requestState, inputResponses };

    const stolen = await site.caller("one", { principal: "bob" }).modernCall("ask", {}, more);
    assert.equal(stolen.error?.code, -32602, JSON.stringify(stolen));
    assert.match(stolen.error?.message ?? "", /requestState: no call waits with it/);
    const missing = await ada.modernCall("ask", {}, { ...more, inputResponses: {} });
    assert.match(missing.error?.message ?? "", /an answer to one of the inputRequests is missing/);
    const done = await ada.modernCall("ask", {}, more);
    assert.equal(done.result?.answer.result.action, "accept", JSON.stringify(done));
    const again = await ada.modernCall("ask", {}, more);
    assert.match(again.error?.message ?? "", /requestState: no call waits with it/);
  });

  it("a call that waits for an answer and whose process dies is not begun again by itself", async () => {
    const ada = site.caller("one", { principal: "ada" });
    const asked = await ada.modernCall("ask", {}, { _meta: ASKABLE });
    const { requestState } = asked.result;
    for (const { pid, name } of init.processes) if (name === "scripted") process.kill(pid, "SIGKILL");
    await until(
      "no processes",
      () => servers(init),
      (count) => count === 0,
    );
    await pause(20);
    const inputResponses = { q1: { action: "accept", content: {} } };
    const back = await ada.modernCall("ask", {}, { _meta: ASKABLE, requestState, inputResponses });
    assert.match(back.error?.message ?? "", /requestState: no call waits with it/);
  });

  for (const order of ["before", "after"]) {
    it(`log messages that one call asked for come with that call, when it starts just ${order} others`, async () => {
      await site.stdio(`fresh-${order}`, { sessions: { max: 16 }, command: ["--era", "legacy"] });
      const caller = site.caller(`fresh-${order}`, { principal: "ada" });
      await caller.modernCall("pid", {}, { _meta: ASKABLE }); // its era is known; there is no process for these calls yet
      const hang = () => [1, 2].map(() => caller.startModern("tools/call", { name: "hang" }));
      const log = { name: "log", _meta: { "io.modelcontextprotocol/logLevel": "info" } };
      const others = order === "after" ? hang() : [];
      if (order === "after") await pause(1);
      const logging = caller.startModern("tools/call", log);
      if (order === "before") others.push(...hang());
      await logging.done;
      assert.match(logging.messages[0] ?? "", /notifications\/message/);
      assert.equal(logging.last.result.content[0].text, "logged");
      for (const reply of others) reply.drop();
      site.test.servers.set(`fresh-${order}`);
    });
  }

  it("a question to a client that cannot answer fails the call, and one of nobody's call is declined", async () => {
    const caller = site.caller("one", { principal: "ada" });
    const lacking = await caller.modernCall("ask");
    assert.equal(lacking.error?.code, -32021);
    const held = [1, 2].map(() => caller.startModern("tools/call", { name: "hang" }));
    await pause(50);
    const ping = Buffer.from(
      '{"jsonrpc":"2.0","id":"p","method":"ping"}\n{"jsonrpc":"2.0","id":"s","method":"sampling/createMessage"}\n',
    );
    await caller.modernCall("say", { hex: ping.toString("hex") });
    await pause(20);
    const heard = await caller.modernCall("heard");
    const lines = heard.result.lines as Answer[];
    assert.deepEqual(lines.find(({ id }) => id === "p")?.result, {});
    assert.equal(lines.find(({ id }) => id === "s")?.error?.code, -32601);
    for (const reply of held) reply.drop();
  });

  it("what one server says never belongs to a call at another", async () => {
    await site.stdio("evil");
    const all = await site.client(undefined, { principal: "ada" });
    const stream = await all.listen();
    await all.text("evil__pid");
    const call = all.start("one__hang", {}, { progressToken: 7 });
    await until(
      "in flight",
      () => site.gateway.usage("one").inFlight,
      (count) => count === 1,
    );
    const lines = [
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}}',
      '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"evil"}}',
      '{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"Your password?"}}',
      '{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"evil"}]}}',
    ];
    await all.call("evil__say", { hex: Buffer.from(`${lines.join("\n")}\n`).toString("hex") });
    await pause(50);
    assert.ok(!call.ended);
    assert.deepEqual(call.messages, []);
    assert.ok(stream.messages.every((text) => !text.includes("notifications/progress")));
    call.drop();
    await all.delete();
    site.test.servers.set("evil");
  });

  it("a question withdrawn by its server is withdrawn under the name that the client knows", async () => {
    await site.stdio("other");
    const all = await site.client(undefined, { principal: "ada" });
    const lines = [
      '{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{}}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"never asked"}}',
    ];
    const call = all.start("other__say", { hex: Buffer.from(`${lines.join("\n")}\n`).toString("hex") });
    await call.done;
    const [question, cancelled, ...rest] = call.messages.map((text) => JSON.parse(text) as Answer);
    assert.equal(question?.method, "elicitation/create");
    assert.equal(cancelled?.params?.requestId, question?.id);
    assert.equal(rest.length, 1);
    await all.delete();
    site.test.servers.set("other");
  });
});
