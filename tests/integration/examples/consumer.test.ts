import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../support/fleet/command";
import { Consumer } from "../../support/fleet/consumer";
import { type Fleet, theFleet } from "../../support/fleet/fleet";
import { ROOT } from "../../support/fleet/stack";

interface ConsumerOutputs {
  tools: string[];
  answer: string;
  mcpJson: string;
}

/** What there is of a container, but for its times. */
interface Inspected {
  Config: { User: string };
  HostConfig: Record<string, unknown>;
  State: { ExitCode: number; Running: boolean };
  NetworkSettings: { Networks: Record<string, unknown> };
  Mounts: { Destination: string; RW: boolean }[];
}

describe("examples/consumer, on a real stack", function () {
  this.timeout(600_000);

  let fleet: Fleet;
  let consumer: Consumer;
  before(async () => {
    fleet = await theFleet();
    consumer = await Consumer.create(fleet, "consumer");
    await consumer.configure({ mcpJson: consumer.mcpJson });
    await consumer.must("up", "--policy-pack", join(ROOT, "policy")); // what it makes keeps the policies
  });
  after(() => consumer?.remove());

  const outputs = async () => JSON.parse(await consumer.must("stack", "output", "--json")) as ConsumerOutputs;
  const inspect = async (name: string) => {
    const text = await must("docker", ["inspect", `dind-mcp-consumer-${consumer.name}-${name}`]);
    return { text, ...((JSON.parse(text) as Inspected[])[0] as Inspected) };
  };

  it("finds the tools of every server, and gets an answer of the one it calls", async () => {
    const { tools, answer } = await outputs();
    for (const tool of ["files__read_text_file", "http__fetch", "postgres__execute_sql"])
      assert.ok(tools.includes(tool), `${tool}: ${tools}`);
    assert.equal(answer, "Allowed directories:\n/workspace");
  });

  it("writes the stack's client config to a file that its owner alone can read", async () => {
    assert.deepEqual(JSON.parse(await readFile(consumer.mcpJson, "utf8")), fleet.outputs.clientConfig);
    assert.equal((await stat(consumer.mcpJson)).mode & 0o777, 0o600);
    assert.equal((await outputs()).mcpJson, consumer.mcpJson);
  });

  it("shows no token: not in inspect, not in plain state, not in outputs", async () => {
    const token = fleet.outputs.tokens.mcp;
    assert.ok(token);
    const places = {
      client: (await inspect("client")).text,
      carrier: (await inspect("token")).text,
      log: await must("docker", ["logs", `dind-mcp-consumer-${consumer.name}-client`]),
      state: await consumer.must("stack", "export"),
      outputs: await consumer.must("stack", "output", "--json", "--show-secrets"),
    };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 10, place);
      for (const form of [token, Buffer.from(token).toString("base64")]) assert.ok(!text.includes(form), place);
    }
    // Not vacuous: it is in the state, encrypted.
    assert.ok((await consumer.must("stack", "export", "--show-secrets")).includes(token));
  });

  it("runs the client behind walls, in the fleet's network and no other", async () => {
    const { Config, HostConfig, State, NetworkSettings, Mounts } = await inspect("client");
    assert.deepEqual([State.Running, State.ExitCode], [false, 0]);
    assert.equal(Config.User, "10950:10950");
    assert.deepEqual(Object.keys(NetworkSettings.Networks), [fleet.stack.networkName]);
    const expected = {
      Privileged: false,
      ReadonlyRootfs: true,
      CapAdd: null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: 128 * 1024 ** 2,
      MemorySwap: 128 * 1024 ** 2,
      NanoCpus: 1_000_000_000,
      PidMode: "",
    };
    const got = Object.fromEntries(Object.keys(expected).map((key) => [key, HostConfig[key]]));
    assert.deepEqual(got, expected);
    assert.deepEqual(
      Mounts.map(({ Destination, RW }) => [Destination, RW]),
      [["/run/secrets", false]],
    );
  });

  it("changes nothing at a second up", async () => {
    await consumer.must("up", "--expect-no-changes");
  });

  it("calls another tool when the config says so; one that fails says why", async () => {
    await consumer.configure({ tool: "postgres__execute_sql", arguments: { sql: "SELECT 6 * 7 AS answer" } });
    await consumer.must("up");
    assert.match((await outputs()).answer, /\b42\b/);
    await consumer.configure({ tool: "files__no_such_tool", arguments: undefined });
    const { code, stdout } = await consumer.pulumi("up");
    assert.notEqual(code, 0);
    assert.match(stdout, /the client failed \(exit 1\): .*no_such_tool/);
    await consumer.configure({ tool: undefined });
  });

  it("names the tokens there are when the config asks for another", async () => {
    await consumer.configure({ token: "nobody" });
    const { code, stdout } = await consumer.pulumi("up");
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /token: got "nobody", expected one of the tokens of organization\/dind-mcp\/\S+: admin, mcp, read/,
    );
    await consumer.configure({ token: undefined });
  });

  it("refuses a stack whose outputs are not of its version, before it changes anything", async () => {
    const itself = `organization/dind-mcp-consumer/${consumer.name}`;
    await consumer.configure({ stack: itself });
    const { code, stdout } = await consumer.pulumi("up");
    assert.notEqual(code, 0);
    assert.ok(stdout.includes(`outputs version of ${itself}: got none`), stdout);
    assert.doesNotMatch(stdout, /replaced|updated|deleted/);
    await consumer.configure({ stack: `organization/dind-mcp/${fleet.stack.name}` });
  });

  it("never writes over a file of others, and goes on when it gets a place of its own", async () => {
    const elsewhere = `${consumer.mcpJson}.other`;
    await writeFile(elsewhere, "mine");
    await consumer.configure({ mcpJson: elsewhere });
    const { code, stdout } = await consumer.pulumi("up");
    assert.notEqual(code, 0);
    assert.match(stdout, /mcp\.json\.other: is there already, and not from here/);
    assert.equal(await readFile(elsewhere, "utf8"), "mine");
    await consumer.configure({ mcpJson: consumer.mcpJson });
    await consumer.must("up");
    assert.ok(existsSync(consumer.mcpJson));
  });

  it("leaves nothing behind at destroy: no container, volume, image, file", async () => {
    assert.ok((await consumer.onHost()).length >= 4);
    await consumer.must("destroy");
    assert.deepEqual(await consumer.onHost(), []);
    assert.ok(!existsSync(consumer.mcpJson));
  });
});
