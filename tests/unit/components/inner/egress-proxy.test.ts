import assert from "node:assert/strict";
import { EgressProxy } from "../../../../components/inner/egress-proxy";
import { DockerType } from "../../../../lib/docker-types";
import { Label, Role } from "../../../../manifest/container/labels";
import { assertHardened, assertReplacedWhenUnwell, mounts } from "../../../support/components/hardening";
import { record } from "../../../support/components/mocks";
import { LABELS, withProvider } from "../../../support/components/parts";
import { children, container, labelsOf, only, visible } from "../../../support/components/queries";

const args = {
  servers: [
    {
      ...{ server: "a", subnet: "10.214.6.64/28", egress: ["example.com:443"], privateHosts: [] },
      ...{ network: "mcp-a", address: "10.214.6.78" },
    },
  ],
  outboundNetwork: "mcp-outbound",
  outboundAddress: "10.214.0.34",
  engineNetwork: "172.30.0.0/16",
  ...{ keyFiles: {} as Record<string, string>, carrierImage: "carrier" },
  keepImage: false,
  labels: LABELS,
};
const make = (more: Partial<typeof args> = {}) =>
  record(() => new EgressProxy("egress", { ...args, ...more }, withProvider("inner")));

describe("EgressProxy", () => {
  it("is an image and a container, inside the engine", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:EgressProxy egress"), [
      `${DockerType.Container} egress`,
      `${DockerType.Image} egress-image`,
    ]);
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    assert.deepEqual(new Set(docker.map(({ provider }) => provider)), new Set(["inner"]));
    assert.equal(only(resources, "egress-image").inputs.keepLocally, false);
  });

  it("has the walls that servers have, and no volume", async () => {
    const proxy = container((await make()).resources, "egress");
    assertHardened(proxy, { uid: 10_902, memoryMiB: 128, cpus: "0.5", processes: 64 });
    assertReplacedWhenUnwell(proxy);
    assert.equal(proxy.inputs.volumes, undefined);
    assert.deepEqual(labelsOf(proxy), { ...LABELS, [Label.Role]: Role.Egress });
  });

  it("lets its servers out by their lists, from its fixed address", async () => {
    const { inputs } = container((await make()).resources, "egress");
    const [conf = "", ...others] = inputs.envs as string[];
    assert.deepEqual(others, []);
    assert.match(conf, /^SQUID_CONF=/);
    const lines = conf.split("\n");
    for (const line of [
      "tcp_outgoing_address 10.214.0.34",
      "acl from_a src 10.214.6.64/28",
      "acl a_1_host dstdomain -n example.com",
      "http_access deny all",
    ])
      assert.ok(lines.includes(line), line);
  });

  it("has a relay for hosts with other ports than those of the web", async () => {
    const [server] = args.servers;
    const servers = [{ ...server, egress: ["example.com:443", "mail.example.com:587"] }] as typeof args.servers;
    const { inputs } = container((await make({ servers })).resources, "egress");
    assert.equal((inputs.envs as string[])[1], "RELAYED=10.214.6.78 587 mail.example.com");
  });

  it("has a relay for connections that name their host, when a server asks for it", async () => {
    const [server] = args.servers;
    const more = { transparentEgress: true }; // which the others leave out
    const servers = [{ ...server, ...more }] as typeof args.servers;
    const { inputs } = container((await make({ servers })).resources, "egress");
    assert.equal((inputs.envs as string[])[1], "RELAYED=10.214.6.78 443 *\n10.214.6.78 80 *");
  });

  it("is in the way out and in the networks of its servers, where it is called egress", async () => {
    const { inputs } = container((await make()).resources, "egress");
    assert.equal(inputs.networkMode, "bridge");
    assert.deepEqual(inputs.networksAdvanced, [
      { name: "mcp-outbound", ipv4Address: "10.214.0.34" },
      { name: "mcp-a", aliases: ["egress"], ipv4Address: "10.214.6.78" },
    ]);
  });

  it("has keys on a volume of its own, and leaves its authority's certificate on another", async () => {
    const [server] = args.servers;
    const keys = [{ secret: "k", host: "example.com:443", header: "X-Key", value: "{}" }];
    const servers = [Object.assign({}, server, { keys })] as typeof args.servers;
    const { resources } = await make({ servers, keyFiles: { "headers.conf": "the-key-itself" } });
    const proxy = container(resources, "egress");
    assert.deepEqual(mounts(proxy), ["mcp-egress-secrets -> /run/egress-keys", "mcp-egress-ca -> /run/egress-ca rw"]);
    assertHardened(proxy, { uid: 10_902, memoryMiB: 256, cpus: "0.5", processes: 64 });
    assert.ok((proxy.inputs.envs as string[]).includes("KEY_HOSTS=example.com"));
    assert.ok(labelsOf(proxy)[Label.SecretsRevision]);
    const [authority, headers] = container(resources, "egress-keys-secret-files").inputs.uploads as Record<
      string,
      string
    >[];
    assert.deepEqual([authority?.file, headers?.file], ["/files/ca.key", "/files/headers.conf"]);
    assert.deepEqual([headers?.owner, headers?.permissions], ["10902", "0400"]);
    assert.ok(!visible(resources).includes("the-key-itself"));
  });
});
