import assert from "node:assert/strict";
import { BlockList } from "node:net";
import fc from "fast-check";
import { clientNetwork, contains, firstHost, hostAt, overlaps, parseBlock, parseCidr } from "../../../lib/addresses";

const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
const cidr = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([bytes, prefix]) => {
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const start = Math.floor(number / 2 ** (32 - prefix)) * 2 ** (32 - prefix);
  const text = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".");
  return { text: `${text}/${prefix}`, start, end: start + 2 ** (32 - prefix) };
});

describe("addresses", () => {
  it("are read as blocks", () => {
    assert.deepEqual(parseCidr("10.214.6.64/28"), { bits: 32, first: 181_798_464n, prefix: 28 });
    assert.deepEqual(parseCidr("0.0.0.0/0"), { bits: 32, first: 0n, prefix: 0 });
    assert.deepEqual(parseCidr("255.255.255.255/32"), { bits: 32, first: 4_294_967_295n, prefix: 32 });
    assert.deepEqual(parseBlock("10.0.0.1/8"), parseCidr("10.0.0.0/8"));
    assert.deepEqual(parseBlock("10.0.0.1"), parseCidr("10.0.0.1/32"));
    assert.deepEqual(parseBlock("1:2::3:4/64"), { bits: 128, first: (1n << 112n) | (2n << 96n), prefix: 64 });
    assert.deepEqual(parseBlock("::ffff:10.1.2.3/104"), parseCidr("10.0.0.0/8"));
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
    "::ffff:10.0.0.0/104",
    "fd00::/8",
  ]) {
    it(`are no IPv4 block in its one form: ${JSON.stringify(text)}`, () => assert.equal(parseCidr(text), undefined));
  }

  for (const text of ["", "10.0.0.0/33", "10.0.0.0/", "010.0.0.0", "fd00::/129", "fe80::1%eth0", "1::2::3", "x/8"]) {
    it(`are no block at all: ${JSON.stringify(text)}`, () => assert.equal(parseBlock(text), undefined));
  }

  it("lie inside a block or not", () => {
    assert.ok(contains("10.0.0.0/8", "10.255.255.255"));
    assert.ok(contains("10.0.0.0/8", "10.1.0.0/16"));
    assert.ok(contains("0.0.0.0/0", "255.0.0.0/8"));
    assert.ok(!contains("10.1.0.0/16", "10.0.0.0/8"));
    assert.ok(!contains("10.0.0.0/8", "11.0.0.0"));
    assert.ok(!contains("10.0.0.0/8", "nonsense"));
    assert.ok(contains("fd00::/8", "fdff::1"));
    assert.ok(contains("127.0.0.0/8", "::ffff:127.0.0.1"));
    assert.ok(!contains("::/0", "10.0.0.1"));
  });

  it("overlap, whichever way round", () =>
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        const shared = a.start < b.end && b.start < a.end;
        assert.equal(overlaps(a.text, b.text), shared);
        assert.equal(overlaps(b.text, a.text), shared);
      }),
      { numRuns: 2_000 },
    ));

  it("of IPv6 lie where Node's own list says", () =>
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), fc.integer({ min: 1, max: 128 }), (one, other, prefix) => {
        // Node takes no block that an IPv4 address is in.
        fc.pre(parseBlock(one)?.bits === 128 && parseBlock(other)?.bits === 128);
        const list = new BlockList();
        list.addSubnet(other, prefix, "ipv6");
        assert.equal(contains(`${other}/${prefix}`, one), list.check(one, "ipv6"));
        assert.ok(contains(`${one}/${prefix}`, one));
      }),
      { numRuns: 2_000 },
    ));

  it("of a block are counted from its first", () => {
    assert.equal(firstHost("172.30.0.0/16"), "172.30.0.1");
    assert.equal(hostAt("10.214.6.64/28", 15), "10.214.6.79");
    assert.throws(
      () => hostAt("10.214.6.64/28", 16),
      new RangeError("got address 16 of 10.214.6.64/28, expected 0 to 15"),
    );
    assert.throws(() => firstHost("x"), new RangeError('got "x", expected an IPv4 block like 10.0.0.0/24'));
  });

  it("are one client's by IPv4 address, or by the /64 of an IPv6 one", () => {
    assert.equal(clientNetwork("::ffff:10.0.0.1"), clientNetwork("10.0.0.1"));
    assert.notEqual(clientNetwork("10.0.0.1"), clientNetwork("10.0.0.2"));
    for (const same of ["2001:db8::2", "2001:db8:0:0:ffff::", "2001:DB8::1%eth0"]) {
      assert.equal(clientNetwork(same), clientNetwork("2001:db8::1"), same);
    }
    assert.notEqual(clientNetwork("2001:db8:0:1::1"), clientNetwork("2001:db8::1"));
    assert.equal(clientNetwork("unknown"), "unknown");
  });
});
