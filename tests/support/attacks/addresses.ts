import { must } from "../fleet/command";
import { docker, type Fleet } from "../fleet/fleet";

/** Where things are, as Docker says. */
export interface Addresses {
  /** The engine's address in the network of a server, or in `outbound`. */
  gateway(network: string): string;
  /** The engine's address on its default bridge. */
  bridge: string;
  /** The engine's address in its outer network, and the host's there. */
  engine: string;
  hostGateway: string;
  /** A container's address, in its only network or the given one. */
  container(name: string, network?: string): string;
}

interface Network {
  Name: string;
  IPAM: { Config: { Gateway?: string }[] | null };
}

interface Container {
  Name: string;
  NetworkSettings: { Networks: Record<string, { IPAddress: string; Gateway: string }> };
}

function found(what: string, value: string | undefined): string {
  if (!value) throw new Error(`no address of ${what}`);
  return value;
}

export async function addresses(fleet: Fleet): Promise<Addresses> {
  const ids = (await docker(fleet, "network", "ls", "-q")).split("\n");
  const networks = JSON.parse(await docker(fleet, "network", "inspect", ...ids)) as Network[];
  const running = (await docker(fleet, "ps", "-q")).split("\n");
  const containers = JSON.parse(await docker(fleet, "inspect", ...running)) as Container[];
  const [outer] = JSON.parse(await must("docker", ["inspect", fleet.stack.engineName])) as Container[];
  const mine = outer?.NetworkSettings.Networks[fleet.stack.networkName];
  const gateway = (name: string) => networks.find(({ Name }) => Name === name)?.IPAM.Config?.[0]?.Gateway;
  const container = (name: string, network?: string) => {
    const of = containers.find(({ Name }) => Name === `/mcp-${name}`)?.NetworkSettings.Networks ?? {};
    return (network ? of[network] : Object.values(of)[0])?.IPAddress;
  };
  return {
    gateway: (network) => found(`network ${network}`, gateway(`mcp-${network}`)?.split("/")[0]),
    bridge: found("the default bridge", gateway("bridge")),
    engine: found("the engine", mine?.IPAddress),
    hostGateway: found("the host", mine?.Gateway),
    container: (name, network) => found(`container ${name}`, container(name, network)),
  };
}
