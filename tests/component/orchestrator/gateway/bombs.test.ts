import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayProcess } from "../../../support/orchestrator/gateway/gateway-process";
import { HostileServer, SILENT } from "../../../support/orchestrator/gateway/hostile-server";
import { closeConnections, McpClient, type Reply } from "../../../support/orchestrator/gateway/mcp-client";

const MIB = 2 ** 20;
/** Milliseconds that another server's call may take meanwhile, on a machine with much else to do. */
const STALL_MS = 3_000;
/** The same where this process, which makes the bombs, is busy itself. */
const BEARABLE_MS = 10_000;
/** The orchestrator's container has 384 MiB. */
const MEMORY = 384 * MIB;

type Bomb = (id: string) => (string | Buffer)[];
/** Answers of a hostile server, by the tool that is called. */
const BOMBS: Record<string, Bomb> = {
  deep: (id) => [answer(id), "[".repeat(4 * MIB), "]".repeat(4 * MIB), "}}\n"],
  wide: (id) => [answer(id), "[", "[],".repeat(7 * MIB), "[]]}}\n"],
  keys: (id) => [answer(id), "{", '"a":0,'.repeat(3 * MIB), '"a":0}}}\n'],
  long: (id) => [answer(id), '"', Buffer.alloc(60 * MIB, "x"), '"}}\n'],
  endless: () => [Buffer.alloc(60 * MIB, "x")],
};
/** 7 million values in 20 MiB of JSON: to parse them takes more memory than there is. */
const WIDE = `[${"[],".repeat(7 * MIB)}[]]`;
/** What a hostile server says to a call, with BOMB where the gateway reads a value itself; then it answers. */
const INSIDE: Record<string, string> = {
  id: '{"jsonrpc":"2.0","id":BOMB,"result":{}}',
  method: '{"jsonrpc":"2.0","method":BOMB}',
  version: '{"jsonrpc":BOMB,"id":ID,"result":{}}',
  error: '{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":"x","data":BOMB}}',
  "error without a code": '{"jsonrpc":"2.0","id":ID,"error":{"message":"x","data":BOMB}}',
  isError: '{"jsonrpc":"2.0","id":ID,"result":{"isError":BOMB}}',
  content: '{"jsonrpc":"2.0","id":ID,"result":{"content":BOMB,"uri":1}}',
  progress: '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":BOMB}}',
  meta: '{"jsonrpc":"2.0","method":"notifications/message","params":{"_meta":BOMB}}',
  cancelled: '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":BOMB}}',
  question: '{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":BOMB}',
};
/** The ways on which each is tried: a session with the server, one with all servers, a modern call. */
const WAYS = Object.fromEntries(
  Object.keys(INSIDE).map((tool) => [tool, ["question", "meta"].includes(tool) ? [2] : [0]]),
);
WAYS.content = [1];
const answer = (id: string): string => `{"jsonrpc":"2.0","id":${id},"result":{"x":`;

