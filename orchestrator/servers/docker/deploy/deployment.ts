import { isDeepStrictEqual } from "node:util";
import type Docker from "dockerode";
import type { ContainerCreateOptions } from "dockerode";
import { ServerStatus } from "../../../../api/server-status";
import { createContainer, type EngineClient, reasonOf } from "../../../../lib/docker-client";
import { type ContainerSpec, containerSpec } from "../../../../manifest/container/container-spec";
import { createOptions } from "../../../../manifest/container/create-options";
import { Owner } from "../../../../manifest/container/labels";
import { storageMaker } from "../../../../manifest/container/storage-folders";
import type { Manifest } from "../../../../manifest/types";
import type { Log } from "../../../log";
import type { ContainerServer } from "../../server-info";
import { nameOf, REPLACED } from "../server-state";
import { runStorageWork } from "../storage-work";
import { carrierImage, type Progress, presentImage } from "./images";
import { partsOf, putBack, ServerParts, stop } from "./server-parts";
import { filesOf, type SecretValues, ServerSecrets } from "./server-secrets";
import { startHealthy } from "./start-healthy";

export interface DeploymentOptions {
  client: EngineClient;
  /** "project/stack". */
  stack: string;
  /** `deploy.images` of the config. */
  images: readonly string[];
  log: Log;
  told: Progress;
  /** Of a copy that learns. @default the container that the manifest makes */
  opening?: Opening;
}

/** What is done differently for a throwaway copy of a server that learns (servers/docker/learn/). */
export interface Opening {
  /** The image's id, whatever the manifest says. */
  image: string;
  /** Parts of it that are no server's, as `partsOf` names them: they stay. */
  parts: string[];
  /** Runs when its network and volumes are there. */
  reach(): Promise<void>;
  options(spec: ContainerSpec): ContainerCreateOptions;
  /** Runs before its container starts. */
  prepare(container: Docker.Container, spec: ContainerSpec): Promise<void>;
}

/** The server to be replaced, with everything that is needed to bring it back. */
interface Previous {
  info: ContainerServer;
  spec: ContainerSpec;
  secrets: SecretValues;
}

/** True for a server that runs, or is starting. */
const isUp = ({ status }: ContainerServer): boolean =>
  status === ServerStatus.Running || status === ServerStatus.Starting;
/** True for a server that nobody stopped on purpose, whatever its health. */
const wasStarted = ({ status }: ContainerServer): boolean => status !== ServerStatus.Stopped;

/** Deploys one server into the engine, and undoes its changes when that fails. */
export class Deployment {
  readonly #parts: ServerParts;
  #previous: Previous | undefined;

  constructor(
    private readonly name: string,
    private readonly options: DeploymentOptions,
  ) {
    this.#parts = new ServerParts(options.client, options.stack, name, options.log);
  }

  /** Reads the server that is to be replaced. Returns the names of its secrets that have a value. */
  async replaces(info: ContainerServer): Promise<string[]> {
    const secrets = await this.#secrets(info.manifest, info.runtime.image.id).read();
    this.#previous = { info, spec: this.#spec(info.manifest, info.runtime.image.id), secrets };
    return [...secrets.keys()];
  }

  /**
   * Brings the server up.
   * @returns its container's id, or undefined when nothing had to change
   * @throws Error when that fails; everything is then as it was
   */
  async run(manifest: Manifest, given: Record<string, string>): Promise<string | undefined> {
    const { client, images, told, log, opening } = this.options;
    const previous = this.#previous;
    const reference = opening?.image ?? manifest.image ?? "";
    const { id: image, pulled } = await presentImage(client, reference, images, told);
    const values = new Map([...(previous?.secrets ?? []), ...Object.entries(given)]);
    if (previous && this.#isSame(previous, manifest, image, values)) return undefined;
    await this.#parts.mustOwnContainer();
    try {
      // First removes what an interrupted deployment may have left.
      await this.#parts.remove(this.#previousParts());
      const spec = this.#spec(manifest, image);
      told("making its network and volumes");
      await this.#parts.make(spec);
      const earlier = previous ? filesOf(previous.info.manifest, previous.secrets).keys() : [];
      await opening?.reach();
      await this.#storage(manifest, image);
      if (spec.secretFiles.length > 0) await this.#secrets(manifest, image).write(values, earlier);
      if (previous) await this.#setAside(previous);
      told("starting it");
      const container = await createContainer(client.api, opening?.options(spec) ?? createOptions(spec));
      await opening?.prepare(client.streams.getContainer(container.id), spec);
      const { id } = container;
      await startHealthy(client, id, manifest.health, [...values.values()]);
      await this.#parts
        .remove(new Set([...partsOf(spec), ...(opening?.parts ?? [])]))
        .catch((error) =>
          log.warn({ server: this.name, reason: reasonOf(error) }, "the replaced container could not be removed"),
        );
      return id;
    } catch (error) {
      await this.#undo().catch((undo) =>
        log.error({ server: this.name, reason: reasonOf(undo) }, "a failed deployment was not undone completely"),
      );
      // Docker refuses when another container uses the image by now.
      const unused = client.api.getImage(reference);
      if (pulled) await unused.remove().catch(() => {});
      throw error;
    }
  }

  #isSame({ info, secrets }: Previous, manifest: Manifest, image: string, values: SecretValues): boolean {
    return (
      isUp(info) &&
      info.runtime.image.id === image &&
      isDeepStrictEqual(info.manifest, manifest) &&
      isDeepStrictEqual(filesOf(manifest, secrets), filesOf(manifest, values))
    );
  }

  /** Takes the old container's name and stops it. When the new one fails, the old one gets its name back and starts. */
  async #setAside({ info }: Previous): Promise<void> {
    this.options.told("stopping the server it replaces");
    const { client } = this.options;
    await client.api.getContainer(info.runtime.id).rename({ name: `${info.runtime.name}${REPLACED}` });
    await stop(client, info.runtime.id);
  }

  async #undo(): Promise<void> {
    const previous = this.#previous;
    if (!previous) return this.#parts.remove();
    const { info, secrets } = previous;
    const { client } = this.options;
    const look = await client.api.getContainer(info.runtime.id).inspect();
    const aside = nameOf(look) !== info.runtime.name;
    if (aside) await putBack(client, this.name, look.Id);
    await this.#secrets(info.manifest, info.runtime.image.id).write(secrets);
    if (aside && wasStarted(info)) await client.streams.getContainer(look.Id).start();
    await this.#parts.remove(this.#previousParts());
  }

  #previousParts(): Set<string> {
    return this.#previous ? partsOf(this.#previous.spec) : new Set();
  }

  #spec(manifest: Manifest, image: string): ContainerSpec {
    return containerSpec(manifest, { image, stack: this.options.stack, managedBy: Owner.Api });
  }

  /** Makes the folders of its storage. A failed deployment leaves them: they may hold what an earlier server kept. */
  async #storage(manifest: Manifest, image: string): Promise<void> {
    const { client, stack } = this.options;
    const carrier = await carrierImage(client, image);
    const maker = storageMaker(manifest, { owner: Owner.Api, image: carrier, stack });
    if (maker) await runStorageWork(client, maker, this.#parts.labels);
  }

  #secrets(manifest: Manifest, image: string): ServerSecrets {
    return new ServerSecrets(this.options.client, manifest, { image, labels: this.#parts.labels });
  }
}
