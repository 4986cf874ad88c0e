import { basename } from "node:path";
import type { EngineClient } from "../../../../lib/docker-client";
import { volumeNames } from "../../../../manifest/container/container-spec";
import { type SecretFile, secretFiles } from "../../../../manifest/manifest";
import type { Manifest } from "../../../../manifest/types";
import type { ContainerServer } from "../../server-info";
import { carrierImage } from "./images";
import { readSecretFiles, type SecretFiles, writeSecretFiles } from "./secret-volume";

/** Values by the secrets' names. */
export type SecretValues = ReadonlyMap<string, string>;

/** Returns the secret files of a manifest, as far as there are values. */
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

  /** Reads the values on the volume. For a server without secrets it does not ask the engine. */
  async read(): Promise<SecretValues> {
    const declared = secretFiles(this.manifest);
    if (declared.length === 0) return new Map();
    const files = await readSecretFiles(this.client, await this.#volume());
    return valuesOf(declared, files);
  }

  /**
   * Writes the manifest's files.
   * @param earlier files that may be on the volume; those that the manifest no longer has are emptied, because Docker
   * cannot delete a file there
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

/**
 * The values of a server's secrets, for its copy. The copy's own carrier reads them: that of a server of the catalog is the
 * stack's.
 */
export async function copiedSecrets(
  client: EngineClient,
  { manifest, runtime }: Pick<ContainerServer, "manifest" | "runtime">,
  copy: { server: string; labels: Record<string, string> },
): Promise<SecretValues> {
  const declared = secretFiles(manifest);
  if (declared.length === 0) return new Map();
  const image = await carrierImage(client, runtime.image.id);
  const files = await readSecretFiles(client, { ...copy, volume: volumeNames(manifest.name).secrets, image });
  return valuesOf(declared, files);
}

/** A secret that was removed leaves an empty file. */
function valuesOf(declared: SecretFile[], files: SecretFiles): SecretValues {
  return new Map(
    declared.flatMap(({ name, file }) => {
      const value = files.get(basename(file));
      return value ? [[name, value] as const] : [];
    }),
  );
}
