import assert from "node:assert/strict";
import { Consul } from "../../../../components/inner/consul";
import { contains } from "../../../../lib/addresses";
import { DockerType } from "../../../../lib/docker-types";
import { CONSUL_ADDRESS, GATEWAY, GATEWAY_ADDRESS } from "../../../../manifest/container/gateway";
import { Label, Role } from "../../../../manifest/container/labels";
import { assertHardened, assertReplacedWhenUnwell, mounts } from "../../../support/components/hardening";
import { record, reveal } from "../../../support/components/mocks";
import { LABELS, withProvider } from "../../../support/components/parts";
import { children, container, labelsOf, visible } from "../../../support/components/queries";

const args = { network: "mcp-gateway", carrierImage: "sha256:carrier", keepImage: false, labels: LABELS };
const make = () => record(() => new Consul("consul", args, withProvider("inner")));

describe("Consul", () => {
  it("is an image, a token and the volume that carries it, and a container, all inside the engine", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:Consul consul"), [
      "dind-mcp:index:VolumeFiles consul-secret-files",
      `${DockerType.Container} consul`,
      `${DockerType.Image} consul-image`,
      `${DockerType.Volume} consul-secrets`,
      "random:index/randomPassword:RandomPassword consul-token",
    ]);
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    assert.deepEqual(new Set(docker.map(({ provider }) => provider)), new Set(["inner"]));
  });

  it("has the walls that servers have, and writes to memory alone", async () => {
    const consul = container((await make()).resources, "consul");
    assertHardened(consul, { uid: 10_904, memoryMiB: 256, cpus: "0.5", processes: 128 }, ["ports"]);
    assertReplacedWhenUnwell(consul);
    assert.deepEqual(mounts(consul), ["mcp-consul-agent-secrets -> /run/secrets"]);
    assert.deepEqual(Object.keys(consul.inputs.tmpfs as object), ["/consul/data", "/tmp"]);
  });

  it("has an address of its own in the orchestrator's network, and its API's port alone", async () => {
    assert.ok(contains(GATEWAY.subnet, CONSUL_ADDRESS) && CONSUL_ADDRESS !== GATEWAY_ADDRESS);
    const { inputs } = container((await make()).resources, "consul");
    assert.deepEqual(inputs.networksAdvanced, [{ name: "mcp-gateway", ipv4Address: CONSUL_ADDRESS }]);
    assert.deepEqual(inputs.ports, [{ internal: 8500, external: 8500, ip: "0.0.0.0", protocol: "tcp" }]);
  });

  it("gets a token as a UUID, in files of its own user, and nothing of it elsewhere", async () => {
    const { result, resources } = await make();
    const { value: token, secret } = await reveal(result.token);
    assert.match(String(token), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(secret, true);
    const carrier = container(resources, "consul-secret-files");
    const uploads = carrier.inputs.uploads as { file: string; content: string; owner: string; permissions: string }[];
    assert.deepEqual(
      uploads.map(({ file, owner, permissions }) => [file, owner, permissions]),
      [
        ["/files/agent.json", "10904", "0400"],
        ["/files/token", "10904", "0400"],
      ],
    );
    const { acl } = JSON.parse(uploads[0]?.content ?? "");
    assert.deepEqual([acl.enabled, acl.default_policy, acl.tokens.initial_management], [true, "deny", token]);
    assert.deepEqual(carrier.secrets, ["uploads.0.content", "uploads.1.content"]);
    assert.ok(!visible(resources).includes(String(token)));
  });

  it("starts anew when the token changes: its label holds the carrier's revision", async () => {
    assert.deepEqual(labelsOf(container((await make()).resources, "consul")), {
      ...LABELS,
      [Label.Role]: Role.Consul,
      [Label.SecretsRevision]: "<consul-secret-files id>".slice(0, 12),
    });
  });
});
