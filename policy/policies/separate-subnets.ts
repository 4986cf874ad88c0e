import { overlaps } from "../../lib/addresses";
import { DockerType } from "../../lib/docker-types";
import { clashes } from "../clashes";
import { stackPolicy } from "../define";
import { items, type Maybe, text } from "../known";
import { dockerName, engineOf } from "../resource";

const isHost = ({ engine }: { engine: string }): boolean => engine === "host";

export const separateSubnets = stackPolicy({
  id: "separate-subnets",
  title: "No two networks of an engine share addresses, and none inside an engine shares those of its host.",
  severity: "high",
  reason:
    "Docker refuses the second one; and inside an engine, a subnet of the host's hides what is behind it: replies go nowhere.",
  fix: "give one of them another subnet (this program: networkCidr)",
  references: ["OWASP Docker rule 5"],
  check: (resources) => {
    const subnets = resources
      .filter(({ type }) => type === DockerType.Network)
      .flatMap((resource) =>
        items(resource.inputs.ipamConfigs as Maybe<{ subnet?: Maybe<string> }[]>).flatMap(({ subnet }) => {
          const known = text(subnet);
          return known ? [{ resource, engine: engineOf(resource), subnet: known }] : [];
        }),
      );
    return clashes(
      subnets,
      // Two engines inside the same host never meet.
      (one, other) =>
        (one.engine === other.engine || isHost(one) || isHost(other)) && overlaps(other.subnet, one.subnet),
      ({ subnet }, other) =>
        `has the subnet ${subnet}, which overlaps ${other.subnet} of ${dockerName(other.resource)}`,
    );
  },
});
