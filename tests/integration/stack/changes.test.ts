import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { PORTS } from "../../../config/ports";
import { CONSUL_ADDRESS } from "../../../manifest/container/gateway";
import { addresses } from "../../support/attacks/addresses";
import { reachFrom } from "../../support/attacks/probe";
import { eventually } from "../../support/eventually";
import { edit } from "../../support/fleet/catalog";
import { theChangesFleet } from "../../support/fleet/changes-fleet";
import { must, run } from "../../support/fleet/command";
import { callTool, docker, enter, type Fleet, tryDocker } from "../../support/fleet/fleet";
import { type LentFolders, makeFolders, ownersIn, swapFor } from "../../support/fleet/lent-folders";
import {
  cli,
  leftovers,
  mustCli,
  mustPulumi,
  pulumi,
  ROOT,
  setConfig,
  setSecret,
  type TestStack,
} from "../../support/fleet/stack";
import { freePort } from "../../support/free-port";
import { ConsulProcess, consulProgram } from "../../support/orchestrator/discovery/consul-process";

/** What the files server's manifest says more when it gets folders of the host; it asks to write in both. */
const LENT = `
  - { folder: code, path: /projects/code, readOnly: false }
  - { folder: docs, path: /projects/docs, readOnly: false }`;
const SERVED = "/workspace, /projects/code, /projects/docs]";

