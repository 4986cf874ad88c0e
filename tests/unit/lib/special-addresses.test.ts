import assert from "node:assert/strict";
import { contains } from "../../../lib/addresses";
import { NOT_PUBLIC } from "../../../lib/special-addresses";

const isSpecial = (address: string): boolean => NOT_PUBLIC.some((block) => contains(block, address));

describe("addresses that are not public", () => {
  for (const address of [
    ...["0.0.0.0", "10.213.0.1", "10.214.6.65", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.169.254"],
    ...["172.16.0.1", "172.17.0.1", "172.30.0.1", "172.31.255.255", "192.168.1.1", "224.0.0.1", "240.0.0.1"],
    ...["255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1"],
    ...["2002:a00:1::", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1"],
  ]) {
    it(`are told: ${address}`, () => assert.ok(isSpecial(address)));
  }

  for (const address of [
    ...["1.1.1.1", "9.255.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.2.1", "198.51.100.1"],
    ...["203.0.113.1", "::2", "::ffff:1.1.1.1", "2001:db8::1", "2606:4700::1111", "2a00::1"],
  ]) {
    it(`are not public ones, or what closed sites have: ${address}`, () => assert.ok(!isSpecial(address)));
  }
});
