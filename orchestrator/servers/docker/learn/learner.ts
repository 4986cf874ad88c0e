import { createContainer, type EngineClient, reasonOf } from "../../../../lib/docker-client";
import { Label, Role } from "../../../../manifest/container/labels";
import {
  isLearningName,
  learningEndpoint,
  learningManifest,
  learningName,
  learningOptions,
  learningProblem,
  learningProxy,
  learningProxyName,
} from "../../../../manifest/container/learning";
import { containerName } from "../../../../manifest/container/names";
import type { Manifest } from "../../../../manifest/types";
import type { Log } from "../../../log";
import { ServerError } from "../../server-error";
import type { ServerInfo } from "../../server-info";
import type { Deployer } from "../deploy/deployer";
import type { Opening } from "../deploy/deployment";
import { ServerParts } from "../deploy/server-parts";
import type { DockerServers } from "../docker-servers";
import { EgressLog } from "../egress-log";
import { type Needs, needsOf } from "./needs";
import { type ImageFolders, openFolders } from "./open-folders";
import { measure, type Peaks } from "./peaks";

export interface LearnerOptions {
  client: EngineClient;
  servers: Pick<DockerServers, "get" | "list">;
  deployer: Pick<Deployer, "copy" | "remove">;
  /** "project/stack". */
  stack: string;
  log: Log;
}

/** A copy that learns. */
interface Learning {
  server: string;
  copy: string;
  /** Milliseconds since 1970, when it ends by itself. */
  until: number;
  folders?: ImageFolders;
  peaks: Peaks;
  stop: AbortController;
  timer?: NodeJS.Timeout;
}

/** A copy that learns, as others see it. */
export type LearningCopy = Pick<Learning, "server" | "copy" | "until">;

const MINUTE_MS = 60_000;
/** Before its image was read. */
const NOT_READ: ImageFolders = { all: new Set(), filled: new Set(), mounted: [] };

/**
 * Lets a throwaway copy of a server show what the server needs: its egress is recorded in place of refused, its writes and
 * what it uses are measured. One at a time, and at most for the time that was asked for: the copy has fewer walls.
 */
export class Learner {
  #running: Learning | undefined;

  constructor(private readonly options: LearnerOptions) {}

