import assert from "node:assert/strict";
import { DatabaseRelay, relayDsn } from "../../../../components/inner/database-relay";
import { DockerType } from "../../../../lib/docker-types";
import { Label, Role } from "../../../../manifest/container/labels";
import { assertHardened, assertReplacedWhenUnwell } from "../../../support/components/hardening";
import { record, reveal } from "../../../support/components/mocks";
import { LABELS, withProvider } from "../../../support/components/parts";
import { children, container, labelsOf, only } from "../../../support/components/queries";

const args = {
  dsn: "postgres://reader:hunter2@db.example:6432/sales?sslmode=require",
  networks: ["mcp-a", "mcp-b"],
  outboundNetwork: "mcp-outbound",
  outboundAddress: "10.214.0.35",
  keepImage: true,
  labels: LABELS,
};
const make = () => record(() => new DatabaseRelay("database-relay", args, withProvider("inner")));

describe("DatabaseRelay", () => {
  it("is an image and a container, inside the engine", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:DatabaseRelay database-relay"), [
      `${DockerType.Container} database-relay`,
      `${DockerType.Image} database-relay-image`,
    ]);
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    assert.deepEqual(new Set(docker.map(({ provider }) => provider)), new Set(["inner"]));
    assert.equal(only(resources, "database-relay-image").inputs.keepLocally, true);
  });

  it("has the walls that servers have, and no volume", async () => {
    const relay = container((await make()).resources, "database-relay");
    assertHardened(relay, { uid: 10_903, memoryMiB: 64, cpus: "0.5", processes: 128 });
    assertReplacedWhenUnwell(relay);
    assert.equal(relay.inputs.volumes, undefined);
    assert.deepEqual(labelsOf(relay), { ...LABELS, [Label.Role]: Role.DatabaseRelay });
  });

  it("passes on one port to one host, from its fixed address", async () => {
    const { inputs } = container((await make()).resources, "database-relay");
    assert.deepEqual(inputs.command, ["relay", "5432", "db.example", "6432"]);
    assert.equal(inputs.networkMode, "bridge");
    assert.deepEqual(inputs.networksAdvanced, [
      { name: "mcp-outbound", ipv4Address: "10.214.0.35" },
      { name: "mcp-a", aliases: ["database"] },
      { name: "mcp-b", aliases: ["database"] },
    ]);
  });

  it("tells servers the address of the relay, secret, and shows user and password nowhere", async () => {
    const { result, resources } = await make();
    assert.deepEqual(await reveal(result.readerDsn), {
      value: "postgres://reader:hunter2@database:5432/sales?sslmode=require",
      secret: true,
    });
    assert.doesNotMatch(JSON.stringify(resources), /hunter2|reader:/);
  });
});

describe("a DSN through the relay", () => {
  it("keeps user, password, database and options", () => {
    assert.deepEqual(relayDsn("postgresql://u%40x:p%2Fw%3A@10.0.0.5:5433/d?application_name=a"), {
      target: { host: "10.0.0.5", port: 5433 },
      relayed: "postgresql://u%40x:p%2Fw%3A@database:5432/d?application_name=a",
    });
  });

  it("has PostgreSQL's port where none is given", () => {
    assert.deepEqual(relayDsn("postgres://u@db.example/d"), {
      target: { host: "db.example", port: 5432 },
      relayed: "postgres://u@database:5432/d",
    });
  });

  it("keeps the brackets of an IPv6 address: socat needs them", () => {
    assert.deepEqual(relayDsn("postgres://[2001:db8::5]:5433/d").target, { host: "[2001:db8::5]", port: 5433 });
  });
});