describe("gateway: bombs, with the heap of the image", function () {
  this.timeout(120_000);
  let good: HostileServer;
  let evil: HostileServer;
  let gateway: GatewayProcess;

  beforeEach(async () => {
    good = await new HostileServer(() => undefined).listen();
    evil = await new HostileServer(({ id, method, params }, _say, socket) => {
      const key = JSON.stringify(id);
      if (method === "tools/list") return `{"jsonrpc":"2.0","id":${key},"result":{"tools":${WIDE}}}`;
      if (method !== "tools/call") return undefined;
      const inside = INSIDE[String(params?.name)];
      if (inside !== undefined) return `${inside.replace("ID", key).replace("BOMB", () => WIDE)}\n${answer(key)}1}}`;
      for (const part of BOMBS[String(params?.name)]?.(key) ?? []) socket.write(part);
      return SILENT;
    }).listen();
    const address = ({ socket }: HostileServer) => ({ type: "stdio", socket }) as const;
    const timeouts = { call: "20s" };
    gateway = await GatewayProcess.start({
      servers: { good: [address(good), {}], evil: [address(evil), { timeouts }] },
    });
  });
  afterEach(async () => {
    closeConnections();
    await gateway.kill();
    good.close();
    evil.close();
  });

  /** Waits for the replies while somebody else calls another server. */
  async function during(start: () => Promise<Reply[]>, bearable = STALL_MS): Promise<Reply[]> {
    const client = await McpClient.open(`${gateway.url}/servers/good/mcp`);
    const state = { over: false, worst: 0, memory: 0 };
    const others = (async () => {
      for (; !state.over; await sleep(20)) {
        const began = performance.now();
        assert.ok((await client.call("echo")).result);
        state.worst = Math.max(state.worst, performance.now() - began);
        state.memory = Math.max(state.memory, gateway.memory);
      }
    })();
    others.catch(() => {}); // told below
    const replies = await start();
    await Promise.all(replies.map(({ done }) => done));
    state.over = true;
    await others.catch((error: Error) => assert.fail(`${error.message}; the gateway: ${gateway.errors}`));
    assert.ok(gateway.alive, gateway.errors);
    assert.ok(state.worst < bearable, `another server's call took ${Math.round(state.worst)} ms`);
    assert.ok(state.memory < MEMORY, `${Math.round(state.memory / MIB)} MiB in memory`);
    return replies;
  }

  /** Calls a tool of the hostile server in so many sessions. */
  const call = (tool: string, sessions: number) => async (): Promise<Reply[]> => {
    const url = `${gateway.url}/servers/evil/mcp`;
    const clients = await Promise.all(Array.from({ length: sessions }, () => McpClient.open(url)));
    return clients.map((client) => client.start(tool));
  };

  for (const tool of ["deep", "wide", "keys"]) {
    it(`passes ${tool} JSON on to whoever asked for it`, async () => {
      const [reply] = await during(call(tool, 1));
      assert.ok(reply?.text.endsWith("}}"), reply?.text.slice(-200));
    });
  }
  it("reads no bomb, wherever it stands, and answers each call", async () => {
    const starts = [
      async (tool: string) => {
        const client = await McpClient.open(`${gateway.url}/servers/evil/mcp`);
        return client.start(tool, {}, { progressToken: 1 });
      },
      async (tool: string) => (await McpClient.open(`${gateway.url}/mcp`)).start(`evil__${tool}`),
      async (tool: string) => {
        const _meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };
        return new McpClient(`${gateway.url}/servers/evil/mcp`).startModern("tools/call", { name: tool, _meta });
      },
    ];
    for (const [tool, ways] of Object.entries(WAYS)) {
      for (const way of ways) {
        const [reply] = await during(async () => [(await starts[way]?.(tool)) as Reply], BEARABLE_MS);
        assert.equal(reply?.status, 200, tool);
        assert.match(reply?.messages.at(-1)?.slice(0, 60) ?? "", /"id":/, tool);
      }
    }
  });
  it("reads no list that is a bomb, and names its server as missing", async () => {
    const [reply] = await during(async () => {
      const client = await McpClient.open(`${gateway.url}/mcp`);
      return [client.send({ jsonrpc: "2.0", id: 1, method: "tools/list" })];
    });
    assert.match(reply?.text ?? "", /"server":"evil","reason":"server evil: .*too much to be read/);
  });
  it("ends some of three sessions that answer with 60 MiB each, with an error that says so", async () => {
    const replies = await during(call("long", 3));
    for (const reply of replies)
      if (reply.text.length < MIB) assert.match(reply.messages.join(), /wait in the gateway|waited too long/);
  });
  it("ends sessions that never end a line, with an error that says so", async () => {
    for (const { messages } of await during(call("endless", 4)))
      assert.match(messages.join(), /wait in the gateway|waited too long|no answer from/);
  });
  it("takes four bodies of 4 MiB at a time", async () => {
    const x = `[${"[],".repeat(MIB)}[]]`;
    const body = (id: number) =>
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"none","arguments":{"x":${x}}}}`;
    const replies = await during(async () => {
      const client = await McpClient.open(`${gateway.url}/servers/evil/mcp`);
      return Array.from({ length: 4 }, (_, id) => client.send(body(id)));
    });
    for (const { status } of replies) assert.ok([200, 413, 503].includes(status), `${status}`);
  });
});
