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
const SHARED = "mcp-shared.redis";

interface Manifest {
  name: string;
  user: number;
  services: Record<string, unknown>[];
}

/** Makes counter's companion a service of the catalog, and two servers like counter that use it in place of one. */
async function addShared(catalog: string): Promise<void> {
  await cp(join(FIXTURE, "redis"), join(catalog, "redis"), { recursive: true });
  const server = parse(await readFile(join(FIXTURE, "server.yaml"), "utf8")) as Manifest;
  const [companion] = server.services;
  const service = { ...companion, description: "For two", build: {}, user: 11_054 };
  await writeFile(join(catalog, "redis/service.yaml"), stringify(service));
  const secrets = [{ name: "theirs", env: "REDIS_PASSWORD", from: "redis.password" }];
  for (const [index, name] of ["ann", "bob"].entries()) {
    await cp(FIXTURE, join(catalog, name), { recursive: true });
    const own = { ...server, name, user: 11_055 + index, services: undefined, uses: ["redis"], secrets };
    await writeFile(join(catalog, name, "server.yaml"), stringify(own));
  }
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
  const count = async (server = "counter") => (await callTool(fleet, server, "count", {})).text;
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
    await addShared(catalog);
    registry = await startRegistry(join(stack.folder, "registry"));
    const { host, ca } = registry;
    const registries = { [host]: { username: PULLER.username, ca } };
    await setConfig(stack, { catalog: [catalog], registries });
    await setSecret(stack, `registries["${host}"].password`, PULLER.password);
    for (const name of ["counter", "other", "redis"]) await setSecret(stack, `secrets.${name}.password`, PASSWORD);
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

  it("are one for several servers when the catalog shares it, whose value it is set with, and for no other", async () => {
    assert.deepEqual([await count("ann"), await count("bob"), await count("ann")], ["1", "2", "3"]);
    const networks = JSON.parse(await inspected(SHARED, "json .NetworkSettings.Networks")) as Record<
      string,
      { IPAddress: string }
    >;
    assert.deepEqual(Object.keys(networks).sort(), ["mcp-ann", "mcp-bob"]);
    for (const { IPAddress } of Object.values(networks))
      assert.match(await reach("other", IPAddress), /^E(TIMEDOUT|NETUNREACH|HOSTUNREACH|CONNREFUSED)$/);
    assert.match(await reach("other", SHARED), /^E(NOTFOUND|AI_AGAIN)$/);
    const ofBob = networks["mcp-bob"]?.IPAddress ?? "";
    assert.match(await reach("bob", ofBob), /^\+OK/);
    assert.doesNotMatch(await reach("ann", ofBob), /^\+OK/, "a user is in the network of the other");
    assert.ok(!(await docker(fleet, "inspect", SHARED, "mcp-ann")).includes(PASSWORD));
  });

  it("are seen as shared", async () => {
    const { companions } = await rest<{ companions: object[] }>("GET", "servers/ann");
    assert.deepEqual(companions, [{ name: "redis", container: SHARED, shared: true, status: "running" }]);
    assert.match(await mustCli(stack, "validate"), /mcp-shared\.redis[\s\S]*all are as declared/);
    assert.match(await mustCli(stack, "status"), /^ +redis +healthy +shared service /m);
    assert.match(await mustCli(stack, "servers", "show", "bob"), /redis \(shared\) running/);
  });

  it("stay, with what they keep, while one server still uses them", async () => {
    await docker(fleet, "restart", SHARED);
    await eventually(async () => assert.equal(await count("bob"), "4"), 60_000);
    const before = await inspected(SHARED, ".Id");
    await setConfig(stack, { servers: ["other", "ann", "counter"] });
    await mustCli(stack, "up");
    assert.notEqual(await inspected(SHARED, ".Id"), before);
    assert.equal(await count("ann"), "5");
  });

  it("go with their server; what they kept stays until somebody wants it gone", async () => {
    await setConfig(stack, { servers: ["other"] });
    await mustCli(stack, "up");
    const left = await docker(fleet, "ps", "-a", "--filter", "label=dind-mcp.server=counter", "--format", "{{.Names}}");
    assert.equal(left, "");
    assert.doesNotMatch(await docker(fleet, "ps", "-a", "--format", "{{.Names}}"), /shared/);
    const kept = ["exec", stack.engineName, "ls", "/srv/mcp/storage/pulumi"];
    for (const folder of [/^counter\.redis\.data$/m, /^shared\.redis\.data$/m])
      assert.match(await must("docker", kept), folder);
    await eventually(async () => {
      const body = { dryRun: false, data: true };
      const { items } = await rest<{ items: { kind: string; name: string }[] }>("POST", "cleanup", body);
      const found = items.map(({ kind, name }) => `${kind} ${name}`);
      for (const folder of ["counter", "shared"]) assert.ok(found.includes(`storage pulumi/${folder}.redis.data`));
    }, 120_000);
    assert.doesNotMatch(await must("docker", kept), /counter|shared/);
  });
});
