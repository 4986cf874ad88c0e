import { type EngineClient, reasonOf, removeContainer, statusOf } from "../../../../lib/docker-client";
import { type ContainerSpec, containerName } from "../../../../manifest/container/container-spec";
import { Label, Owner } from "../../../../manifest/container/labels";
import type { Log } from "../../../log";
import { ServerError } from "../../server-error";

/** The containers, networks and volumes of one server that was deployed through the API. Labels tell which they are. */
export class ServerParts {
  /** On everything that belongs to the server. */
  readonly labels: Record<string, string>;

  constructor(
    private readonly client: EngineClient,
    stack: string,
    private readonly server: string,
    private readonly log: Log,
  ) {
    this.labels = { [Label.ManagedBy]: Owner.Api, [Label.Stack]: stack, [Label.Server]: server };
  }

  /** Creates the network and the volumes of a specification that do not exist yet. @throws ServerError */
  async make({ network, volumes }: ContainerSpec): Promise<void> {
    const { api } = this.client;
    if (network && !(await this.#isThere("network", network.name))) {
      await api.createNetwork({
        Name: network.name,
        Driver: "bridge",
        Internal: network.internal,
        IPAM: { Driver: "default", Config: [{ Subnet: network.subnet, Gateway: network.gateway }] },
        Labels: this.labels,
      });
    }
    for (const { name, driver, options } of volumes) {
      if (await this.#isThere("volume", name)) continue;
      await api.createVolume({ Name: name, Driver: driver, DriverOpts: options, Labels: this.labels });
    }
  }

  /** @throws ServerError when a container of that name exists, and belongs to something else */
  async mustOwnContainer(): Promise<void> {
    await this.#isThere("container", containerName(this.server));
  }

  /** Removes everything of the server except the parts in `keep`. @throws Error that lists what could not be removed */
  async remove(keep: ReadonlySet<string> = new Set()): Promise<void> {
    const { api } = this.client;
    const filters = { label: Object.entries(this.labels).map(([name, value]) => `${name}=${value}`) };
    const failed: string[] = [];
    const each = async (part: string, work: () => Promise<unknown>): Promise<void> => {
      if (keep.has(part)) return;
      try {
        await work();
        this.log.debug({ server: this.server, part }, "removed");
      } catch (error) {
        if (statusOf(error) !== 404) failed.push(`${part}: ${reasonOf(error)}`);
      }
    };
    for (const { Id, Names } of await api.listContainers({ all: true, filters })) {
      await each(`container ${Names[0]?.slice(1)}`, () => removeContainer(api.getContainer(Id)));
    }
    for (const { Id, Name } of await api.listNetworks({ filters }))
      await each(`network ${Name}`, () => this.#removeNetwork(Id));
    const { Volumes } = await api.listVolumes({ filters });
    for (const { Name } of Volumes ?? []) await each(`volume ${Name}`, () => api.getVolume(Name).remove());
    if (failed.length > 0) throw new Error(`not removed: ${failed.join("; ")}`);
  }

  /**
   * The server's container has left the network already. Only the orchestrator, which joined it, can still be in it.
   */
  async #removeNetwork(id: string): Promise<void> {
    const network = this.client.api.getNetwork(id);
    const { Containers } = await network.inspect();
    for (const Container of Object.keys(Containers ?? {})) {
      await network.disconnect({ Container, Force: true }).catch(() => {}); // it has left by itself meanwhile
    }
    await network.remove();
  }

  async #isThere(kind: "container" | "network" | "volume", name: string): Promise<boolean> {
    const labels = await this.#labelsOf(kind, name);
    if (labels === undefined) return false;
    if (Object.entries(this.labels).every(([label, value]) => labels[label] === value)) return true;
    throw new ServerError(409, `a ${kind} ${name} exists already, and does not belong to this server`);
  }

  async #labelsOf(kind: "container" | "network" | "volume", name: string): Promise<Record<string, string> | undefined> {
    const { api } = this.client;
    try {
      if (kind === "container") return (await api.getContainer(name).inspect()).Config.Labels ?? {};
      if (kind === "network") return (await api.getNetwork(name).inspect()).Labels ?? {};
      return (await api.getVolume(name).inspect()).Labels ?? {};
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }
}

/** Names everything that a specification creates, with its kind: a container and its network share one name. */
export function partsOf({ name, network, volumes }: ContainerSpec): Set<string> {
  const networks = network ? [`network ${network.name}`] : [];
  return new Set([`container ${name}`, ...networks, ...volumes.map((volume) => `volume ${volume.name}`)]);
}

/** Stops a container, and gives it its own stop time. Does nothing when it is stopped or gone. */
export async function stop({ streams }: EngineClient, container: string): Promise<void> {
  try {
    await streams.getContainer(container).stop();
  } catch (error) {
    if (statusOf(error) !== 304 && statusOf(error) !== 404) throw error;
  }
}

/** Gives a container that was set aside the server's name back. Removes the container that has the name now. */
export async function putBack({ api }: EngineClient, server: string, container: string): Promise<void> {
  const name = containerName(server);
  await removeContainer(api.getContainer(name));
  await api.getContainer(container).rename({ name });
}
