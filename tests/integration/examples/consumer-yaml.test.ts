import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../../support/fleet/command";
import { Consumer } from "../../support/fleet/consumer";
import { type Fleet, theFleet } from "../../support/fleet/fleet";
import { ROOT } from "../../support/fleet/stack";
import { yamlHost } from "../../support/fleet/yaml-host";

interface ConsumerOutputs {
  exitCode: number;
  found: string;
  mcpJson: unknown;
}

describe("examples/consumer-yaml, on a real stack", function () {
  this.timeout(600_000);

  let home: string;
  let fleet: Fleet;
  let consumer: Consumer;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "dind-mcp-yaml-"));
    fleet = await theFleet();
    consumer = await Consumer.create(fleet, "consumer-yaml", await yamlHost(home));
    await consumer.must("up", "--policy-pack", join(ROOT, "policy")); // what it makes keeps the policies
  });
  after(async () => {
    await consumer?.remove();
    await rm(home, { recursive: true, force: true });
  });

  it("lists tools, calls one, and hands on the client config as a secret", async () => {
    const shown = JSON.parse(await consumer.must("stack", "output", "--json")) as ConsumerOutputs;
    assert.equal(shown.exitCode, 0);
    assert.equal(shown.mcpJson, "[secret]");
    const { tools, answer } = JSON.parse(shown.found) as { tools: string[]; answer: string };
    assert.ok(tools.includes("files__read_text_file"), String(tools));
    assert.equal(answer, "Allowed directories:\n/workspace");
    const all = JSON.parse(await consumer.must("stack", "output", "--json", "--show-secrets")) as ConsumerOutputs;
    assert.deepEqual(all.mcpJson, fleet.outputs.clientConfig);
  });

  it("shows no token in inspect and plain state", async () => {
    const token = fleet.outputs.tokens.mcp;
    assert.ok(token && (await consumer.must("stack", "export", "--show-secrets")).includes(token));
    assert.ok(!(await consumer.must("stack", "export")).includes(token));
    for (const container of ["client", "token"]) {
      const inspected = await must("docker", ["inspect", `dind-mcp-consumer-yaml-${consumer.name}-${container}`]);
      assert.ok(!inspected.includes(token), container);
    }
  });

  it("changes nothing at a second up, and leaves nothing behind at destroy", async () => {
    await consumer.must("up", "--expect-no-changes");
    assert.ok((await consumer.onHost()).length >= 4);
    await consumer.must("destroy");
    assert.deepEqual(await consumer.onHost(), []);
  });
});