  /**
   * Makes the copy, and waits until it is healthy.
   * @throws ServerError when the server cannot be copied, or another learns; nothing of it is then left
   */
  async start(name: string, minutes: number): Promise<LearningCopy> {
    const { servers, deployer } = this.options;
    const server = servers.get(name);
    if (!server) throw new ServerError(404, `there is no server ${name}`);
    const problem = learningProblem(server.manifest);
    if (problem) throw new ServerError(409, `no copy of ${name} can learn: ${problem}`);
    if (this.#running)
      throw new ServerError(409, `${this.#running.copy} is learning; end it, or wait until ${timeOf(this.#running)}`);
    const peaks = { memory: 0, shared: 0, processes: 0, cpus: 0 };
    const learning: Learning = {
      ...{ server: name, copy: learningName(name), until: Date.now() + minutes * MINUTE_MS },
      ...{ peaks, stop: new AbortController() },
    };
    this.#running = learning;
    try {
      await deployer.copy(server, {
        name: learning.copy,
        manifestFor: (user) => learningManifest(server.manifest, user),
        openingFor: (manifest) => this.#opening(server, manifest, learning),
      });
    } catch (error) {
      this.#forget();
      throw error;
    }
    learning.timer = setTimeout(() => this.#expired(learning), minutes * MINUTE_MS).unref();
    return learning;
  }

  /** What was learned until now. @throws ServerError when no copy of the server learns */
  async report(name: string): Promise<LearningCopy & Needs & { peaks: Peaks }> {
    const { client, servers } = this.options;
    const learning = this.#of(name);
    const { copy, peaks, folders = NOT_READ } = learning;
    const [original, running] = [servers.get(name), servers.get(copy)];
    if (!original || !running) throw new ServerError(409, `${copy} is gone`);
    const container = client.api.getContainer(running.runtime.id);
    const changes = ((await container.changes()) ?? []) as { Path: string; Kind: number }[];
    const listed = await client.api.listContainers({ size: true, filters: { id: [running.runtime.id] } });
    const { SizeRw = 0 } = (listed[0] ?? {}) as { SizeRw?: number };
    const { items: egress } = await new EgressLog(client, learningProxyName(copy)).of(running);
    const paths = (kind: number): string[] => changes.filter(({ Kind }) => Kind === kind).map(({ Path }) => Path);
    const learned = { egress, added: paths(1), changed: paths(0), folders, written: SizeRw, peaks };
    return { ...learning, ...needsOf(learned, original.manifest) };
  }

  /** Removes the copy with all that it kept. @throws ServerError when no copy of the server learns */
  async end(name: string): Promise<void> {
    const { copy } = this.#of(name);
    await this.options.deployer.remove(copy, true);
    this.#forget();
  }

  /** Removes copies that a killed orchestrator left. Runs once, when the servers are known. */
  async recover(): Promise<void> {
    const { client, stack, servers, deployer, log } = this.options;
    const found = await client.api.listContainers({ all: true, filters: { label: [`${Label.Stack}=${stack}`] } });
    const own = found.filter(({ Labels }) => Labels[Label.LearnsUntil] || Labels[Label.Role] === Role.LearningEgress);
    const names = own.flatMap(({ Labels }) => Labels[Label.Server] ?? []).filter(isLearningName);
    for (const name of new Set(names)) {
      log.warn({ server: name }, "removing a copy that was learning");
      if (servers.get(name)) await deployer.remove(name, true);
      else await new ServerParts(client, stack, name, log).remove();
    }
  }

  #of(name: string): Learning {
    if (this.#running?.server === name) return this.#running;
    throw new ServerError(404, `no copy of ${name} is learning`);
  }

  #forget(): void {
    this.#running?.stop.abort();
    clearTimeout(this.#running?.timer);
    this.#running = undefined;
  }

  #expired(learning: Learning): void {
    if (this.#running !== learning) return;
    this.end(learning.server).catch((error) => {
      this.options.log.error({ server: learning.copy, reason: reasonOf(error) }, "a copy that learned is not removed");
      learning.timer = setTimeout(() => this.#expired(learning), MINUTE_MS).unref();
    });
  }

  #opening({ runtime }: ServerInfo, manifest: Manifest, learning: Learning): Opening {
    const { client } = this.options;
    return {
      image: runtime.image.id,
      parts: [`container ${containerName(manifest.name)}-egress`],
      reach: () => this.#reach(manifest),
      options: (spec) => learningOptions(spec, manifest, learning),
      prepare: async (container, { mounts, tmpfs }) => {
        const mounted = [...mounts.map(({ target }) => target), ...Object.keys(tmpfs)];
        learning.folders = await openFolders(container, manifest.user, mounted);
        measure(client, container.id, learning.peaks, learning.stop.signal).catch((error) =>
          this.options.log.error({ server: learning.copy, reason: reasonOf(error) }, "a copy is no longer measured"),
        );
      },
    };
  }

  /** Starts the copy's own proxy, in the copy's network. */
  async #reach(manifest: Manifest): Promise<void> {
    const { client, stack } = this.options;
    const [image] = await client.api.listImages({ filters: { reference: ["mcp-egress:*"] } });
    if (!image) {
      const fix = "give any server of the catalog egress, and run bin/dind-mcp up";
      throw new ServerError(
        409,
        `the stack has no image of the egress proxy, as no server of it has a way out: ${fix}`,
      );
    }
    const proxy = await createContainer(client.api, learningProxy(manifest, stack, image.Id));
    const network = client.api.getNetwork(containerName(manifest.name));
    await network.connect({ Container: proxy.id, EndpointConfig: learningEndpoint(manifest.user) });
    await proxy.start();
  }
}

function timeOf({ until }: Learning): string {
  return new Date(until).toISOString();
}
