import assert from "node:assert/strict";
import { contains } from "../../../../lib/addresses";
import { INNER_SUBNETS, serverSubnet } from "../../../../manifest/container/subnets";

describe("subnets", () => {
  it("give each user a block of its own", () => {
    assert.deepEqual(serverSubnet(11_000), { subnet: "10.214.6.64/28", gateway: "10.214.6.65" });
    assert.deepEqual(serverSubnet(10_902), { subnet: "10.214.0.32/28", gateway: "10.214.0.33" });
    assert.deepEqual(serverSubnet(14_995), { subnet: "10.214.255.240/28", gateway: "10.214.255.241" });
    assert.throws(() => serverSubnet(14_996), RangeError);
    assert.throws(() => serverSubnet(10_899), RangeError);
    const all = Array.from({ length: 3_996 }, (_, index) => serverSubnet(11_000 + index).subnet);
    assert.equal(new Set(all).size, all.length);
    assert.ok(all.every((subnet) => contains(INNER_SUBNETS.servers, subnet)));
  });
});
