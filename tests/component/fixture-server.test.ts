import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Init, removeBuild } from "../support/mcp-init/mcp-init";
import { fixtureCommand, HttpFixture, removeFixture } from "../support/orchestrator/gateway/fixture-server";

/** A real client of one era on the fixture's stdio. */
async function open(era: "legacy" | "modern", ...options: string[]): Promise<Client> {
  const client = new Client(
    { name: "fixture-test", version: "1" },
    {
      capabilities: { sampling: {}, elicitation: {}, roots: {} },
      versionNegotiation: { mode: era === "legacy" ? "legacy" : { pin: "2026-07-28" } },
    },
  );
  client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { name: "Ada", color: "red" } }));
  client.setRequestHandler("sampling/createMessage", () => ({
    role: "assistant",
    model: "none",
    content: { type: "text", text: "sampled" },
  }));
  client.setRequestHandler("roots/list", () => ({ roots: [{ uri: "file:///a" }] }));
  const [command = "", ...args] = fixtureCommand(...options);
  await client.connect(new StdioClientTransport({ command, args }));
  return client;
}

async function text(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const result = await client.callTool({ name, arguments: args });
  return result.content.map((part) => (part.type === "text" ? part.text : `<${part.type}>`)).join(" ");
}

describe("conformance fixture", () => {
  after(() => {
    removeFixture();
    removeBuild();
  });

  for (const era of ["legacy", "modern"] as const) {
    it(`speaks the ${era} era over stdio, questions to the client included`, async () => {
      const client = await open(era);
      try {
        assert.equal(JSON.parse(await text(client, "fixture_status")).era, era);
        assert.equal(await text(client, "test_sampling", { prompt: "?" }), "LLM response: sampled");
        assert.equal(await text(client, "test_input_required_result_elicitation"), "Hello, Ada!");
        assert.equal(await text(client, "test_input_required_result_multi_round"), "Ada likes red");
        assert.equal(await text(client, "test_input_required_result_multiple_inputs"), "Hello, Ada! 1 roots");
        assert.equal(await text(client, "test_input_required_result_list_roots"), "Roots: file:///a");
      } finally {
        await client.close();
      }
    });

    it(`refuses the other era with --era ${era}`, async () => {
      const other = era === "legacy" ? "modern" : "legacy";
      await assert.rejects(open(other, "--era", era));
      const client = await open(era, "--era", era);
      assert.equal(JSON.parse(await text(client, "fixture_status")).era, era);
      await client.close();
    });
  }

  it("runs under mcp-init", async () => {
    const init = await Init.start({ build: "mcp-init", command: fixtureCommand(), processes: 5000 });
    const session = await init.open();
    const answer = await session.ask(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }));
    assert.deepEqual(JSON.parse(answer), { jsonrpc: "2.0", id: 1, result: {} });
    session.socket.destroy();
    await init.stop();
  });

  it("listens on a free port over HTTP", async () => {
    const fixture = await HttpFixture.start();
    const response = await fetch(fixture.url, { method: "POST", body: "{}" });
    assert.ok(response.status >= 400 && response.status < 500, String(response.status));
    await fixture.stop();
    await assert.rejects(fetch(fixture.url));
  });
});
