import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Era, GatewayClient, losingConnection, type Target } from "../../../support/clients/gateway-client";
import { FIXTURES } from "../../../support/fleet/fixture-catalog";
import { gatewayTarget } from "../../../support/fleet/gateway-fleet";

const ERAS: Era[] = ["legacy", "modern"];
const WATCHED = "test://watched-resource";

/** A name as it is behind /mcp. */
const prefixed = (name: string) => `${FIXTURES.both}__${name}`;

describe("the gateway's clients", function () {
  this.timeout(900_000);

  for (const server of Object.values(FIXTURES)) {
    for (const era of ERAS) {
      describe(`a ${era} client at /servers/${server}/mcp`, () => {
        conversation(
          era,
          () => gatewayTarget(server),
          (name) => name,
        );
        resources(era, () => gatewayTarget(server));
      });
    }
  }

  for (const era of ERAS) {
    describe(`a ${era} client at /mcp`, () => {
      conversation(era, () => gatewayTarget(), prefixed);

      it("sees the tools of every server, and no name twice", async () => {
        const all = await GatewayClient.connect(era, await gatewayTarget());
        try {
          const names = (await all.client.listTools()).tools.map(({ name }) => name);
          for (const server of Object.values(FIXTURES))
            assert.ok(names.includes(`${server}__test_simple_text`), server);
          assert.equal(new Set(names).size, names.length);
        } finally {
          await all.close();
        }
      });
    });
  }

  for (const server of [FIXTURES.both, FIXTURES.http, FIXTURES.legacy, FIXTURES.modern]) {
    it(`a legacy client of ${server} that loses its connection comes back and misses nothing`, async () => {
      const { fetch, lost } = losingConnection();
      const client = await GatewayClient.connect("legacy", await gatewayTarget(server), fetch);
      try {
        const seen: number[] = [];
        const result = await client.client.callTool(
          { name: "fixture_wait", arguments: { ms: 1_500, everyMs: 300 } },
          { onprogress: ({ progress }) => seen.push(progress), timeout: 20_000 },
        );
        assert.ok(lost(), "the connection was not lost");
        assert.deepEqual(result.content, [{ type: "text", text: "waited 1500 ms" }]);
        assert.deepEqual(seen, [300, 600, 900, 1_200, 1_500]);
      } finally {
        await client.close();
      }
    });
  }
});

