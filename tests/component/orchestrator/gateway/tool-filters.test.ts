import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scope } from "../../../../api/scopes";
import { GatewayError } from "../../../../orchestrator/gateway/gateway-api";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import type { Answer, McpClient } from "../../../support/orchestrator/gateway/mcp-client";

const tool = (name: string): object => ({
  name,
  description: `${name} 1.50`,
  inputSchema: { type: "object" },
  "x-more": [name],
});
const NAMES = ["echo", "pid", "heard", "log", "big"];

/** Who may list and call what: by manifest (no `log`, no `big`), by token (bob: no `heard`, no server two), in every way there is. */
describe("gateway: tool filters", () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-tools-"));
  const file = join(folder, "tools.json");
  let site: Site;

  before(async () => {
    chmodSync(folder, 0o755);
    writeFileSync(file, JSON.stringify({ tools: NAMES.map(tool), more: 1 }));
    site = await Site.open();
    const tools = { allow: ["echo", "pid", "heard", "log"], deny: ["log"] };
    await site.stdio("one", { command: ["--tools", file], tools });
    await site.stdio("two", { command: ["--tools", file] });
    const bob = { name: "bob", scopes: new Set([Scope.Mcp]), servers: new Set(["one"]), tools: { deny: ["one__h*"] } };
    site.test.principals.set("bob", bob);
    const carl = { name: "carl", scopes: new Set([Scope.Mcp]), tools: { allow: ["one__pid", "two__e*"] } };
    site.test.principals.set("carl", carl);
  });
  after(async () => {
    await Site.closeAll();
    rmSync(folder, { recursive: true });
  });

  /** One way to list and to call. */
  interface Way {
    list(): Promise<Answer>;
    call(server: string, tool: string): Promise<Answer>;
  }
  const WAYS: Record<string, (who: string, server: string) => Promise<Way>> = {
    "in a session": async (principal, server) => way(await site.client(server, { principal }), (_server, name) => name),
    modern: async (principal, server) => modern(site.caller(server, { principal }), (_server, name) => name),
    "in a session with all servers": async (principal) => way(await site.client(undefined, { principal }), outer),
    "modern with all servers": async (principal) => modern(site.caller(undefined, { principal }), outer),
  };
  const outer = (server: string, name: string): string => `${server}__${name}`;
  function way(client: McpClient, named: typeof outer): Way {
    const list = async () => (await client.ask({ jsonrpc: "2.0", id: "l", method: "tools/list" })).last;
    return { list, call: (server, name) => client.call(named(server, name)) };
  }
  function modern(client: McpClient, named: typeof outer): Way {
    return { list: () => client.modern("tools/list"), call: (server, name) => client.modernCall(named(server, name)) };
  }

  for (const [how, open] of Object.entries(WAYS)) {
    const all = how.includes("all servers");

    it(`show and allow what manifest and token do, ${how}`, async () => {
      for (const [who, allowed] of [
        ["anybody", ["echo", "pid", "heard"]],
        ["bob", ["echo", "pid"]],
        ["carl", ["pid"]],
      ] as const) {
        const { list, call } = await open(who, "one");
        const names = (await list()).result.tools.map(({ name }: { name: string }) => name) as string[];
        const own = all ? names.filter((name) => name.startsWith("one__")).map((name) => name.slice(5)) : names;
        assert.deepEqual(own, allowed, who);
        for (const name of NAMES) {
          const answer = await call("one", name);
          const may = (allowed as readonly string[]).includes(name);
          assert.equal(answer.error === undefined, may, `${who} ${name}: ${JSON.stringify(answer)}`);
          if (may) continue;
          assert.equal(answer.error?.code, -32003);
          const words =
            NAMES.indexOf(name) > 2 && who !== "carl" ? /manifest of one does not offer/ : /token does not allow/;
          assert.match(answer.error?.message ?? "", words);
        }
      }
    });

    it(`and what a refused call was about never reaches the server, ${how}`, async () => {
      const { call } = await open("anybody", "one");
      await call("one", "log");
      const heard = await call("one", "heard");
      assert.ok(!JSON.stringify(heard.result.lines).includes('"log"'));
    });
  }

  it("hide servers that a token does not allow", async () => {
    const reply = await site.caller("two", { principal: "bob" }).startModern("tools/list");
    await reply.done;
    assert.equal(reply.status, 403);
    const all = await site.caller(undefined, { principal: "bob" }).modern("tools/list");
    assert.ok(!JSON.stringify(all).includes("two__"));
    const call = await site.caller(undefined, { principal: "bob" }).modernCall("two__pid");
    assert.equal(call.error?.code, -32602);
    assert.match(call.error?.message ?? "", /there is no server two/);
    const session = site.caller(undefined, { principal: "bob" });
    assert.ok(!(await session.initialize()).text.includes("two"));
    assert.match((await session.call("two__pid")).error?.message ?? "", /there is no server two/);
    const nothing = await session.call("three__pid");
    assert.match(nothing.error?.message ?? "", /there is no server three/, "as for one that there is not");
  });

  it("leave what is allowed as the server wrote it", async () => {
    const client = await site.client("two");
    const reply = await client.ask({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    assert.ok(reply.text.endsWith(`"result":${JSON.stringify({ tools: NAMES.map(tool), more: 1 })}}`));
    const filtered = await (await site.client("one")).ask({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    assert.deepEqual(filtered.last.result, { tools: NAMES.slice(0, 3).map(tool), more: 1 });
  });

  it("hold in a batch", async () => {
    const client = await site.client("one");
    const call = (id: number, name: string) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name } });
    const reply = await client.ask([call(1, "log"), call(2, "pid")]);
    const answers = reply.messages.map((text) => JSON.parse(text) as Answer);
    assert.equal(answers.find(({ id }) => id === 1)?.error?.code, -32003);
    assert.ok(answers.find(({ id }) => id === 2)?.result);
  });

  it("hold for calls through REST, which see all tools and which of them are visible", async () => {
    const someone = { name: "someone", scopes: new Set([Scope.Admin]) };
    const bob = site.test.principals.get("bob") ?? someone;
    const denied = (error: unknown) => error instanceof GatewayError && error.status === 403 && error.code === -32003;
    await assert.rejects(site.gateway.callTool("one", "log", {}, someone), denied);
    await assert.rejects(site.gateway.callTool("one", "heard", {}, bob), denied);
    assert.ok((await site.gateway.callTool("one", "pid", {}, bob)).content);
    const unknown = (error: unknown) => error instanceof GatewayError && error.status === 404;
    await assert.rejects(site.gateway.callTool("three", "pid", {}, someone), unknown);
    await assert.rejects(async () => site.gateway.tools("three"), unknown);
    await assert.rejects(site.gateway.callTool("two", "nonsense", {}, someone), /server two: no such tool/);
    const reports = await site.gateway.tools("one");
    assert.deepEqual(
      reports.map(({ name, visible }) => [name, visible]),
      [
        ["echo", true],
        ["pid", true],
        ["heard", true],
        ["log", false],
        ["big", false],
      ],
    );
    assert.deepEqual(reports[0]?.definition, tool("echo"));
  });

  it("hold for a throwaway copy of a server, whatever it is called", async () => {
    await site.stdio("copy", { command: ["--tools", file] });
    const { infos } = site.test.servers;
    const copy = infos.get("copy");
    assert.ok(copy);
    infos.set("copy", { ...copy, copyOf: "two" });
    const eve = { name: "eve", scopes: new Set([Scope.Mcp]), tools: { deny: ["two__p*"] } };
    site.test.principals.set("eve", eve);
    const caller = site.caller("copy", { principal: "eve" });
    assert.match((await caller.modernCall("pid")).error?.message ?? "", /token does not allow the tool pid of copy/);
    assert.ok((await caller.modernCall("echo")).result);
    assert.equal((await site.caller("copy", { principal: "bob" }).modernCall("pid")).error?.code, -32003);
    infos.delete("copy");
  });

  it("and refusals are in the audit log", () => {
    const denied = site.test.audited.filter(({ result }) => result === "denied");
    assert.ok(
      denied.some(({ principal, server, tool: name }) => principal === "bob" && server === "one" && name === "heard"),
    );
  });
});
