import { containersOf } from "../container";
import { stackPolicy } from "../define";
import { items } from "../known";
import { dockerName, engineOf } from "../resource";

const EVERY = ["", "0.0.0.0", "::"];

/** True when two addresses, or the one that stands for all of its kind, are the same; none given is every one of both kinds. */
function meet(a: string, b: string): boolean {
  if (a === b || a === "" || b === "") return true;
  return (EVERY.includes(a) || EVERY.includes(b)) && a.includes(":") === b.includes(":");
}

export const uniquePorts = stackPolicy({
  id: "unique-ports",
  title: "No two containers publish the same port of an engine's machine.",
  severity: "medium",
  reason: "The second one fails to start in the middle of the update, when half of the stack is made.",
  fix: "publish one of them on another port",
  references: ["Docker: published ports"],
  check: (resources) => {
    const ports = containersOf(resources).flatMap(({ resource, inputs }) =>
      items(inputs.ports).flatMap(({ external, ip, protocol }) =>
        typeof external === "number" && typeof ip !== "symbol"
          ? [{ resource, engine: engineOf(resource), external, ip: ip ?? "", protocol: String(protocol ?? "tcp") }]
          : [],
      ),
    );
    return ports.flatMap((port, index) => {
      const first = ports
        .slice(0, index)
        .find(
          (other) =>
            other.engine === port.engine &&
            other.external === port.external &&
            other.protocol === port.protocol &&
            meet(other.ip, port.ip),
        );
      const problem = `publishes port ${port.external}/${port.protocol}, as ${first && dockerName(first.resource)} does`;
      return first ? [{ resource: port.resource, problem }] : [];
    });
  },
});
