import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import { createContainer, type EngineClient, removeContainer } from "../../../../lib/docker-client";
import { packTar, unpackTar } from "../../../../lib/tar-files";
import { containerName } from "../../../../manifest/container/container-spec";
import { containerLabels, Label, Role } from "../../../../manifest/container/labels";

/** Where the secret files of one server are. */
export interface SecretVolume {
  server: string;
  volume: string;
  /** Any image that the engine has; none of its programs ever runs. */
  image: string;
  /** Labels of everything that belongs to the server. */
  labels: Record<string, string>;
}

/** File name in /run/secrets to content. */
export type SecretFiles = Map<string, string>;

const FOLDER = "/files";

/**
 * Docker copies files into and out of containers only, not volumes, and into no container whose root is read-only. So a
 * container that is never started mounts the volume, and is removed afterwards. It has no user: with one, Docker could
 * take the owner from the image's passwd file. (components/volume-files.ts does the same for the catalog.)
 */
async function withCarrier<Result>(
  { api }: EngineClient,
  { server, volume, image, labels }: SecretVolume,
  work: (carrier: Docker.Container) => Promise<Result>,
): Promise<Result> {
  const name = `${containerName(server)}-secret-files`;
  await removeContainer(api.getContainer(name)); // left by an interrupted deployment
  const carrier = await createContainer(api, {
    name,
    Image: image,
    Entrypoint: ["never-started"],
    Labels: containerLabels({ ...labels, [Label.Role]: Role.VolumeFiles }),
    HostConfig: { NetworkMode: "none", CapDrop: ["ALL"], Binds: [`${volume}:${FOLDER}`] },
  });
  try {
    return await work(carrier);
  } finally {
    await removeContainer(carrier);
  }
}

/** Reads the files on the volume. */
export async function readSecretFiles(client: EngineClient, volume: SecretVolume): Promise<SecretFiles> {
  return withCarrier(client, volume, async (carrier) => {
    const archive = await buffer(await carrier.getArchive({ path: `${FOLDER}/.` }));
    return new Map(unpackTar(archive).map(({ name, content }) => [name, content.toString("utf8")]));
  });
}

/** Writes files that only the server's user can read, and replaces those of the same name. */
export async function writeSecretFiles(
  client: EngineClient,
  volume: SecretVolume,
  files: SecretFiles,
  uid: number,
): Promise<void> {
  const archive = packTar(
    [...files].map(([name, content]) => ({ name, content: Buffer.from(content, "utf8") })),
    uid,
  );
  await withCarrier(client, volume, (carrier) => carrier.putArchive(archive, { path: FOLDER }));
}
