import { BlockList, isIP } from "node:net";
import { containerPolicy } from "../define";
import { items, UNKNOWN } from "../known";
import { isOnHost } from "../resource";

interface Config {
  allowedAddresses: string[];
}

/** True for an address of this machine alone, or one of those allowed: addresses and blocks. */
export function isAllowed(address: string, allowed: string[]): boolean {
  if (isIP(address) === 0) return false;
  const list = new BlockList();
  for (const block of ["127.0.0.0/8", "::1", ...allowed]) {
    const [base = "", prefix] = block.split("/");
    const family = isIP(base) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(prefix), family);
  }
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

export const loopbackPorts = containerPolicy<Config>({
  id: "loopback-ports",
  title: "Ports of the machine are published on loopback, unless another address is allowed.",
  severity: "high",
  reason:
    "Docker's default is every address, and its rules stand in front of the machine's firewall: the port is open to the network.",
  fix: "set the port's `ip` to 127.0.0.1 (this program: bindAddress), or write the address into the policy's `allowedAddresses`",
  references: ["CIS Docker 5.14", "OWASP Docker rule 5a", "MCP: DNS rebinding, bind to localhost"],
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
    const open = items(inputs.ports).filter(
      ({ ip }) => ip !== UNKNOWN && !isAllowed(ip ?? "0.0.0.0", allowedAddresses),
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
