import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { eventually } from "../../support/eventually";
import { must } from "../../support/fleet/command";
import { callTool, docker, enter, type Fleet } from "../../support/fleet/fleet";
import { type PrivateRegistry, PULLER, startRegistry } from "../../support/fleet/private-registry";
import {
  cli,
  createStack,
  mustCli,
  ROOT,
  removeStack,
  setConfig,
  setSecret,
  type TestStack,
} from "../../support/fleet/stack";

const FIXTURE = join(ROOT, "tests/fixtures/companions/counter");
const PASSWORD = "a-word-for-both-of-them";
const REDIS = "mcp-counter.redis";

interface Manifest {
  name: string;
  user: number;
  services: Record<string, unknown>[];
}

describe("companions of a server", function () {
  this.timeout(900_000);
  let stack: TestStack;
  let fleet: Fleet;
  let catalog: string;
  let registry: PrivateRegistry | undefined;

  /** Changes a server's manifest. */
  async function edit(server: string, change: (manifest: Manifest) => void): Promise<void> {
    const file = join(catalog, server, "server.yaml");
    const manifest = parse(await readFile(file, "utf8")) as Manifest;
    change(manifest);
    await writeFile(file, stringify(manifest));
  }
  const count = async () => (await callTool(fleet, "counter", "count", {})).text;
  const reach = async (server: string, host: string) =>
    (await callTool(fleet, server, "reach", { host, port: 6_379 })).text;
  /** Asks the REST API, as an admin. */
  async function rest<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${fleet.outputs.endpoints.api}/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${fleet.outputs.tokens.admin}`,
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return (await answer.json()) as Answer;
  }
  const inspected = async (container: string, path: string) =>
    docker(fleet, "inspect", container, "--format", `{{${path}}}`);

  before(async () => {
    stack = await createStack("companions");
    catalog = join(stack.folder, "catalog");
    for (const server of ["counter", "other"]) await cp(FIXTURE, join(catalog, server), { recursive: true });
    await edit("other", (manifest) => {
      manifest.name = "other";
      manifest.user = 11_052;
      Object.assign(manifest.services[0] ?? {}, { user: 11_053 });
    });
    registry = await startRegistry(join(stack.folder, "registry"));
    const { host, ca } = registry;
    const registries = { [host]: { username: PULLER.username, ca } };
    await setConfig(stack, { catalog: [catalog], registries });
    await setSecret(stack, `registries["${host}"].password`, PULLER.password);
    for (const server of ["counter", "other"]) await setSecret(stack, `secrets.${server}.password`, PASSWORD);
    await mustCli(stack, "up");
    fleet = await enter(stack);
  });

  after(async () => {
    await registry?.stop();
    await removeStack(stack);
  });

  it("are there when the server starts, under their names", async () => {
    assert.deepEqual([await count(), await count()], ["1", "2"]);
    assert.match(await reach("counter", "redis"), /^\+OK/);
    const started = async (container: string) => Date.parse(await inspected(container, ".State.StartedAt"));
    assert.ok((await started(REDIS)) < (await started("mcp-counter")));
  });

  it("are behind a server's walls, and no secret of theirs is told", async () => {
    const walls = [".HostConfig.ReadonlyRootfs", ".HostConfig.CapDrop", ".HostConfig.SecurityOpt", ".Config.User"];
    assert.equal(await inspected(REDIS, walls.join("}} {{")), "true [ALL] [no-new-privileges:true] 11051:11051");
    assert.equal(await inspected(REDIS, ".HostConfig.Memory"), String(64 << 20));
    const networks = await inspected(REDIS, "json .NetworkSettings.Networks");
    assert.deepEqual(Object.keys(JSON.parse(networks)), ["mcp-counter"]);
    const told = [await docker(fleet, "inspect", REDIS), await docker(fleet, "top", REDIS, "-eo", "pid,args")];
    for (const text of told) assert.ok(!text.includes(PASSWORD), text);
    const write = await docker(fleet, "exec", REDIS, "touch", "/usr/x").catch(String);
    assert.match(write, /Read-only file system/);
  });

  it("are reached by their own server alone, and reach nothing outside", async () => {
    const address = await inspected(REDIS, '(index .NetworkSettings.Networks "mcp-counter").IPAddress');
    assert.match(await reach("counter", address), /^\+OK/);
    assert.match(await reach("other", address), /^E(TIMEDOUT|NETUNREACH|HOSTUNREACH|CONNREFUSED)$/);
    assert.match(await reach("other", REDIS), /^E(NOTFOUND|AI_AGAIN)$/);
    const route = await docker(fleet, "exec", REDIS, "cat", "/proc/net/route");
    assert.ok(!route.split("\n").some((line) => /^\S+\t00000000\t/.test(line)), route);
  });

  it("are as declared, and shown with their server", async () => {
    assert.match(await mustCli(stack, "validate"), /mcp-counter\.redis[\s\S]*all are as declared/);
    const shown = await rest<{ companions: object[]; storage: { name: string; path: string }[] }>(
      "GET",
      "servers/counter",
    );
    assert.deepEqual(shown.companions, [{ name: "redis", container: REDIS, status: "running" }]);
    assert.deepEqual(
      shown.storage.map(({ name, path }) => [name, path]),
      [["redis.data", "/data"]],
    );
    assert.match(await mustCli(stack, "status"), /^ +counter\.redis +healthy +companion of counter /m);
  });

  it("have a log of their own", async () => {
    assert.match(
      await mustCli(stack, "servers", "logs", "counter", "--service", "redis"),
      /Ready to accept connections/,
    );
    const none = await cli(stack, "servers", "logs", "counter", "--service", "mysql");
    assert.equal(none.code, 5, none.stderr);
    assert.match(none.stderr, /server counter has no companion of that name: it has redis/);
  });

  it("stop and start with their server, and keep what they keep; a restart leaves them alone", async () => {
    const started = await inspected(REDIS, ".State.StartedAt");
    await rest("POST", "servers/counter/restart");
    assert.equal(await inspected(REDIS, ".State.StartedAt"), started);
    await rest("POST", "servers/counter/stop");
    assert.equal(await inspected(REDIS, ".State.Status"), "exited");
    await rest("POST", "servers/counter/start");
    await eventually(async () => assert.equal(await count(), "3"), 60_000);
  });

  it("say in their server's reason when they fail", async () => {
    await docker(fleet, "stop", REDIS);
    await eventually(async () => {
      const { reason } = await rest<{ reason?: string }>("GET", "servers/counter");
      assert.equal(reason, "its companion redis is stopped: ended with exit code 0");
    }, 60_000);
    await edit("counter", ({ services: [redis] }) => {
      Object.assign(redis ?? {}, { health: { command: ["sh", "-c", "echo not today; false"], startPeriod: "1s" } });
    });
    const { code, stdout, stderr } = await cli(stack, "up");
    assert.equal(code, 3, stdout + stderr);
    assert.match(stderr, /^ +counter is not made: its companion redis: not today; its log ends with: /m);
    assert.match(await reach("other", "redis"), /^\+OK/);
  });

  it("come back changed, with what they keep, and from a registry that wants to know who pulls", async () => {
    const image = `${registry?.host}/team/redis:1`;
    const own = `export DOCKER_CONFIG=$(mktemp -d)
      docker tag $(docker inspect -f '{{.Image}}' mcp-other.redis) ${image}
      docker login -u ${PULLER.username} --password-stdin ${registry?.host} && docker push -q ${image}
      docker rmi ${image}; rm -r $DOCKER_CONFIG`;
    await must("docker", ["exec", "-i", stack.engineName, "sh", "-c", own], { input: PULLER.password });
    await edit("counter", ({ services: [redis] }) => {
      Object.assign(redis ?? {}, { health: { port: 6_379 }, resources: { memory: "80m", processes: 16 } });
      Object.assign(redis ?? {}, { build: undefined, image });
    });
    await mustCli(stack, "up");
    assert.equal(await inspected(REDIS, ".Config.Image"), await inspected(REDIS, ".Image"));
    const told = await docker(fleet, "inspect", REDIS, "mcp-counter");
    for (const text of [told, await must("docker", ["inspect", stack.engineName])])
      assert.ok(!text.includes(PULLER.password));
    assert.equal(await inspected(REDIS, ".HostConfig.Memory"), String(80 << 20));
    assert.equal(await count(), "4");
  });

  it("go with their server; what they kept stays until somebody wants it gone", async () => {
    await setConfig(stack, { servers: ["other"] });
    await mustCli(stack, "up");
    const left = await docker(fleet, "ps", "-a", "--filter", "label=dind-mcp.server=counter", "--format", "{{.Names}}");
    assert.equal(left, "");
    const kept = ["exec", stack.engineName, "ls", "/srv/mcp/storage/pulumi"];
    assert.match(await must("docker", kept), /^counter\.redis\.data$/m);
    await eventually(async () => {
      const body = { dryRun: false, data: true };
      const { items } = await rest<{ items: { kind: string; name: string }[] }>("POST", "cleanup", body);
      assert.ok(items.some(({ kind, name }) => `${kind} ${name}` === "storage pulumi/counter.redis.data"));
    }, 120_000);
    assert.doesNotMatch(await must("docker", kept), /counter/);
  });
});
