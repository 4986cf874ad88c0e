import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Api } from "../../support/clients/api";
import { GatewayClient } from "../../support/clients/gateway-client";
import { addServer } from "../../support/fleet/catalog";
import { docker, enter, type Fleet } from "../../support/fleet/fleet";
import { cli, createStack, ROOT, removeStack, setConfig, type TestStack } from "../../support/fleet/stack";

const CASES = join(ROOT, "tests/fixtures/cases");
const DOCKERFILE = "FROM node:24-trixie-slim\nWORKDIR /app\nCOPY *.mjs ./\n";
/** Soon known to be what they are. */
const health = { interval: "1s", retries: 2, startPeriod: "2s", startInterval: "500ms" };

/** A server's folder: its program, and what a manifest has to say. */
async function add(
  catalog: string,
  name: string,
  user: number,
  program: string,
  transport: object,
  checks: object = { health },
): Promise<void> {
  await mkdir(join(catalog, name), { recursive: true });
  await writeFile(join(catalog, name, "server.mjs"), program);
  await writeFile(join(catalog, name, "Dockerfile"), DOCKERFILE);
  const manifest = { name, description: "A test's server", version: "1.0.0", build: { context: "." }, user, ...checks };
  await addServer(catalog, { ...manifest, transport: { command: ["node", "/app/server.mjs"], ...transport } });
}

interface Listed {
  items: { name: string; status: string; reason?: string }[];
}

describe("a stack with servers that do not get healthy", function () {
  this.timeout(900_000);
  let stack: TestStack;
  let fleet: Fleet;

  before(async () => {
    stack = await createStack("health");
    const catalog = join(stack.folder, "catalog");
    await cp(join(CASES, "B15/b15-hosts"), join(catalog, "b15-hosts"), { recursive: true });
    await cp(join(CASES, "B39/b39-slow"), join(catalog, "b39-slow"), { recursive: true });
    const keyless = 'console.error("API_KEY is missing"); process.exit(3);';
    await add(catalog, "keyless", 11_600, keyless, { type: "stdio" }, {}); // checked as by default
    const loopback = 'import { createServer } from "node:http"; createServer().listen(8000, "127.0.0.1");';
    await add(catalog, "loopback", 11_610, loopback, { type: "streamable-http", port: 8000 });
    const crash = 'console.error("no database at db:5432"); process.exit(7);';
    await add(catalog, "crash", 11_620, crash, { type: "streamable-http", port: 8000 });
    await setConfig(stack, { catalog: [catalog] });
  });
  after(() => removeStack(stack));

  const WRONG: [string, RegExp][] = [
    ["crash", /(started again|ended with exit code 7).*no database at db:5432/],
    [
      "keyless",
      /initialize: the session ended without an answer.*its log ends with:.*(API_KEY is missing|exit code 3)/,
    ],
    ["loopback", /it listens on 127\.0\.0\.1 only, .*have it listen on 0\.0\.0\.0/],
  ];

  it("is brought up all the same; up says which failed, why, and ends with code 3", async () => {
    const { code, stdout, stderr } = await cli(stack, "up", "--json");
    assert.equal(code, 3, stderr);
    const { failed, servers } = JSON.parse(stdout) as { failed: Listed["items"]; servers: object };
    assert.deepEqual(
      failed.map(({ name }) => name),
      WRONG.map(([name]) => name),
      JSON.stringify(failed),
    );
    assert.equal(Object.keys(servers).length, 5);
    for (const [index, [name, reason]] of WRONG.entries()) {
      assert.match(failed[index]?.reason ?? "", reason);
      assert.match(stderr, new RegExp(`${name} is .*: `));
    }
    assert.match(stderr, /3 of 5 servers are not healthy; everything else is up/);
    fleet = await enter(stack);
  });

  it("a second up knows soon what still fails, without waiting for a start that takes its time", async () => {
    const { code, stdout, stderr } = await cli(stack, "up", "--json");
    assert.equal(code, 3, stderr);
    const { failed, upSeconds } = JSON.parse(stdout) as { failed: Listed["items"]; upSeconds: number };
    assert.deepEqual(
      failed.map(({ name }) => name),
      WRONG.map(([name]) => name),
    );
    assert.ok(upSeconds < 75, `it took ${upSeconds} s: 30 s of start, 30 s of a check and 15 s were waited out`);
  });

  it("its other servers are of use: one that takes its own machine's name only, and one that takes 8 s to start", async () => {
    for (const name of ["b15-hosts", "b39-slow"]) {
      const url = `${fleet.outputs.endpoints.api}/servers/${name}/mcp`;
      const { client } = await GatewayClient.connect("legacy", { url, token: fleet.outputs.tokens.mcp ?? "" });
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map((tool) => tool.name),
        ["echo"],
      );
      await client.close();
    }
  });

  it("tells the reasons by the API, the list and status", async () => {
    const api = Api.of(fleet);
    const { body } = await api.get<Listed>("/v1/servers");
    const [list, status] = [await cli(stack, "servers", "list"), await cli(stack, "status")];
    assert.equal(status.code, 3);
    for (const [name, reason] of WRONG) {
      assert.match(body.items.find((server) => server.name === name)?.reason ?? "", reason);
      for (const { stdout } of [list, status])
        assert.match(stdout.split("\n").find((line) => line.trim().startsWith(name)) ?? "", reason);
    }
  });

  it("an up that no longer names them removes them; the others go on untouched", async () => {
    const started = (name: string) => docker(fleet, "inspect", `mcp-${name}`, "-f", "{{.Id}} {{.State.StartedAt}}");
    const before = await started("b15-hosts");
    await setConfig(stack, { servers: ["b15-hosts"] });
    const { code, stdout, stderr } = await cli(stack, "up", "--json");
    assert.equal(code, 0, stderr);
    const { found, failed } = JSON.parse(stdout) as { found: string[]; failed: unknown[] };
    assert.deepEqual([found, failed], [[], []], "nothing is restarted or made again that goes anyway");
    assert.equal(await started("b15-hosts"), before);
    assert.equal(await docker(fleet, "ps", "-aq", "--filter", "name=mcp-(crash|keyless|loopback)"), "");
  });
});
