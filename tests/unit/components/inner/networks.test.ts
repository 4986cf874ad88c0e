import assert from "node:assert/strict";
import { InnerNetworks } from "../../../../components/inner/networks";
import { DockerType } from "../../../../lib/docker-types";
import { record, reveal } from "../../../support/components/mocks";
import { LABEL_LIST, LABELS, withProvider } from "../../../support/components/parts";
import { children, only } from "../../../support/components/queries";

const networks = [
  { name: "way-out", subnet: "10.214.0.32/28", gateway: "10.214.0.33", internal: false },
  { name: "closed", subnet: "10.214.6.64/28", gateway: "10.214.6.65", internal: true },
];
const make = () => record(() => new InnerNetworks("networks", { networks, labels: LABELS }, withProvider("inner")));

describe("InnerNetworks", () => {
  it("is one bridge a network, named by its own name, made inside, the old one going before the new one", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:InnerNetworks networks"), [
      `${DockerType.Network} networks-closed`,
      `${DockerType.Network} networks-way-out`,
    ]);
    for (const { name, subnet, gateway, internal } of networks) {
      const network = only(resources, `networks-${name}`);
      const ipamConfigs = [{ subnet, gateway }];
      assert.deepEqual(network.inputs, { name, driver: "bridge", internal, ipamConfigs, labels: LABEL_LIST });
      assert.deepEqual([network.provider, network.deleteBeforeReplace], ["inner", true]);
    }
  });

  it("gives a network's name, and refuses one that was not declared", async () => {
    const { result } = await make();
    assert.deepEqual(await reveal(result.named("closed")), { value: "closed", secret: false });
    assert.throws(() => result.named("other"), /^Error: network other was not declared; there are way-out, closed$/);
  });
});
