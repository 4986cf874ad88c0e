import { contains, parseBlock } from "../../lib/addresses";
import { LOOPBACK } from "../../lib/special-addresses";
import { containerPolicy } from "../define";
import { items, UNKNOWN } from "../known";
import { isOnHost } from "../resource";

interface Config {
  allowedAddresses: string[];
}

export const loopbackPorts = containerPolicy<Config>({
  id: "loopback-ports",
  title: "Ports of the machine are published on loopback, unless another address is allowed.",
  severity: "high",
  reason:
    "Docker's default is every address, and its rules stand in front of the machine's firewall: the port is open to the network.",
  fix: "set the port's `ip` to 127.0.0.1 (this program: bindAddress), or write the address into the policy's `allowedAddresses`",
  references: ["CIS Docker 5.14", "OWASP Docker rule 5a", "MCP transports: bind to localhost"],
  settings: {
    allowedAddresses: {
      schema: {
        type: "array",
        description: "More addresses, or blocks like 10.0.0.0/8, on which ports may be published.",
        items: { type: "string", pattern: "^[0-9a-fA-F.:]+(/[0-9]+)?$" },
      },
      default: [],
    },
  },
  check: ({ inputs, resource }, { allowedAddresses }) => {
    // In the engine a port goes no further than the engine's own ports do.
    if (!isOnHost(resource)) return [];
    const strange = allowedAddresses.filter((block) => !parseBlock(block));
    if (strange.length > 0) {
      throw new Error(
        `policy config: loopback-ports: allowedAddresses: got ${strange.join(", ")}, expected addresses, or blocks like 10.0.0.0/8`,
      );
    }
    const allowed = [...LOOPBACK, ...allowedAddresses];
    const open = items(inputs.ports).filter(
      ({ ip }) => ip !== UNKNOWN && !allowed.some((block) => contains(block, ip ?? "0.0.0.0")),
    );
    return [
      ...(inputs.publishAllPorts === true ? ["publishAllPorts is true"] : []),
      ...open.map(({ ip, external, internal }) => {
        const port = String(external ?? internal);
        return `port ${port} is published on ${String(ip ?? "0.0.0.0")}, expected a loopback address`;
      }),
    ];
  },
});
