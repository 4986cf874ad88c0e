import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, firstHost, hostAt, overlaps, parseCidr, serverSubnet, subnetAt } from "../../../lib/subnets";

const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
const cidr = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([bytes, prefix]) => {
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const start = Math.floor(number / 2 ** (32 - prefix)) * 2 ** (32 - prefix);
  const text = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".");
  return { text: `${text}/${prefix}`, start, end: start + 2 ** (32 - prefix) };
});

describe("subnets", () => {
  it("reads a block", () => {
    assert.deepEqual(parseCidr("10.214.6.64/28"), { address: 181_798_464, prefix: 28 });
    assert.deepEqual(parseCidr("0.0.0.0/0"), { address: 0, prefix: 0 });
    assert.deepEqual(parseCidr("255.255.255.255/32"), { address: 4_294_967_295, prefix: 32 });
  });

  for (const text of [
    "",
    "10.0.0.0",
    "10.0.0/8",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "010.0.0.0/8",
    "256.0.0.0/8",
    "10.0.0.1/8",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseCidr(text), undefined));
  }

  it("knows what lies inside what", () => {
    assert.ok(contains("10.0.0.0/8", "10.255.255.255"));
    assert.ok(contains("10.0.0.0/8", "10.1.0.0/16"));
    assert.ok(contains("0.0.0.0/0", "255.0.0.0/8"));
    assert.ok(!contains("10.1.0.0/16", "10.0.0.0/8"));
    assert.ok(!contains("10.0.0.0/8", "11.0.0.0"));
    assert.ok(!contains("10.0.0.0/8", "nonsense"));
  });

  it("finds every overlap, whichever way round", () =>
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        const shared = a.start < b.end && b.start < a.end;
        assert.equal(overlaps(a.text, b.text), shared);
        assert.equal(overlaps(b.text, a.text), shared);
      }),
      { numRuns: 2_000 },
    ));

  it("gives the addresses of a block", () => {
    assert.equal(firstHost("172.30.0.0/16"), "172.30.0.1");
    assert.equal(hostAt("10.214.6.64/28", 15), "10.214.6.79");
    assert.throws(
      () => hostAt("10.214.6.64/28", 16),
      new RangeError("got address 16 of 10.214.6.64/28, expected 0 to 15"),
    );
    assert.throws(() => firstHost("x"), new RangeError('got "x", expected an IPv4 block like 10.0.0.0/24'));
  });

  it("gives each user a block of its own in the pool", () => {
    assert.deepEqual(serverSubnet(11_000), { subnet: "10.214.6.64/28", gateway: "10.214.6.65" });
    assert.deepEqual(serverSubnet(10_902), { subnet: "10.214.0.32/28", gateway: "10.214.0.33" });
    assert.deepEqual(serverSubnet(14_995), { subnet: "10.214.255.240/28", gateway: "10.214.255.241" });
    assert.deepEqual(subnetAt(3), { subnet: "10.214.0.48/28", gateway: "10.214.0.49" });
    assert.throws(() => serverSubnet(14_996), RangeError);
    assert.throws(() => serverSubnet(10_899), RangeError);
    const all = Array.from({ length: 3_996 }, (_, index) => serverSubnet(11_000 + index).subnet);
    assert.equal(new Set(all).size, all.length);
    assert.ok(all.every((subnet) => contains("10.214.0.0/16", subnet)));
  });
});
