import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import { statusOf } from "../../../lib/docker-client";
import { parseJson } from "../../../lib/json";
import { unpackTar } from "../../../lib/tar-files";
import { Label, Owner } from "../../../manifest/container/labels";
import { parseManifest, secretFiles } from "../../../manifest/manifest";
import type { Outputs } from "../../../stack/outputs";
import { askInner } from "../../engine/inner";
import { stackFilter } from "../../project";

/** A server that the API deployed, as the API takes it again. */
export interface ExtraServer {
  manifest: unknown;
  /** Values by the secrets' names. */
  secrets: Record<string, string>;
}

const FOLDER = "/run/secrets";

/** All servers that the API deployed, by name, with the values of their secrets. The engine has to run. */
export function extraServers(outputs: Outputs): Promise<Record<string, ExtraServer>> {
  return askInner(outputs, async (docker) => {
    const label = [...stackFilter().label, `${Label.ManagedBy}=${Owner.Api}`];
    const all = await docker.listContainers({ all: true, filters: { label } });
    const servers = all.filter(isServer).sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
    const entries = servers.map(
      async (container): Promise<[string, ExtraServer]> => [nameOf(container), await readServer(docker, container)],
    );
    return Object.fromEntries(await Promise.all(entries));
  });
}

const nameOf = ({ Labels }: Docker.ContainerInfo): string => Labels[Label.Server] ?? "";

/** True for a server itself: not for what belongs to it, nor for a copy that learns. */
function isServer({ Labels }: Docker.ContainerInfo): boolean {
  return Boolean(Labels[Label.Server] && Labels[Label.Manifest] && !Labels[Label.Role] && !Labels[Label.LearnsUntil]);
}

async function readServer(docker: Docker, { Id, Labels }: Docker.ContainerInfo): Promise<ExtraServer> {
  const document = parseJson(Labels[Label.Manifest] ?? "");
  const { manifest } = parseManifest(document, "manifest");
  const declared = manifest ? secretFiles(manifest) : [];
  if (declared.length === 0) return { manifest: document, secrets: {} };
  const files = await readFiles(docker.getContainer(Id));
  const secrets = declared.flatMap(({ name, file }) => {
    const value = files.get(file.slice(FOLDER.length + 1));
    return value ? [[name, value] as const] : []; // one that was removed is an empty file
  });
  return { manifest: document, secrets: Object.fromEntries(secrets) };
}

async function readFiles(container: Docker.Container): Promise<Map<string, string>> {
  try {
    const files = unpackTar(await buffer(await container.getArchive({ path: `${FOLDER}/.` })));
    return new Map(files.map(({ name, content }) => [name, content.toString("utf8")]));
  } catch (error) {
    if (statusOf(error) === 404) return new Map();
    throw error;
  }
}
