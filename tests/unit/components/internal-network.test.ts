import assert from "node:assert/strict";
import { InternalNetwork, type InternalNetworkArgs } from "../../../components/internal-network";
import { DockerType } from "../../../lib/docker-types";
import { record, reveal } from "../../support/components/mocks";
import { LABEL_LIST, LABELS, withProvider } from "../../support/components/parts";
import { children, only } from "../../support/components/queries";

const args = { networkName: "inside", cidr: "172.30.0.0/16", gateway: "172.30.0.1", labels: LABELS };
const make = (more: Partial<InternalNetworkArgs> = {}) =>
  record(() => new InternalNetwork("network", { ...args, ...more }, withProvider("host")));

describe("InternalNetwork", () => {
  it("is one bridge network, made by the host provider, its gateway stated", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:InternalNetwork network"), [`${DockerType.Network} network`]);
    const network = only(resources, `${DockerType.Network} network`);
    assert.equal(network.provider, "host");
    assert.deepEqual(network.inputs, {
      name: "inside",
      driver: "bridge",
      ipamConfigs: [{ subnet: "172.30.0.0/16", gateway: "172.30.0.1" }],
      labels: LABEL_LIST,
    });
  });

  it("has the MTU that it is given, as Docker's bridge driver calls it", async () => {
    const { resources } = await make({ mtu: 1400, mtuFound: true });
    const { options } = only(resources, `${DockerType.Network} network`).inputs;
    assert.deepEqual(options, { "com.docker.network.driver.mtu": "1400" });
  });

  it("tells its name and subnet", async () => {
    const { result } = await make();
    assert.deepEqual(await reveal(result.networkName), { value: "inside", secret: false });
    assert.deepEqual(await reveal(result.cidr), { value: "172.30.0.0/16", secret: false });
  });
});
