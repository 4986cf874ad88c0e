import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../support/mcp-init/mcp-init";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type Heard, HostileServer, SILENT } from "../../../support/orchestrator/gateway/hostile-server";
import { type HttpCall, HttpServer } from "../../../support/orchestrator/gateway/http-server";
import { DONE } from "../../../support/orchestrator/gateway/http-site";
import type { McpClient, Reply } from "../../../support/orchestrator/gateway/mcp-client";

const QUESTION = { method: "elicitation/create", params: { message: "?" } };
const ACCEPT = { action: "accept", content: {} };
const ABLE = { capabilities: { elicitation: {} } };
/** Servers of the modern era, behind each transport. */
const MODERN = ["stdio", "web"];
/** Milliseconds in which a second answer or a second question would have come. */
const MOMENT_MS = 300;

/** What a client may say in the place of an answer; ID stands for the question's id. */
const MALFORMED: Record<string, [answer: string, words: RegExp]> = {
  "a result that is false": ['{"jsonrpc":"2.0","id":ID,"result":false}', /its result is false, expected an object/],
  "a result that is null": ['{"jsonrpc":"2.0","id":ID,"result":null}', /its result is null/],
  "a list": ['{"jsonrpc":"2.0","id":ID,"result":[{}]}', /its result is \[\{\}\]/],
  "neither result nor error": ['{"jsonrpc":"2.0","id":ID}', /neither result nor error/],
  "an error that is a text": ['{"jsonrpc":"2.0","id":ID,"error":"no"}', /its error is "no", expected an object/],
  "an error without a message": ['{"jsonrpc":"2.0","id":ID,"error":{"code":-1}}', /its error has no message/],
  "an error without anything": ['{"jsonrpc":"2.0","id":ID,"error":{}}', /its error has no message/],
  "a result with a method": [
    '{"jsonrpc":"2.0","id":ID,"method":"elicitation/create","result":{}}',
    /it has a method and a result/,
  ],
};

