import { DockerType } from "../../../../lib/docker-types";
import { type Given, INNER, LATER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const network = (subnet: string | symbol, host?: string): Given => ({
  type: DockerType.Network,
  name: `net-${String(subnet)}`,
  props: { ipamConfigs: [{ subnet }] },
  ...(host ? { host } : {}),
});
const both = (what: string, first: Given, second: Given, says = /overlaps/) => ({ what, given: [first, second], says });

testPolicy("separate-subnets", {
  passes: [
    { what: "two subnets", given: [network("10.1.0.0/24"), network("10.1.1.0/24")] },
    {
      what: "one in each of two engines",
      given: [network("10.1.0.0/24", INNER), network("10.1.0.0/24", "tcp://b:1")],
    },
    { what: "not known yet", given: [network("10.1.0.0/24"), network(LATER)] },
    { what: "two of IPv6", given: [network("fd00::/64"), network("fd00:0:0:1::/64")] },
  ],
  fails: [
    {
      what: "one in another",
      given: [network("10.1.0.0/16"), network("10.1.7.0/24")],
      says: /^net-10\.1\.7\.0\/24: has the subnet 10\.1\.7\.0\/24, which overlaps 10\.1\.0\.0\/16 of net-/,
    },
    { what: "inside as outside", given: [network("10.1.0.0/24"), network("10.1.0.0/24", INNER)], says: /overlaps/ },
    both("IPv6", network("fd00::/48"), network("fd00:0:0:1::/64")),
    both("written with an address of it", network("10.1.0.1/24"), network("10.1.0.0/24")),
  ],
});
