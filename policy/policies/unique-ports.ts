import { clashes } from "../clashes";
import { containersOf } from "../container";
import { stackPolicy } from "../define";
import { items } from "../known";
import { dockerName, engineOf } from "../resource";

const EVERY = ["", "0.0.0.0", "::"];

/**
 * True when two addresses clash: they are equal, or one stands for all of its kind. No address stands for all of both
 * kinds.
 */
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
    return clashes(
      ports,
      (one, other) =>
        other.engine === one.engine &&
        other.external === one.external &&
        other.protocol === one.protocol &&
        meet(other.ip, one.ip),
      ({ external, protocol }, other) =>
        `publishes port ${external}/${protocol}, as ${dockerName(other.resource)} does`,
    );
  },
});
