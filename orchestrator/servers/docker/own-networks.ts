import { hostname } from "node:os";
import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import { containerName } from "../../../manifest/container/container-spec";
import { Label } from "../../../manifest/container/labels";
import { TransportType } from "../../../manifest/types";
import type { Log } from "../../log";
import type { ServerInfo } from "../server-info";

/**
 * The orchestrator's places in the private networks of HTTP servers: it joins when it sees the server, and leaves when the
 * server's container is gone, as a network that somebody is in cannot be removed.
 */
export class OwnNetworks {
  readonly #joined = new Set<string>();
  #self: Promise<string | undefined> | undefined;

  constructor(
    private readonly client: EngineClient,
    private readonly stack: string,
    private readonly log: Log,
  ) {}

  /** Joins the server's network, if it is an HTTP server and this was not done yet. Never throws. */
  async join({ name, manifest }: ServerInfo): Promise<void> {
    const network = containerName(name);
    if (manifest.transport.type !== TransportType.StreamableHttp || this.#joined.has(network)) return;
    await this.#attempt("join", network, async (Container) => {
      await this.client.api.getNetwork(network).connect({ Container });
    });
  }

  /** Leaves the network of a server that is gone. Never throws. */
  async leave({ name, manifest }: ServerInfo): Promise<void> {
    const network = containerName(name);
    if (manifest.transport.type !== TransportType.StreamableHttp) return;
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
      // Joining twice and leaving what is gone are no errors; Docker says 403 or 404.
      if (statusOf(error) === 404 || statusOf(error) === 403) {
        if (action === "join" && /already exists|already attached/.test(reasonOf(error))) this.#joined.add(network);
        this.log.debug({ network, action, reason: reasonOf(error) }, "network of an HTTP server");
      } else this.log.warn({ network, action, reason: reasonOf(error) }, "network of an HTTP server");
    }
  }

  /** This container's id; undefined when the orchestrator runs outside of the engine, in tests. */
  async #findSelf(): Promise<string | undefined> {
    const label = [`${Label.Role}=orchestrator`, `${Label.Stack}=${this.stack}`];
    const labelled = await this.client.api.listContainers({ filters: { label } });
    // A server's image may have any label, and a container has those of its image as well.
    const found = labelled.filter(({ Labels }) => Labels[Label.Server] === undefined);
    // Two of them while one replaces the other: the host name is the id's beginning unless somebody chose one.
    const own = found.find(({ Id }) => Id.startsWith(hostname())) ?? found[0];
    if (!own)
      this.log.info("not in a container of the engine: HTTP servers are reached only where their addresses are");
    return own?.Id;
  }
}
