import { overlap } from "../addresses";
import { stackPolicy } from "../define";
import { items, type Maybe, text } from "../known";
import { DockerType, dockerName, engineOf } from "../resource";

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
    return subnets.flatMap(({ resource, engine, subnet }, index) => {
      const first = subnets.slice(0, index).find((other) => {
        // Two engines inside the same host never meet.
        const meet = other.engine === engine || other.engine === "host" || engine === "host";
        return meet && overlap(other.subnet, subnet);
      });
      const problem = `has the subnet ${subnet}, which overlaps ${first?.subnet} of ${first && dockerName(first.resource)}`;
      return first ? [{ resource, problem }] : [];
    });
  },
});
