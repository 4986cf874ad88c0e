import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type TLSSocket, connect as tlsConnect } from "node:tls";
import { addresses } from "../../support/attacks/addresses";
import { reachFrom } from "../../support/attacks/probe";
import { eventually } from "../../support/eventually";
import { must, run } from "../../support/fleet/command";
import { callTool, docker, enter, type Fleet } from "../../support/fleet/fleet";
import {
  createStack,
  leftovers,
  mustPulumi,
  ROOT,
  removeStack,
  setConfig,
  setSecret,
  type TestStack,
} from "../../support/fleet/stack";

/** A connection to the engine's API. */
function connected({ stack, outputs }: Fleet): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { ca, clientCert: cert, clientKey: key } = outputs.tls;
    const socket = tlsConnect({ host: "127.0.0.1", port: stack.port, ca, cert, key }, () => resolve(socket));
    socket.on("error", reject);
  });
}

/** Serial number of the certificate that the engine serves. */
async function servedSerial(fleet: Fleet): Promise<string> {
  const socket = await connected(fleet);
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return new X509Certificate(raw).serialNumber;
}

describe("changes to a running stack", function () {
  this.timeout(900_000);
  let stack: TestStack;
  let fleet: Fleet;
  let external: string;

  before(async () => {
    stack = await createStack("changes", { servers: ["files"] });
    external = `${stack.engineName}-external`;
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
  });

  after(async () => {
    await run("docker", ["rm", "-f", "-v", external]);
    await run("docker", ["image", "rm", "-f", external]);
    await removeStack(stack);
  });

  it("a renewed certificate is served once the up is through; engine and servers go on untouched", async () => {
    const startedAt = () => docker(fleet, "inspect", "mcp-files", "-f", "{{.State.StartedAt}} {{.State.Pid}}");
    const before = {
      serial: await servedSerial(fleet),
      server: await startedAt(),
      engine: fleet.outputs.engine.containerId,
    };
    const urn = `urn:pulumi:${stack.name}::dind-mcp::dind-mcp:index:TlsCertificates$tls:index/privateKey:PrivateKey::tls-server-key`;
    const client = await connected(fleet);
    await mustPulumi(stack, "up", "--replace", urn);
    await sleep(6_000); // the engine looks every two seconds
    assert.equal(await servedSerial(fleet), before.serial, "dockerd does not restart while somebody is connected");
    client.destroy();
    await eventually(async () => assert.notEqual(await servedSerial(fleet), before.serial), 60_000);
    await eventually(async () => assert.equal(await startedAt(), before.server), 15_000);
    assert.equal((await enter(stack)).outputs.engine.containerId, before.engine);
  });

  it("another subnet: the engine moves, its servers and their data come along", async () => {
    await callTool(fleet, "files", "write_file", { path: "/workspace/moved.txt", content: "came along" });
    const subnet = stack.networkCidr.replace("172.28.", "172.29.");
    await setConfig(stack, { networkCidr: subnet });
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
    assert.equal(fleet.outputs.network.cidr, subnet);
    await eventually(async () => {
      const { text } = await callTool(fleet, "files", "read_text_file", { path: "/workspace/moved.txt" });
      assert.equal(text, "came along");
    }, 60_000);
    await mustPulumi(stack, "up", "--expect-no-changes");
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

  it("with retainVolumes a destroy keeps volumes and data, and nothing else; the next up takes them up again", async () => {
    await setConfig(stack, { retainVolumes: true });
    await mustPulumi(stack, "up");
    await callTool(fleet, "files", "write_file", { path: "/workspace/kept.txt", content: "kept" });
    await mustPulumi(stack, "destroy");
    const { volume, ...others } = await leftovers(stack);
    assert.deepEqual(others, { container: [], network: [], image: [] });
    assert.equal(volume.length, 6);
    await setConfig(stack, { retainVolumes: false }); // from here on they go with the stack
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
    const { text } = await callTool(fleet, "files", "read_text_file", { path: "/workspace/kept.txt" });
    assert.equal(text, "kept");
    assert.match(await docker(fleet, "ps", "--format", "{{.Names}} {{.Status}}"), /mcp-files .*healthy/);
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