describe("changes to a running stack", function () {
  this.timeout(900_000);
  let stack: TestStack;
  let fleet: Fleet;
  let external: string;
  let folders: LentFolders;
  let manifest: string;

  before(async () => {
    stack = (await theChangesFleet()).stack;
    manifest = join(stack.folder, "catalog/files/server.yaml");
    folders = await makeFolders();
    external = `${stack.engineName}-external`;
    fleet = await enter(stack);
  });

  after(async () => {
    await run("docker", ["rm", "-f", "-v", external]);
    await run("docker", ["image", "rm", "-f", external]);
    await folders.remove();
  });

  const lendToFiles = () =>
    edit(manifest, (text) =>
      text.replace("path: /workspace\n    readOnly: false", (mount) => mount + LENT).replace("/workspace]", SERVED),
    );

  const orchestrator = async () => JSON.parse(await docker(fleet, "inspect", "mcp-orchestrator"))[0];

  it("a folder that the manifest mounts and nobody lends is refused, and nothing changes", async () => {
    await lendToFiles();
    const { code, stdout, stderr } = await pulumi(stack, "up");
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /mounts\.1\.folder: got "code", expected a folder that the stack lends to files: it lends/,
    );
    assert.match(await mustCli(stack, "servers", "validate").catch(String), /mounts\.2\.folder: got "docs", expected/);
  });

  // With what the next test needs: the engine's container is replaced by both.
  it("another subnet: the engine moves, its servers and their data come along", async () => {
    await callTool(fleet, "files", "write_file", { path: "/workspace/moved.txt", content: "came along" });
    const subnet = stack.networkCidr.replace("172.28.", "172.29.");
    await setConfig(stack, {
      networkCidr: subnet,
      folders: {
        code: { path: folders.code, access: "read-write", servers: ["files"] },
        docs: { path: folders.docs, access: "read-only", servers: ["files"] },
      },
    });
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
    assert.equal(fleet.outputs.network.cidr, subnet);
    await eventually(async () => {
      const { text } = await callTool(fleet, "files", "read_text_file", { path: "/workspace/moved.txt" });
      assert.equal(text, "came along");
    }, 60_000);
    await mustPulumi(stack, "up", "--expect-no-changes");
  });

  it("a folder of the host is a server's to write, and what it writes is the host's user's", async () => {
    const written = await callTool(fleet, "files", "write_file", { path: "/projects/code/new.txt", content: "new" });
    assert.equal(written.isError, false, written.text);
    assert.deepEqual(await ownersIn(folders.code), {
      ...{ "mine.txt": "4711:4711", "new.txt": "4711:4711", kmsg: "4711:4711", suid: "4711:4711" },
      out: "0:0",
    });
    const read = await callTool(fleet, "files", "read_text_file", { path: "/projects/code/mine.txt" });
    assert.equal(read.text, "from the host");
    assert.equal(
      await docker(fleet, "exec", "mcp-files", "stat", "-c", "%u:%g", "/projects/code/new.txt"),
      "11001:11001",
    );
    assert.equal((await cli(stack, "validate")).code, 0);
  });

  it("one that the config lends read-only is so, whatever the manifest says", async () => {
    const refused = await callTool(fleet, "files", "write_file", { path: "/projects/docs/new.txt", content: "new" });
    assert.match(refused.text, /EROFS|read-only/);
    const read = await callTool(fleet, "files", "read_text_file", { path: "/projects/docs/mine.txt" });
    assert.equal(read.text, "from the host");
    assert.deepEqual(Object.keys(await ownersIn(folders.docs)).sort(), ["kmsg", "mine.txt", "out", "suid"]);
  });

  it("nothing leads out of it: no link, no program's owner, no device; and no other container gets in", async () => {
    const inFiles = (...command: string[]) => tryDocker(fleet, ["exec", "mcp-files", ...command]);
    for (const folder of ["/projects/code", "/projects/docs"]) {
      assert.match((await inFiles("cat", `${folder}/out`)).stderr, /No such file/);
      assert.equal((await inFiles(`${folder}/suid`, "-u")).stdout.trim(), "11001");
      assert.match((await inFiles("cat", `${folder}/kmsg`)).stderr, /Permission denied|Operation not permitted/);
      assert.match((await inFiles("ln", `${folder}/mine.txt`, "/tmp/out")).stderr, /Invalid cross-device link/);
      assert.match((await inFiles("mknod", `${folder}/made`, "c", "1", "5")).stderr, /not permitted|Read-only/);
    }
    const mount = (await inFiles("grep", " /projects/code ", "/proc/mounts")).stdout;
    assert.match(mount, / rw,nosuid,nodev,/);
    // Another user's container, were it given the same mount; and the one that reads the engine's volumes.
    const image = await docker(fleet, "inspect", "mcp-files", "-f", "{{.Image}}");
    const other = ["run", "--rm", "--network", "none", "--user", "11900:11900", "--entrypoint", "ls"];
    const bind = ["-v", "/run/dind-mcp-folders/files/code:/code", image, "/code"];
    assert.match((await tryDocker(fleet, [...other, ...bind])).stderr, /Permission denied/);
    const orchestrator = ["exec", "mcp-orchestrator", "ls", "/run/dind-mcp-folders", "/srv/mcp/folders"];
    assert.match((await tryDocker(fleet, orchestrator)).stderr, /No such file.*\n.*No such file/);
    assert.equal(await must("docker", ["exec", stack.engineName, "ls", "-A", "/srv/mcp/folders/code"]), "");
  });

  it("dockerd and the engine may start again; a link that took the folder's place meanwhile is not followed", async () => {
    const mine = async () => {
      const { text } = await callTool(fleet, "files", "read_text_file", { path: "/projects/docs/mine.txt" });
      assert.equal(text, "from the host");
    };
    await must("docker", ["exec", stack.engineName, "pkill", "-KILL", "-x", "dockerd"]);
    await eventually(async () => void (await docker(fleet, "restart", "mcp-files")), 30_000);
    await eventually(mine, 30_000);
    const undo = await swapFor(folders.docs, folders.private);
    try {
      await must("docker", ["restart", stack.engineName]);
      await eventually(async () => {
        const said = await run("docker", ["logs", stack.engineName]);
        assert.match(said.stdout + said.stderr, /the folder docs is not lent to files: it is another folder than/);
        assert.match(
          await docker(fleet, "inspect", "mcp-files", "-f", "{{.State.Status}} {{.State.Error}}"),
          /^exited .*docs/,
        );
      }, 60_000);
    } finally {
      await undo();
    }
    await must("docker", ["restart", stack.engineName]);
    await eventually(mine, 60_000);
  });

  it("a collector of traces opens the orchestrator's way out, by name and to private addresses, and nobody else's", async () => {
    const collector = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => collector.listen(0, "0.0.0.0", resolve));
    const { port } = collector.address() as AddressInfo;
    const host = (await addresses(fleet)).hostGateway;
    const reach = () => reachFrom(fleet, "mcp-orchestrator", "node", [{ host, port }]);
    const firewall = () => must("docker", ["exec", stack.engineName, "iptables", "-S", "ENGINE-INPUT"]);
    try {
      assert.deepEqual(await reach(), ["ECONNREFUSED"]);
      assert.doesNotMatch(await firewall(), /10\.214\.0\.16\/28/);
      await setConfig(stack, { tracingEndpoint: `http://${host}:${port}` });
      await mustPulumi(stack, "up");
      assert.deepEqual(await reach(), ["open"]);
      assert.match(await firewall(), /-s 10\.214\.0\.16\/28 -d 10\.213\.0\.1\/32 -p udp .*--dport 53 -j RETURN/);
    } finally {
      collector.close();
    }
    await setConfig(stack, { tracingEndpoint: undefined });
    await mustPulumi(stack, "up");
    assert.deepEqual(await reach(), ["ECONNREFUSED"]);
  });

  it("the fleet registers at a Consul agent on the host: the one address and port there that the orchestrator reaches", async function () {
    const program = consulProgram();
    if (program === undefined) this.skip();
    const host = (await addresses(fleet)).hostGateway;
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(0, "0.0.0.0", resolve));
    const consul = await ConsulProcess.start(program, { acl: true, clients: [host] });
    const port = Number(new URL(consul.address).port);
    const status = async () => JSON.parse((await cli(stack, "status", "--json")).stdout).api.consul;
    try {
      await setConfig(stack, { consul: { address: `http://${host}:${port}` } });
      await setSecret(stack, "consulToken", "99999999-0000-0000-0000-000000000000");
      await mustPulumi(stack, "up");
      await eventually(async () => assert.match((await status()).reason, /got 403, .*ACL not found/), 60_000);
      assert.match((await cli(stack, "status")).stdout, /needs attention[\s\S]*failing since/);
      const places = [port, (other.address() as AddressInfo).port].map((one) => ({ host, port: one }));
      assert.deepEqual(await reachFrom(fleet, "mcp-orchestrator", "node", places), ["open", "ECONNREFUSED"]);

      const { StartedAt } = (await orchestrator()).State;
      const token = await consul.token('service_prefix "mcp-" { policy = "write" }');
      await setSecret(stack, "consulToken", token);
      await mustPulumi(stack, "up");
      const all = { "mcp-orchestrator": "passing", "mcp-files": "passing" };
      await eventually(async () => assert.deepEqual(await consul.catalog(), all), 60_000);
      await eventually(async () => assert.equal((await status()).state, "registered"), 60_000);
      const self = await orchestrator();
      assert.equal(self.State.StartedAt, StartedAt, "a new token starts nothing anew");
      assert.ok(!JSON.stringify(self).includes(token));

      await mustCli(stack, "servers", "stop", "files");
      await eventually(async () => assert.deepEqual(await consul.catalog(), { "mcp-orchestrator": "passing" }), 60_000);
      await mustCli(stack, "servers", "start", "files");
      await eventually(async () => assert.deepEqual(await consul.catalog(), all), 60_000);

      await setConfig(stack, { consul: undefined, consulToken: undefined });
      await mustPulumi(stack, "up");
      assert.deepEqual(await consul.catalog(), {}, "the orchestrator took all back when it was stopped");
    } finally {
      other.close();
      await consul.remove();
    }
  });

  it("consul: embedded is an agent inside, at which the fleet registers; nobody else there reaches it, and the host with its token", async function () {
    if (consulProgram() === undefined) this.skip();
    // Where no registry gives HashiCorp's image, one is made of the agent in the cache.
    const cache =
      process.env.DIND_MCP_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "dind-mcp");
    await must("bash", [join(ROOT, "toolchain/offline/consul/image.sh"), cache]);
    await setConfig(stack, { consul: "embedded", consulPort: await freePort() });
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
    const { address, token } = fleet.outputs.consul ?? assert.fail("no output consul");
    const ask = async (path: string, headers: Record<string, string> = { "x-consul-token": token }) =>
      await fetch(address + path, { headers });
    for (const server of ["mcp-orchestrator", "mcp-files"])
      await eventually(async () => {
        const found = (await (await ask(`/v1/health/service/${server}?passing`)).json()) as object[];
        assert.equal(found.length, 1, server);
      }, 60_000);
    assert.deepEqual(await (await ask("/v1/catalog/services", {})).json(), {}, "without the token");
    assert.equal((await ask("/v1/agent/self", {})).status, 403);
    const place = [{ host: CONSUL_ADDRESS, port: PORTS.consul }];
    assert.deepEqual(await reachFrom(fleet, "mcp-orchestrator", "node", place), ["open"]);
    assert.match((await reachFrom(fleet, "mcp-files", "node", place)).join(), /^E/);
    assert.equal((await cli(stack, "validate")).code, 0);
    const inspected = await docker(fleet, "inspect", "mcp-consul-agent");
    assert.ok(!inspected.includes(token));

    await docker(fleet, "kill", "mcp-consul-agent");
    await docker(fleet, "start", "mcp-consul-agent");
    await eventually(async () => {
      const found = (await (await ask("/v1/health/service/mcp-files?passing")).json()) as object[];
      assert.equal(found.length, 1, "it has forgotten all, and is told again");
    }, 60_000);

    await setConfig(stack, { consul: undefined, consulPort: undefined });
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
    assert.equal(fleet.outputs.consul, undefined);
    assert.match((await tryDocker(fleet, ["inspect", "mcp-consul-agent"])).stderr, /No such/);
  });

  it("with retainVolumes a destroy keeps volumes and data, and nothing else; the next up takes them up again", async () => {
    await setConfig(stack, { retainVolumes: true });
    await mustPulumi(stack, "up");
    await callTool(fleet, "files", "write_file", { path: "/workspace/kept.txt", content: "kept" });
    await mustPulumi(stack, "destroy");
    const { volume, ...others } = await leftovers(stack);
    assert.deepEqual(others, { container: [], network: [], image: [] });
    assert.equal(volume.length, 6);
    // From here on they go with the stack; and nothing is lent any more.
    await edit(manifest, (text) => text.replace(LENT, "").replace(SERVED, "/workspace]"));
    await setConfig(stack, { retainVolumes: false, folders: undefined });
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
    const { text } = await callTool(fleet, "files", "read_text_file", { path: "/workspace/kept.txt" });
    assert.equal(text, "kept");
    assert.match(await docker(fleet, "ps", "--format", "{{.Names}} {{.Status}}"), /mcp-files .*healthy/);
    assert.doesNotMatch(await must("docker", ["inspect", stack.engineName]), /dind-mcp-lent-/);
  });

  it("an external PostgreSQL takes the embedded one's place, through a relay, its DSN a secret", async () => {
    const password = "Cafe0ba5e1234567890";
    const secrets = join(stack.folder, "external");
    await mkdir(secrets);
    await writeFile(join(secrets, "reader-password"), password);
    await must("docker", ["build", "-q", "-t", external, join(ROOT, "images/postgres")]);
    const network = ["--network", stack.networkName];
    const volumes = [
      "-v",
      `${secrets}:/run/secrets:ro`,
      "--tmpfs",
      "/var/lib/postgresql/data:uid=10900,gid=10900,mode=0700",
    ];
    await must("docker", ["run", "-d", "--name", external, ...network, ...volumes, external]);
    await eventually(async () => void (await must("docker", ["exec", external, "healthcheck"])), 60_000);
    const format = `{{(index .NetworkSettings.Networks "${stack.networkName}").IPAddress}}`;
    const address = await must("docker", ["inspect", external, "-f", format]);

    await setConfig(stack, { servers: ["postgres"] });
    await setSecret(stack, "databaseDsn", `postgres://mcp_reader:${password}@${address}:5432/mcp?sslmode=disable`);
    await mustPulumi(stack, "up");
    const names = (await docker(fleet, "ps", "--format", "{{.Names}}")).split("\n").sort();
    assert.deepEqual(names, ["mcp-database-relay", "mcp-orchestrator", "mcp-postgres"]);
    const rows = await callTool(fleet, "postgres", "execute_sql", {
      sql: "SELECT inet_server_addr()::text AS address",
    });
    assert.ok(rows.text.includes(address), rows.text);

    const everywhere = [
      await docker(fleet, "inspect", "mcp-database-relay", "mcp-postgres"),
      await must("docker", ["inspect", stack.engineName]),
      await mustPulumi(stack, "stack", "export"),
    ];
    for (const text of everywhere) assert.ok(!text.includes(password));
  });
});