describe("gateway: a server's question, whatever the client answers and however often the server does", function () {
  this.timeout(20_000);
  /** What a server of the modern era does with a tool's call; `say` sends an answer, as many as one likes. */
  let onCall: (call: Heard, say: (answer: object) => void) => void;
  const calls: Heard[] = [];
  let site: Site;
  let stdio: HostileServer;
  let legacy: HostileServer;
  let web: HttpServer;
  /** What the legacy server heard in the place of an answer to its question `q`. */
  let onLegacyCall: (call: Heard, say: (line: unknown) => void) => void;

  const discovered = (id: unknown): object => ({
    ...{ jsonrpc: "2.0", id },
    result: { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, _meta: {} },
  });
  const refused = (id: unknown): object => ({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } });
  const took = (call: Heard, say: (answer: object) => void): void => {
    calls.push(call);
    onCall(call, (answer) => say({ jsonrpc: "2.0", id: call.id, ...answer }));
  };
  const asks = (...keys: string[]): object => {
    const inputRequests = Object.fromEntries(keys.map((key) => [key, QUESTION]));
    return { result: { resultType: "input_required", inputRequests, requestState: "s" } };
  };
  const done = { result: { resultType: "complete", ...DONE } };
  const isRetry = (call: Heard): boolean => call.params?.inputResponses !== undefined;

  before(async () => {
    site = await Site.open({}, { warn: () => {} });
    stdio = await new HostileServer((message, say) => {
      if (message.method === "tools/call") took(message, say);
      else if (message.method === "server/discover") return discovered(message.id);
      else if (message.method !== undefined) return refused(message.id);
      return SILENT;
    }).listen();
    web = new HttpServer((call: HttpCall) => {
      if (call.body?.method === "tools/call") took(call.body, call.stream());
      else if (call.body?.id === undefined) call.response.writeHead(call.method === "POST" ? 202 : 405).end();
      else call.json(call.body.method === "server/discover" ? discovered(call.body.id) : refused(call.body.id));
    });
    legacy = await new HostileServer((message, say) => {
      if (message.method !== "tools/call") return message.method === undefined ? SILENT : undefined;
      onLegacyCall(message, say);
      return SILENT;
    }).listen();
    const manifest = manifestOf({ timeouts: { call: "8s" } });
    site.test.servers.set("stdio", { type: "stdio", socket: stdio.socket }, manifest);
    site.test.servers.set("legacy", { type: "stdio", socket: legacy.socket }, manifest);
    site.test.servers.set("web", { type: "http", url: await web.start() }, manifest);
  });
  after(async () => {
    await Site.closeAll();
    stdio.close();
    legacy.close();
    await web.stop();
  });
  beforeEach(() => void calls.splice(0));

  /** The id of the question of a call, once it is there; of several, that at a place. */
  const questionOf = async (call: Reply, at = 0): Promise<number> => {
    const find = (): string[] => call.messages.filter((text) => text.includes("elicitation/create"));
    await until("a question", () => call.ended || find().length > at, Boolean);
    assert.ok(find()[at], `no question: ${call.messages}`);
    return JSON.parse(find()[at] as string).id;
  };
  const answers = (reply: Reply): unknown[] =>
    reply.messages.map((text) => JSON.parse(text)).filter(({ method }) => method === undefined);
  const accept = (client: McpClient, id: number): Promise<Reply> => client.ask({ jsonrpc: "2.0", id, result: ACCEPT });
  /** Sessions with one server and with all; each with the tool's name there. */
  const sessions = async (server: string): Promise<[McpClient, string][]> => [
    [await site.client(server, ABLE), "x"],
    [await site.client(undefined, ABLE), `${server}__x`],
  ];

  for (const server of MODERN) {
    const second: Record<string, object> = {
      "a malformed answer": { result: false },
      "another answer": done,
      "an error": { error: { code: -1, message: "late" } },
      "the same questions": asks("a"),
    };
    for (const [what, more] of Object.entries(second)) {
      it(`a server (${server}) that asks, and says ${what} as well: the call ends once, with its own answer`, async () => {
        onCall = (call, say) => {
          say(isRetry(call) ? done : asks("a"));
          say(more);
        };
        for (const [client, tool] of await sessions(server)) {
          const call = client.start(tool);
          const id = await questionOf(call);
          await sleep(MOMENT_MS);
          assert.ok(!call.ended, `${call.messages}`);
          await accept(client, id);
          await call.done;
          assert.equal(answers(call).length, 1, `${call.messages}`);
          assert.deepEqual(call.last, { jsonrpc: "2.0", id: 1, ...done });
        }
        assert.equal(calls.length, 4);
        assert.notEqual(calls[0]?.id, calls[1]?.id, "a request's id is used once");
      });
    }

    it(`a client's second answer asks a server (${server}) nothing again`, async () => {
      onCall = (call, say) => say(isRetry(call) ? done : asks("a"));
      for (const [client, tool] of await sessions(server)) {
        const call = client.start(tool);
        const id = await questionOf(call);
        await Promise.all([accept(client, id), accept(client, id), accept(client, id)]);
        await call.done;
        await accept(client, id);
        assert.deepEqual(answers(call), [{ jsonrpc: "2.0", id: 1, ...done }]);
      }
      assert.equal(calls.length, 4);
    });

    it(`a client that refuses one of two questions of a server (${server}) is told that the other is over`, async () => {
      onCall = (_call, say) => say(asks("a", "b"));
      for (const [client, tool] of await sessions(server)) {
        const call = client.start(tool);
        const [one, other] = [await questionOf(call), await questionOf(call, 1)];
        await client.ask({ jsonrpc: "2.0", id: one, error: { code: -1, message: "not now" } });
        await call.done;
        assert.match(call.last.error?.message ?? "", /the client refused: not now/);
        const [withdrawn] = call.messages.map((text) => JSON.parse(text)).filter(({ params }) => params?.requestId);
        assert.equal(withdrawn?.params.requestId, other, `${call.messages}`);
        assert.equal((await accept(client, other)).status, 202);
      }
      assert.equal(calls.length, 2);
    });

    it(`a client that cancels while it is asked (${server}), and answers all the same, hears nothing more`, async () => {
      onCall = (call, say) => say(isRetry(call) ? done : asks("a"));
      for (const [client, tool] of await sessions(server)) {
        const call = client.start(tool);
        const id = await questionOf(call);
        await client.ask({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
        await call.done;
        assert.equal((await accept(client, id)).status, 202);
        assert.deepEqual(answers(call), []);
        const next = client.start(tool);
        await accept(client, await questionOf(next));
        await next.done;
        assert.ok(next.last.result, JSON.stringify(next.last));
      }
      assert.equal(calls.length, 6);
    });

    const unaskable: Record<string, [questions: unknown, words: RegExp]> = {
      "something that no client knows": [{ q: { method: "unknown/method" } }, /asks for unknown\/method, which/],
      "for what the client did not offer": [{ q: { method: "roots/list" } }, /roots\/list, which the client did not/],
      "with params that are a list": [{ q: { method: "elicitation/create", params: [] } }, /are no object/],
      "without a method": [{ q: { params: {} } }, /has no method/],
      "with null for a question": [{ q: null }, /has no method/],
    };
    for (const [what, [inputRequests, words]] of Object.entries(unaskable)) {
      it(`a server (${server}) that asks ${what} fails its call at once`, async () => {
        onCall = (_call, say) => say({ result: { resultType: "input_required", inputRequests } });
        for (const [client, tool] of await sessions(server))
          assert.match((await client.call(tool)).error?.message ?? "", words);
      });
    }
  }

  for (const [what, [text, words]] of Object.entries(MALFORMED)) {
    it(`${what} for an answer fails the call at a modern server at once`, async () => {
      onCall = (call, say) => say(isRetry(call) ? done : asks("a"));
      for (const server of MODERN) {
        for (const [client, tool] of await sessions(server)) {
          const call = client.start(tool);
          await client.ask(text.replace("ID", String(await questionOf(call))));
          await call.done;
          assert.match(call.last.error?.message ?? "", words);
          assert.ok(Number.isSafeInteger(call.last.error?.code), JSON.stringify(call.last));
        }
      }
    });

    it(`${what} for an answer is an error to a legacy server, at once`, async () => {
      let asked: ((line: unknown) => void) | undefined;
      onLegacyCall = (call, say) => {
        asked = () => say({ jsonrpc: "2.0", id: call.id, result: DONE });
        say({ jsonrpc: "2.0", id: "q", ...QUESTION });
      };
      for (const [client, tool] of await sessions("legacy")) {
        const before = legacy.heard.length;
        const call = client.start(tool);
        await client.ask(text.replace("ID", JSON.stringify(await questionOf(call))));
        const heard = (): Heard | undefined => legacy.heard.slice(before).find(({ id }) => id === "q");
        await until("its answer", heard, Boolean);
        const { error } = heard() as Heard & { error?: { code: number; message: string } };
        assert.match(error?.message ?? "", words);
        assert.ok(Number.isSafeInteger(error?.code), JSON.stringify(heard()));
        asked?.(undefined);
        await call.done;
        assert.deepEqual(call.last.result, DONE);
      }
    });
  }

  it("an answer that comes after its server's process has ended never reaches the next process", async () => {
    onLegacyCall = (call, say) => {
      if (call.params?.arguments) say({ jsonrpc: "2.0", id: "old", ...QUESTION });
      else say({ jsonrpc: "2.0", id: call.id, result: DONE });
    };
    for (const [client, tool] of await sessions("legacy")) {
      const call = client.start(tool);
      const id = await questionOf(call);
      legacy.hangUp();
      await call.done;
      assert.match(call.last.error?.message ?? "", /failed during the call/);
      await client.ask({ jsonrpc: "2.0", id: 9, method: "tools/call", params: { name: tool } }); // the next process
      await accept(client, id);
      await client.ask({ jsonrpc: "2.0", id: 10, method: "tools/call", params: { name: tool } });
    }
    assert.deepEqual(
      legacy.heard.filter(({ id }) => id === "old"),
      [],
    );
  });

  it("a session that ends while its client is asked ends the call, once, and nothing is left of it", async () => {
    onCall = (_call, say) => say(asks("a"));
    for (const server of MODERN) {
      for (const [client, tool] of await sessions(server)) {
        const call = client.start(tool);
        await questionOf(call);
        await client.delete();
        await call.done;
        assert.equal(answers(call).length, 1);
        assert.match(call.last.error?.message ?? "", /the session ended/);
      }
    }
  });
});
