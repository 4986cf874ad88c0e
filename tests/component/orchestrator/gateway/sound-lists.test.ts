import assert from "node:assert/strict";
import { ListToolsResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { HttpServer, sessionServer } from "../../../support/orchestrator/gateway/http-server";
import type { Reply } from "../../../support/orchestrator/gateway/mcp-client";

/** As they are written: a number that no double holds, members of a server's own, odd spaces. */
const GOOD = '{ "name":"good","inputSchema":{"type":"object","maximum":9007199254740993}, "x-more":[1.50] }';
/** A union without a type, as zod writes it: @modelcontextprotocol/server-gitlab has such. */
const UNION = '{"name":"union","inputSchema":{"anyOf":[{"type":"object"},{"type":"object","required":["a"]}]}}';
const OTHERS = [
  '{"name":"none"}',
  '{"name":"null","inputSchema":null}',
  '{"name":"list","inputSchema":[],"description":7}',
  '{"name":"out","inputSchema":{"type":"object"},"outputSchema":{"properties":{}},"annotations":{"readOnlyHint":"yes"}}',
];
/** What nobody can mend. */
const BAD = ['{"name":"text","inputSchema":{"type":"string"}}', '{"inputSchema":{"type":"object"}}', '"no tool"'];

describe("gateway: a server's own list of tools, with some that clients refuse", function () {
  this.timeout(20_000);
  const told: string[] = [];
  let site: Site;
  let tools: string[] = [];
  const server = new HttpServer((call) => {
    if (call.body?.method !== "tools/list") legacy(call);
    else call.json(`{"jsonrpc":"2.0","id":${JSON.stringify(call.body.id)},"result":{"tools":[${tools.join()}],"a":1}}`);
  });
  const legacy = sessionServer((call) => call.response.writeHead(405).end());

  before(async () => {
    const warn = (words: string, { message }: Error): void => void told.push(`${words}: ${message}`);
    site = await Site.open({ toolChanges: "block" }, { warn });
    site.test.servers.set("odd", { type: "http", url: await server.start() }, manifestOf({}));
  });
  after(async () => {
    await Site.closeAll();
    await server.stop();
  });

  const ways: [string, () => Promise<Reply>][] = [
    ["in a session", async () => (await site.client("odd")).ask({ jsonrpc: "2.0", id: 1, method: "tools/list" })],
    [
      "modern",
      async () => {
        const reply = site.caller("odd").startModern("tools/list");
        await reply.done;
        return reply;
      },
    ],
  ];

  for (const [how, list] of ways) {
    it(`crosses to the letter when there is nothing to mend, ${how}`, async () => {
      tools = [GOOD];
      assert.ok((await list()).messages[0]?.includes(`"tools":[${GOOD}]`));
    });

    it(`is mended for the official SDKs, without what cannot be, ${how}`, async () => {
      tools = [GOOD, UNION, ...OTHERS, ...BAD];
      await site.gateway.approveTools("odd");
      const reply = await list();
      const names = ListToolsResultSchema.parse(reply.last.result).tools.map(({ name }) => name);
      assert.deepEqual(names, ["good", "union", "none", "null", "list", "out"]);
      assert.ok(reply.messages[0]?.includes('"maximum":9007199254740993'));
      const union = reply.last.result.tools[1].inputSchema;
      assert.deepEqual(union, { ...JSON.parse(UNION).inputSchema, type: "object" });
    });
  }

  it("is reviewed as the server wrote it, and what is left out is told once", async () => {
    assert.deepEqual(
      told.filter((line) => line.includes("is left out: ")),
      [
        'tools/list of odd: "text" is left out: its inputSchema is no schema of an object',
        'tools/list of odd: "" is left out: it has no name',
      ],
    );
    const reports = await site.gateway.tools("odd");
    const union = reports.find(({ name }) => name === "union");
    assert.deepEqual([union?.approval, union?.definition], ["approved", JSON.parse(UNION)]);
    assert.deepEqual(
      reports.filter(({ problem }) => problem !== undefined).map(({ name, problem }) => `${name}: ${problem}`),
      ["text: its inputSchema is no schema of an object", ": it has no name"],
    );
  });
});
