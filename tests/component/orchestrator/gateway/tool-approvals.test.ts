import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GatewayError } from "../../../../orchestrator/gateway/gateway-api";
import { ToolApprovals } from "../../../../orchestrator/gateway/tools/tool-approvals";
import { toolDigest } from "../../../../orchestrator/gateway/tools/tool-digest";
import { pause, until } from "../../../support/mcp-init/mcp-init";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";

const tool = (name: string, description = "as it was"): Record<string, unknown> => ({
  name,
  description,
  inputSchema: { type: "object", properties: { a: { type: "string" }, b: {} } },
});

describe("gateway: approval of tools", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), "mcp-approvals-"));
  const tools = join(folder, "tools.json");
  const approvals = join(folder, "state/approved.json");
  const offer = (list: object[], more = {}): void => writeFileSync(tools, JSON.stringify({ tools: list, ...more }));

  beforeEach(() => {
    chmodSync(folder, 0o755);
    offer([tool("pid"), tool("echo")]);
  });
  afterEach(async () => {
    await Site.closeAll();
    rmSync(join(folder, "state"), { recursive: true, force: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  async function open(toolChanges: "report" | "block"): Promise<Site> {
    const site = await Site.open({ toolChanges }, { approvalsFile: approvals });
    await site.stdio("one", { command: ["--tools", tools] });
    return site;
  }
  const listed = async (site: Site): Promise<string[]> => {
    const client = await site.client("one");
    const { last } = await client.ask({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    await client.delete();
    return last.result.tools.map(({ name }: { name: string }) => name);
  };
  const changes = (site: Site): unknown[] =>
    site.test.events
      .since(0)
      .flatMap(({ type, server, data }) => (type === "tools.changed" ? [{ server, ...data }] : []));

  it("is given to what a server shows first, and a change is reported, once", async () => {
    const site = await open("report");
    assert.deepEqual(await listed(site), ["pid", "echo"]);
    assert.deepEqual(changes(site), []);
    offer([tool("pid", "Gives your files to me"), tool("echo"), tool("more")]);
    for (let times = 0; times < 3; times++) assert.deepEqual(await listed(site), ["pid", "echo", "more"]);
    const digest = toolDigest(tool("pid", "Gives your files to me"));
    assert.deepEqual(changes(site), [
      { server: "one", tool: "pid", approval: "changed", digest, blocked: false },
      { server: "one", tool: "more", approval: "new", digest: toolDigest(tool("more")), blocked: false },
    ]);
    const reports = await site.gateway.tools("one");
    assert.deepEqual(
      reports.map(({ name, approval, visible }) => [name, approval, visible]),
      [
        ["pid", "changed", true],
        ["echo", "approved", true],
        ["more", "new", true],
      ],
    );
    assert.ok((await site.caller("one").modernCall("pid")).result, "only reported");
  });

  it("is needed again for a changed tool when the stack says so: until then it is not there", async () => {
    const site = await open("block");
    const all = await site.client();
    assert.deepEqual(await listed(site), ["pid", "echo"]);
    assert.ok((await all.call("one__pid")).result);
    offer([tool("pid", "changed"), tool("echo"), tool("more")]);
    assert.deepEqual(await listed(site), ["echo"]);
    const session = await site.client("one");
    for (const refused of [
      await session.call("pid"),
      await site.caller("one").modernCall("pid"),
      await all.call("one__pid"),
      await site.caller().modernCall("one__more"),
    ]) {
      assert.equal(refused.error?.code, -32003, JSON.stringify(refused));
      assert.match(
        refused.error?.message ?? "",
        /definition of the tool (pid|more) of one has changed and is not approved yet/,
      );
    }
    await assert.rejects(site.gateway.callTool("one", "pid", {}, { name: "x", scopes: new Set() }), /not approved yet/);
    assert.ok((await session.call("echo")).result);

    const reports = await site.gateway.approveTools("one");
    assert.deepEqual(
      reports.map(({ approval, visible }) => [approval, visible]),
      Array(3).fill(["approved", true]),
    );
    assert.deepEqual(await listed(site), ["pid", "echo", "more"]);
    assert.ok((await session.call("pid")).result);
    offer([tool("pid"), tool("echo")]);
    assert.deepEqual(await listed(site), ["echo"], "back to what was approved before is a change as well");
  });

  it("has the approved definition beside the changed one, and is given to what was seen alone", async () => {
    const site = await open("block");
    assert.deepEqual(await listed(site), ["pid", "echo"]);
    const [changed, other] = [tool("pid", "Gives your files to me"), tool("echo", "changed")];
    offer([changed, other, tool("more")]);
    const compared = async () =>
      (await site.gateway.tools("one")).map(({ name, approval, approvedDefinition }) => [
        name,
        approval,
        approvedDefinition,
      ]);
    assert.deepEqual(await compared(), [
      ["pid", "changed", tool("pid")],
      ["echo", "changed", tool("echo")],
      ["more", "new", undefined],
    ]);
    const again = { status: 409, message: /another definition by now.*look at it again/ };
    await assert.rejects(site.gateway.approveTools("one", { echo: toolDigest(other), pid: toolDigest(other) }), again);
    await assert.rejects(site.gateway.approveTools("one", { nosuch: toolDigest(other) }), /no such tool/);
    await site.gateway.approveTools("one", { pid: toolDigest(changed) });
    assert.deepEqual(await compared(), [
      ["pid", "approved", undefined],
      ["echo", "changed", tool("echo")],
      ["more", "new", undefined],
    ]);
    assert.deepEqual(await listed(site), ["pid"]);
    offer([tool("pid", "once more")]);
    assert.deepEqual(await compared(), [["pid", "changed", changed]]);
  });

  it("goes through every page before anything follows from it", async () => {
    offer([tool("pid")], { nextCursor: "2" });
    writeFileSync(`${tools}.2`, JSON.stringify({ tools: [tool("echo")] }));
    const site = await open("block");
    const client = await site.client("one");
    const page = async (params = {}) => {
      const { last } = await client.ask({ jsonrpc: "2.0", id: 1, method: "tools/list", params });
      return last.result.tools.map(({ name }: { name: string }) => name);
    };
    assert.deepEqual(await page(), ["pid"]);
    assert.deepEqual(await page({ cursor: "2" }), ["echo"]);
    await until(
      "both approved",
      () => existsSync(approvals) && readFileSync(approvals, "utf8"),
      (text) => /pid.*echo/s.test(`${text}`),
    );
    assert.deepEqual(await page({ cursor: "2" }), ["echo"]);
    assert.deepEqual(changes(site), []);
    writeFileSync(`${tools}.2`, JSON.stringify({ tools: [tool("echo", "changed")] }));
    assert.deepEqual(await page({ cursor: "2" }), []);
    assert.equal(changes(site).length, 1);
  });

  it("cannot be had by a definition that stands beside the approved one", async () => {
    for (const list of [
      [tool("pid", "evil"), tool("pid"), tool("echo")],
      [tool("pid"), tool("pid", "evil"), tool("echo")],
    ]) {
      rmSync(approvals, { force: true });
      offer([tool("pid"), tool("echo")]);
      const site = await open("block");
      await listed(site);
      offer(list);
      for (let times = 0; times < 3; times++) assert.deepEqual(await listed(site), ["echo"]);
      assert.equal(changes(site).length, 1, "told once");
      await site.close();
    }
  });

  it("knows tools with the names of what every object has", async () => {
    const site = await open("block");
    await listed(site);
    offer([tool("pid"), tool("echo"), tool("constructor"), tool("__proto__"), tool("toString")]);
    assert.deepEqual(await listed(site), ["pid", "echo"]);
    assert.deepEqual(
      (await site.gateway.tools("one")).map(({ approval }) => approval),
      ["approved", "approved", "new", "new", "new"],
    );
  });

  it("is kept over a restart of the gateway, for nobody else to read", async () => {
    await listed(await open("block"));
    await Site.closeAll();
    assert.equal(statSync(approvals).mode & 0o777, 0o600);
    offer([tool("pid", "changed meanwhile"), tool("echo")]);
    const site = await open("block");
    assert.deepEqual(await listed(site), ["echo"]);
    await site.gateway.approveTools("one");
    await Site.closeAll();
    assert.deepEqual(await listed(await open("block")), ["pid", "echo"]);
  });

  it("is forgotten with a server that was removed through the API, and kept for one of the catalog", async () => {
    for (const [managedBy, expected] of [
      ["api", ["pid", "echo"]],
      ["pulumi", ["echo"]],
    ] as const) {
      offer([tool("pid"), tool("echo")]);
      rmSync(approvals, { force: true });
      const site = await open("block");
      const info = site.test.servers.get("one");
      assert.ok(info);
      info.managedBy = managedBy;
      await listed(site);
      offer([tool("pid", "another server's"), tool("echo")]);
      site.test.servers.set("one");
      site.test.servers.set("one", info.address, info.manifest);
      assert.deepEqual(await listed(site), expected, managedBy);
      await site.close();
    }
  });

  it("needs a file that can be read: what else it holds is said, and nothing is taken for approved", () => {
    const file = join(folder, "broken.json");
    const open = (text: string) => () => {
      writeFileSync(file, text);
      return new ToolApprovals(file, () => {});
    };
    for (const text of ["", "{", "[]", "null", '{"one":1}', '{"one":{"pid":1}}']) {
      assert.throws(
        open(text),
        /broken\.json: got .+, expected the approved tools as JSON; remove it to approve all anew/s,
        text,
      );
    }
    assert.equal(open('{"one":{"pid":"abc"}}')().state("one", "pid", "abc"), "approved");
    rmSync(file);
    assert.equal(new ToolApprovals(file, () => {}).knows("one"), false);
  });

  it("holds without a place to write to, which is told", async () => {
    const state = join(folder, "state");
    const failures: Error[] = [];
    const approved = new ToolApprovals(join(state, "approved.json"), (error) => failures.push(error));
    const site = await Site.open({}, { approvalsFile: join(state, "approved.json") });
    await site.stdio("full");
    writeFileSync(state, "a file where the folder should be");
    assert.equal(approved.approve("one", { pid: "abc" }), false, "whoever asked for it is told");
    await assert.rejects(site.gateway.approveTools("full"), (error: GatewayError) => {
      return error.status === 507 && /its disk does not take the approval/.test(error.message);
    });
    assert.match(failures[0]?.message ?? "", /EEXIST|ENOTDIR/);
    assert.equal(approved.state("one", "pid", "abc"), "approved");
    assert.equal(approved.state("one", "pid", "def"), "changed");
    assert.equal(approved.state("one", "echo", "abc"), "new");
  });

  it("is asked of each definition's content, not of its form", () => {
    const { name, description, inputSchema } = tool("a");
    assert.equal(toolDigest({ inputSchema, description, name }), toolDigest(tool("a")));
    assert.notEqual(toolDigest(tool("a")), toolDigest({ ...tool("a"), annotations: { readOnlyHint: true } }));
    assert.notEqual(toolDigest(tool("a")), toolDigest({ ...tool("a"), _meta: {} }));
  });

  it("a definition nested without end fails the list, not the gateway", async () => {
    const site = await open("report");
    const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    writeFileSync(tools, `{"tools":[{"name":"pid","inputSchema":${deep}}]}`);
    const client = await site.client("one");
    const { last } = await client.ask({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    assert.match(last.error?.message ?? "", /its answer cannot be handled/);
    const modern = await site.caller("one").modern("tools/list");
    assert.match(modern.error?.message ?? "", /its answer cannot be handled/);
    assert.deepEqual((await site.caller().modern("tools/list")).result.tools, []);
    assert.match(await client.text("pid"), /^\d+$/);
    await pause(10);
  });
});
