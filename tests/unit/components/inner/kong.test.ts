import assert from "node:assert/strict";
import { Kong } from "../../../../components/inner/kong";
import { contains } from "../../../../lib/addresses";
import { DockerType } from "../../../../lib/docker-types";
import { CONSUL_ADDRESS, GATEWAY, GATEWAY_ADDRESS, KONG_ADDRESS } from "../../../../manifest/container/gateway";
import { Label, Role } from "../../../../manifest/container/labels";
import { assertHardened, assertReplacedWhenUnwell, mounts } from "../../../support/components/hardening";
import { record } from "../../../support/components/mocks";
import { LABELS, withProvider } from "../../../support/components/parts";
import { children, container, labelsOf } from "../../../support/components/queries";

const document = { _format_version: "3.0" as const, upstreams: [], services: [{ name: "one" }] };
const args = { document, network: "mcp-gateway", carrierImage: "sha256:carrier", keepImage: false, labels: LABELS };
const make = () => record(() => new Kong("kong", args, withProvider("inner")));

describe("Kong", () => {
  it("is an image, the volume that carries its configuration, and a container, all inside the engine", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:Kong kong"), [
      "dind-mcp:index:VolumeFiles kong-secret-files",
      `${DockerType.Container} kong`,
      `${DockerType.Image} kong-image`,
      `${DockerType.Volume} kong-secrets`,
    ]);
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    assert.deepEqual(new Set(docker.map(({ provider }) => provider)), new Set(["inner"]));
  });

  it("has the walls that servers have, and writes to memory alone", async () => {
    const kong = container((await make()).resources, "kong");
    assertHardened(kong, { uid: 10_905, memoryMiB: 512, cpus: "1.0", processes: 128 }, ["ports"]);
    assertReplacedWhenUnwell(kong);
    assert.deepEqual(mounts(kong), ["mcp-kong-gateway-secrets -> /run/secrets"]);
  });

  it("has an address of its own in the orchestrator's network, and the API's port alone", async () => {
    assert.ok(contains(GATEWAY.subnet, KONG_ADDRESS));
    assert.equal(new Set([KONG_ADDRESS, CONSUL_ADDRESS, GATEWAY_ADDRESS, GATEWAY.gateway]).size, 4);
    const { inputs } = container((await make()).resources, "kong");
    assert.deepEqual(inputs.networksAdvanced, [{ name: "mcp-gateway", ipv4Address: KONG_ADDRESS }]);
    assert.deepEqual(inputs.ports, [{ internal: 18_080, external: 18_080, ip: "0.0.0.0", protocol: "tcp" }]);
  });

  it("has no database, and neither an Admin API nor reports to Kong's maker", async () => {
    const envs = container((await make()).resources, "kong").inputs.envs as string[];
    const set = Object.fromEntries(envs.map((one) => one.split("=") as [string, string]));
    assert.equal(set.KONG_DATABASE, "off");
    for (const name of ["ADMIN_LISTEN", "ADMIN_GUI_LISTEN", "STATUS_LISTEN", "ANONYMOUS_REPORTS"])
      assert.equal(set[`KONG_${name}`], "off", name);
    assert.equal(set.KONG_PROXY_LISTEN, `${KONG_ADDRESS}:18080`);
  });

  it("gets its configuration as a file of its own user, secret; another one starts it anew", async () => {
    const { resources } = await make();
    const carrier = container(resources, "kong-secret-files");
    assert.deepEqual(carrier.inputs.uploads, [
      {
        ...{ file: "/files/kong.json", content: JSON.stringify(document) },
        ...{ permissions: "0400", owner: "10905", group: "10905" },
      },
    ]);
    assert.deepEqual(carrier.secrets, ["uploads.0.content"]);
    const kong = container(resources, "kong");
    assert.ok((kong.inputs.envs as string[]).includes("KONG_DECLARATIVE_CONFIG=/run/secrets/kong.json"));
    assert.deepEqual(labelsOf(kong), {
      ...LABELS,
      [Label.Role]: Role.Kong,
      [Label.SecretsRevision]: "<kong-secret-files id>".slice(0, 12),
    });
  });
});
