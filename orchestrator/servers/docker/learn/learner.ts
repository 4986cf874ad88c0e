import { type EngineClient, reasonOf } from "../../../../lib/docker-client";
import { Label, Role } from "../../../../manifest/container/labels";
import {
  isLearningName,
  learningManifest,
  learningName,
  learningProblem,
  learningProxyName,
} from "../../../../manifest/container/learning";
import { rehearsalImage, rehearsalManifest } from "../../../../manifest/container/rehearsal";
import type { Log } from "../../../log";
import { ServerError, UncopyableError } from "../../server-error";
import type { ContainerServer } from "../../server-info";
import type { CopyPlan, Deployer } from "../deploy/deployer";
import { idOf } from "../deploy/images";
import { ServerParts } from "../deploy/server-parts";
import type { DockerServers } from "../docker-servers";
import { EgressLog } from "../egress-log";
import { changesOf } from "./changes";
import { type Learning, learningOpening, NOT_READ } from "./learning";
import { type Needs, needsOf } from "./needs";
import type { Peaks } from "./peaks";
import { rehearsalOpening } from "./rehearsal";
import { writtenBy } from "./written";

export interface LearnerOptions {
  client: EngineClient;
  servers: Pick<DockerServers, "get" | "list">;
  deployer: Pick<Deployer, "copy" | "remove" | "busy">;
  /** "project/stack". */
  stack: string;
  log: Log;
}

/** A copy that learns, as others see it. */
export type LearningCopy = Pick<Learning, "server" | "copy" | "until">;

const MINUTE_MS = 60_000;
/** Longest that a rehearsal may take. */
const REHEARSAL_MINUTES = 10;

/**
 * Lets a throwaway copy of a server show what the server needs: its egress is recorded in place of refused, its writes and
 * what it uses are measured. One at a time, and at most for the time that was asked for: the copy has fewer walls.
 */
export class Learner {
  #running: Learning | undefined;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(private readonly options: LearnerOptions) {}

  /**
   * Makes the copy, and waits until it is healthy.
   * @throws ServerError when the server cannot be copied, or another learns; nothing of it is then left
   */
  async start(name: string, minutes: number): Promise<LearningCopy> {
    return await this.#begin(name, minutes, (server, learning) => ({
      manifestFor: (user) => learningManifest(server.manifest, user),
      openingFor: (manifest) => learningOpening({ ...this.options, server, manifest, learning }),
    }));
  }

  /**
   * Makes a copy from the image that is to be rehearsed, with no wall opened and a copy of the server's storage; waits
   * until it is healthy, and removes it once it was looked at.
   * @param look gets the copy's name
   * @throws ServerError 404 without such an image, 409 when there can be no copy now, 422 when it does not become healthy
   */
  async rehearse<Result>(name: string, look: (copy: string) => Promise<Result>): Promise<Result> {
    const { client, stack } = this.options;
    const image = await idOf(client, rehearsalImage(name));
    if (image === undefined) throw new ServerError(404, `the engine has no image ${rehearsalImage(name)} to rehearse`);
    const { copy } = await this.#begin(name, REHEARSAL_MINUTES, (server, learning) => ({
      manifestFor: (user) => rehearsalManifest(server.manifest, user),
      openingFor: (manifest) => rehearsalOpening({ client, stack, image, server, manifest, learning }),
    }));
    try {
      return await look(copy);
    } finally {
      await this.end(name);
    }
  }

  /** What was learned until now. @throws ServerError when no copy of the server learns */
  async report(name: string): Promise<LearningCopy & Needs & { peaks: Peaks }> {
    const { client, servers } = this.options;
    const learning = this.#of(name);
    const { copy, peaks, folders = NOT_READ } = learning;
    const [original, running] = [servers.get(name), servers.get(copy)];
    if (!original || !running) throw new ServerError(409, `${copy} is gone`);
    const changes = await changesOf(client, running.runtime.id);
    const written = await writtenBy(client, running.runtime.id);
    const { items: egress } = await new EgressLog(client, learningProxyName(copy)).of(running);
    const needs = needsOf({ egress, changes, folders, written, peaks }, original.manifest);
    const notes = learning.ended === undefined ? needs.notes : [learning.ended, ...needs.notes];
    return { ...learning, ...needs, notes };
  }

  /** Removes the copy with all that it kept. @throws ServerError when no copy of the server learns */
  async end(name: string): Promise<void> {
    const { copy } = this.#of(name);
    await this.options.deployer.remove(copy, true).catch((error) => {
      // Somebody else removed it; the sweep finds what is left.
      if (!(error instanceof ServerError && error.status === 404)) throw error;
    });
    this.#forget();
  }

  /** Removes what was left of copies, now and then every minute, until `close`. Never rejects. */
  async recover(): Promise<void> {
    this.#sweeping ??= setInterval(() => void this.recover(), MINUTE_MS).unref();
    await this.#sweep().catch((error) =>
      this.options.log.warn({ reason: reasonOf(error) }, "copies that learned: not all that is left is removed"),
    );
  }

  /** Stops looking for what is left. */
  close(): void {
    clearInterval(this.#sweeping);
  }

  /** Copies that a killed orchestrator left, or that could not be removed. */
  async #sweep(): Promise<void> {
    const { client, stack, servers, deployer, log } = this.options;
    const found = await client.api.listContainers({ all: true, filters: { label: [`${Label.Stack}=${stack}`] } });
    const own = found.filter(({ Labels }) => Labels[Label.LearnsUntil] || Labels[Label.Role] === Role.LearningEgress);
    const names = own.flatMap(({ Labels }) => Labels[Label.Server] ?? []).filter(isLearningName);
    for (const name of new Set(names)) {
      if (name === this.#running?.copy || deployer.busy.has(name)) continue;
      log.warn({ server: name }, "removing a copy that was learning");
      if (servers.get(name)) await deployer.remove(name, true);
      else await new ServerParts(client, stack, name, log).remove();
    }
  }

  async #begin(
    name: string,
    minutes: number,
    planFor: (server: ContainerServer, learning: Learning) => Omit<CopyPlan, "name">,
  ): Promise<Learning> {
    const { servers, deployer } = this.options;
    const server = servers.get(name);
    if (!server) throw new ServerError(404, `there is no server ${name}`);
    const problem = learningProblem(server.manifest);
    if (problem) throw new UncopyableError(`there can be no copy of ${name}: ${problem}`);
    if (this.#running)
      throw new ServerError(409, `${this.#running.copy} is learning; end it, or wait until ${timeOf(this.#running)}`);
    const peaks = { memory: 0, shared: 0, processes: 0, cpus: 0 };
    const learning: Learning = {
      ...{ server: name, copy: learningName(name), until: Date.now() + minutes * MINUTE_MS },
      ...{ peaks, stop: new AbortController() },
    };
    this.#running = learning;
    try {
      await deployer.copy(server, { name: learning.copy, ...planFor(server, learning) });
    } catch (error) {
      this.#forget();
      throw error;
    }
    learning.timer = setTimeout(() => this.#expired(learning), minutes * MINUTE_MS).unref();
    return learning;
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
}

function timeOf({ until }: Learning): string {
  return new Date(until).toISOString();
}