/** What holds for every way in, with every kind of server behind it. */
function conversation(era: Era, target: () => Promise<Target>, named: (name: string) => string): void {
  let client: GatewayClient;

  beforeEach(async () => {
    client = await GatewayClient.connect(era, await target());
  });
  afterEach(() => client?.close());

  it("speaks its own era", () => {
    assert.equal(client.client.getNegotiatedProtocolVersion(), era === "legacy" ? "2025-11-25" : "2026-07-28");
  });

  it("lists tools and prompts", async () => {
    const tools = (await client.client.listTools()).tools;
    assert.ok(tools.some(({ name }) => name === named("test_simple_text")));
    const echo = tools.find(({ name }) => name === named("fixture_echo"));
    assert.deepEqual(echo?._meta?.["example.com/tool"], { kept: true });
    const prompts = (await client.client.listPrompts()).prompts.map(({ name }) => name);
    assert.ok(prompts.includes(named("test_prompt_with_arguments")));
  });

  it("calls a tool; _meta and fields that no schema knows cross both ways", async () => {
    const args = { text: "äöü\u2028", nested: { list: [1, null, 2.5e300] } };
    const result: Record<string, unknown> = await client.client.callTool({
      name: named("fixture_echo"),
      arguments: args,
      _meta: { "example.com/sent": "kept" },
    });
    assert.deepEqual(result.content, [{ type: "text", text: JSON.stringify(args) }]);
    assert.deepEqual(result["example.com/unknown"], ["kept", 1, null]);
    const meta = result._meta as Record<string, Record<string, unknown>>;
    assert.equal(meta["example.com/received"]?.["example.com/sent"], "kept");
  });

  it("is told of a tool's failure as the tool said it", async () => {
    await assert.rejects(client.text(named("test_error_handling")), /This tool intentionally returns an error/);
  });

  it("gets a prompt, and completions for it", async () => {
    const name = named("test_prompt_with_arguments");
    const { messages } = await client.client.getPrompt({ name, arguments: { arg1: "a", arg2: "b" } });
    assert.deepEqual(messages[0]?.content, { type: "text", text: "Prompt with arguments: arg1='a', arg2='b'" });
    const ref = { type: "ref/prompt", name } as const;
    const { completion } = await client.client.complete({ ref, argument: { name: "arg1", value: "par" } });
    assert.deepEqual(completion.values, ["paris", "park", "party"]);
  });

  it("sees progress", async () => {
    const seen: number[] = [];
    const call = { name: named("test_tool_with_progress"), arguments: {} };
    await client.client.callTool(call, { onprogress: ({ progress }) => seen.push(progress) });
    assert.deepEqual(seen, [0, 50, 100]);
  });

  it("answers for its model, its user and its roots", async () => {
    assert.equal(await client.text(named("test_sampling"), { prompt: "?" }), "LLM response: sampled");
    assert.match(await client.text(named("test_elicitation"), { message: "?" }), /action=accept.*"username":"ada"/);
    assert.equal(await client.text(named("test_input_required_result_list_roots")), "Roots: file:///a file:///b");
    assert.deepEqual(client.asked, ["sampling/createMessage", "elicitation/create", "roots/list"]);
  });

  it("answers round after round, with state in between", async () => {
    assert.equal(await client.text(named("test_input_required_result_multi_round")), "Ada likes red");
    assert.equal(await client.text(named("test_input_required_result_multiple_inputs")), "Hello, Ada! 2 roots");
    assert.equal(await client.text(named("test_input_required_result_request_state")), "state-ok, confirmed: true");
  });

  it("cancels a call, and the server hears of it", async () => {
    const before = await cancelled(client, named);
    const abort = new AbortController();
    const call = { name: named("fixture_wait"), arguments: { ms: 15_000 } };
    const waiting = client.client.callTool(call, { signal: abort.signal });
    setTimeout(() => abort.abort("enough"), 300);
    await assert.rejects(waiting);
    for (let tries = 0; (await cancelled(client, named)) <= before; tries++) {
      assert.ok(tries < 50, "the server was not told within 5 s");
      await pause(100);
    }
  });

  it("gets the log messages it asks for", async () => {
    await client.logging(named("test_tool_with_logging"));
    assert.deepEqual(client.logged, ["Tool execution started", "Tool processing data", "Tool execution completed"]);
  });

  it("is told when tools and prompts come and go", async () => {
    const end = await client.watch({ tools: true, prompts: true });
    await client.text(named("test_trigger_tool_change"));
    await client.hears("notifications/tools/list_changed");
    await client.text(named("test_trigger_prompt_change"));
    await client.hears("notifications/prompts/list_changed");
    await end();
    const changed = (await client.client.listTools(undefined, { cacheMode: "refresh" })).tools;
    const there = changed.some(({ name }) => name === named("fixture_extra"));
    const said = await client.text(named("test_trigger_tool_change")); // and back again
    assert.equal(said, there ? "fixture_extra went" : "fixture_extra appeared");
    await client.text(named("test_trigger_prompt_change"));
  });

  it("carries an answer of megabytes", async () => {
    const text = await client.text(named("fixture_big"), { bytes: 2 * 1024 * 1024 });
    assert.equal(text.length, 2 * 1024 * 1024);
  });
}

/** Resources keep their names and URIs on the pass-through path. */
function resources(era: Era, target: () => Promise<Target>): void {
  it("lists and reads resources, and is told when one it watches changes", async () => {
    const client = await GatewayClient.connect(era, await target());
    try {
      const uris = (await client.client.listResources()).resources.map(({ uri }) => uri);
      assert.deepEqual(uris.sort(), ["test://static-binary", "test://static-text", WATCHED]);
      const templates = (await client.client.listResourceTemplates()).resourceTemplates;
      assert.deepEqual(
        templates.map(({ uriTemplate }) => uriTemplate),
        ["test://template/{id}/data"],
      );
      const { contents } = await client.client.readResource({ uri: "test://template/7/data" });
      assert.ok(contents[0] && "text" in contents[0] && contents[0].text.includes('"id":"7"'));

      const end = await client.watch({ resource: WATCHED });
      await client.text("fixture_touch");
      await client.hears(`notifications/resources/updated ${WATCHED}`);
      await end();
      client.told.length = 0;
      await client.text("fixture_touch");
      await pause(500);
      assert.deepEqual(client.told, [], "told although it does not watch any more");
    } finally {
      await client.close();
    }
  });
}

/** How many calls the server has seen cancelled, in all of its sessions. */
async function cancelled(client: GatewayClient, named: (name: string) => string): Promise<number> {
  const status = JSON.parse(await client.text(named("fixture_status"))) as { cancelled: number };
  return status.cancelled;
}
