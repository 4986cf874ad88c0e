import { type Relayed, relayedHosts, transparentPorts } from "../egress-hosts";
import type { EgressRule } from "./egress-lines";

/** What the relay of one server's network is for. */
export interface RelayedServer extends Relayed {
  /** The proxy's address in that network. */
  address: string;
}

/**
 * The relay's table (images/egress/relay-by-name): a line "ADDRESS PORT HOST" for each port of each host, "ADDRESS PORT *"
 * for a port on which connections name their host; "" for none.
 */
export function relayTable(servers: RelayedServer[]): string {
  return servers
    .flatMap(({ address, ...relayed }) => {
      const named = transparentPorts(relayed);
      const hosts = relayedHosts(relayed).flatMap(({ host, ports }) =>
        ports.filter((port) => !named.includes(port)).map((port) => `${address} ${port} ${host}`),
      );
      return [...named.map((port) => `${address} ${port} *`), ...hosts];
    })
    .sort()
    .join("\n");
}

/** What the relay passes nothing on for: a line for each address. */
export function unrelayed(servers: Pick<EgressRule, "without">[]): string {
  return servers
    .flatMap(({ without = [] }) => without)
    .sort()
    .join("\n");
}
