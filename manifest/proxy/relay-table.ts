import { relayedHosts } from "../egress-hosts";
import type { EgressRule } from "./egress-lines";

/** What the relay of one server's network is for. */
export interface RelayedServer {
  /** The proxy's address in that network. */
  address: string;
  egress: string[];
}

/** The relay's table (images/egress/relay-by-name): a line "ADDRESS PORT HOST" for each port of each host; "" for none. */
export function relayTable(servers: RelayedServer[]): string {
  return servers
    .flatMap(({ address, egress }) =>
      relayedHosts(egress).flatMap(({ host, ports }) => ports.map((port) => `${address} ${port} ${host}`)),
    )
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
