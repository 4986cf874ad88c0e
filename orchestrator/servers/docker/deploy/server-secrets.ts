import { basename } from "node:path";
import type { EngineClient } from "../../../../lib/docker-client";
import { volumeNames } from "../../../../manifest/container/container-spec";
import { secretFiles } from "../../../../manifest/manifest";
import type { Manifest } from "../../../../manifest/types";
import { carrierImage } from "./images";
import { readSecretFiles, type SecretFiles, writeSecretFiles } from "./secret-volume";

/** Values by the secrets' names. */
export type SecretValues = ReadonlyMap<string, string>;

/** The files that a manifest wants, of those values that are there. */
export function filesOf(manifest: Manifest, values: SecretValues): SecretFiles {
  const files = secretFiles(manifest).flatMap(({ name, file }) => {
    const value = values.get(name);
    return value === undefined ? [] : [[basename(file), value] as const];
  });
  return new Map(files);
}

/** The secrets of one deployed server, on its volume. */
export class ServerSecrets {
  constructor(
    private readonly client: EngineClient,
    private readonly manifest: Manifest,
    /** Image and labels of what carries them. */
    private readonly carrier: { image: string; labels: Record<string, string> },
  ) {}

  /** The values that the volume holds. Nothing is asked of the engine for a server without secrets. */
  async read(): Promise<SecretValues> {
    const declared = secretFiles(this.manifest);
    if (declared.length === 0) return new Map();
    const files = await readSecretFiles(this.client, await this.#volume());
    return new Map(
      declared.flatMap(({ name, file }) => {
        const value = files.get(basename(file));
        return value ? [[name, value] as const] : []; // an empty file is one that was taken back
      }),
    );
  }

  /**
   * Writes the manifest's files.
   * @param earlier files that may be on the volume: those the manifest does not want are emptied, as Docker cannot delete
   */
  async write(values: SecretValues, earlier: Iterable<string> = []): Promise<void> {
    const stale = [...earlier].map((name) => [name, ""] as const);
    const files: SecretFiles = new Map([...stale, ...filesOf(this.manifest, values)]);
    if (files.size === 0) return;
    await writeSecretFiles(this.client, await this.#volume(), files, this.manifest.user);
  }

  async #volume() {
    const { image, labels } = this.carrier;
    const { name } = this.manifest;
    return { server: name, volume: volumeNames(name).secrets, image: await carrierImage(this.client, image), labels };
  }
}
