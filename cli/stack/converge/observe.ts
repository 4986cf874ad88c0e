import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import type { ContainerInspectInfo, NetworkInspectInfo } from "dockerode";
import { engineState } from "../../engine/host";
import { stackFilter } from "../../project";

/** Everything of the stack in one Docker engine. */
export interface Present {
  /** By id, inspected. */
  containers: Map<string, ContainerInspectInfo>;
  /** Ids and names. */
  networks: { id: string; name: string; labels: Record<string, string> }[];
  volumes: string[];
  images: string[];
}

/**
 * Looks at the host engine.
 * @param ids containers that the state knows, so that those without their label are found too
 */
export async function observeHost(docker: Docker, ids: string[]): Promise<Present> {
  const [labelled, networks, { Volumes: volumes }, images] = await Promise.all([
    docker.listContainers({ all: true, filters: stackFilter() }),
    docker.listNetworks(),
    docker.listVolumes(),
    docker.listImages({ all: true }),
  ]);
  const all = [...new Set([...ids, ...labelled.map(({ Id }) => Id)])];
  const inspected = await Promise.all(all.map((id) => engineState(docker, id)));
  return {
    containers: new Map(inspected.flatMap((one) => (one ? [[one.Id, one] as const] : []))),
    networks: networks.map(({ Id, Name, Labels }) => ({ id: Id, name: Name, labels: Labels ?? {} })),
    volumes: (volumes ?? []).map(({ Name }) => Name),
    images: images.map(({ Id }) => Id),
  };
}

/**
 * Looks into the engine through the docker client inside. That needs no certificate, which a first `up` that was killed
 * may not have handed out.
 * @returns undefined when the daemon inside does not answer
 */
export async function observeInner(docker: Docker, engine: string): Promise<Present | undefined> {
  const script = `set -e
all=$(docker ps -aq --no-trunc)
if [ -n "$all" ]; then docker inspect $all; else echo '[]'; fi | tr -d '\\n'; echo
docker network inspect $(docker network ls -q) | tr -d '\\n'; echo
docker volume ls -q | tr '\\n' ','; echo
docker image ls -aq --no-trunc | tr '\\n' ','; echo`;
  const { code, output } = await execIn(docker, engine, ["sh", "-c", script]);
  if (code !== 0) return undefined;
  const [containers = "[]", networks = "[]", volumes = "", images = ""] = output.split("\n");
  const list = (text: string): string[] => text.split(",").filter(Boolean);
  return {
    containers: new Map((JSON.parse(containers) as ContainerInspectInfo[]).map((one) => [one.Id, one])),
    networks: (JSON.parse(networks) as NetworkInspectInfo[]).map(({ Id, Name, Labels }) => ({
      id: Id,
      name: Name,
      labels: Labels ?? {},
    })),
    volumes: list(volumes),
    images: list(images),
  };
}

/** Runs a command in the engine container. @returns its exit code and standard output */
export async function execIn(
  docker: Docker,
  engine: string,
  Cmd: string[],
): Promise<{ code: number | null; output: string }> {
  const exec = await docker.getContainer(engine).exec({ Cmd, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const chunks: Buffer[] = [];
  const out = new PassThrough();
  out.on("data", (chunk: Buffer) => chunks.push(chunk));
  docker.modem.demuxStream(stream, out, new PassThrough().resume());
  await new Promise((resolve, reject) => stream.on("end", resolve).on("close", resolve).on("error", reject));
  return { code: (await exec.inspect()).ExitCode, output: Buffer.concat(chunks).toString("utf8") };
}
