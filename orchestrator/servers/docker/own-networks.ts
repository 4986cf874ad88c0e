import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import { containerName } from "../../../manifest/container/container-spec";
import { Label } from "../../../manifest/container/labels";
import { ORCHESTRATOR } from "../../../manifest/container/names";
import { TransportType } from "../../../manifest/types";
import type { Log } from "../../log";
import type { ServerInfo } from "../server-info";

/**
 * Keeps the orchestrator in the private networks of HTTP servers. It joins when it sees the server. It leaves when the
 * server's container is gone, because Docker does not remove a network that a container is in.
 */
export class OwnNetworks {
  readonly #joined = new Set<string>();
  #self: Promise<string | undefined> | undefined;

  constructor(
    private readonly client: EngineClient,
    private readonly stack: string,
    private readonly log: Log,
    private readonly name = ORCHESTRATOR,
  ) {}

  /** Joins the network of an HTTP server, unless it has joined already. Never throws. */
  async join({ name, manifest }: ServerInfo): Promise<void> {
    const network = containerName(name);
    if (manifest.transport.type === TransportType.Stdio || this.#joined.has(network)) return;
    await this.#attempt("join", network, async (Container) => {
      await this.client.api.getNetwork(network).connect({ Container });
    });
  }

  /** Leaves the network of a server that is gone. Never throws. */
  async leave({ name, manifest }: ServerInfo): Promise<void> {
    const network = containerName(name);
    if (manifest.transport.type === TransportType.Stdio) return;
    await this.#attempt("leave", network, async (Container) => {
      await this.client.api.getNetwork(network).disconnect({ Container, Force: true });
    });
    this.#joined.delete(network);
  }

  async #attempt(action: "join" | "leave", network: string, work: (self: string) => Promise<void>): Promise<void> {
    try {
      this.#self ??= this.#findSelf();
      const self = await this.#self;
      if (self === undefined) return;
      await work(self);
      this.#joined.add(network);
      this.log.info({ network, action }, "network of an HTTP server");
    } catch (error) {
      this.#self = undefined;
      // Joining twice, or leaving what is gone, is no error: Docker says 403 or 404.
      if (statusOf(error) === 404 || statusOf(error) === 403) {
        if (action === "join" && /already exists|already attached/.test(reasonOf(error))) this.#joined.add(network);
        this.log.debug({ network, action, reason: reasonOf(error) }, "network of an HTTP server");
      } else this.log.warn({ network, action, reason: reasonOf(error) }, "network of an HTTP server");
    }
  }

  /** This container's id; undefined when the orchestrator runs outside of the engine, in tests. */
  async #findSelf(): Promise<string | undefined> {
    const label = [`${Label.Stack}=${this.stack}`];
    const labelled = await this.client.api.listContainers({ filters: { label } });
    // By its name: a container's labels may be those of its image.
    const own = labelled.find(({ Names }) => Names[0] === `/${this.name}`);
    if (!own) this.log.info("the orchestrator runs outside of the engine: it cannot join the networks of HTTP servers");
    return own?.Id;
  }
}
