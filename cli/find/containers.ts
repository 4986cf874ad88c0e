import type Docker from "dockerode";
import { oneLine } from "../../lib/plain-text";
import { Label, ownLabels } from "../../manifest/container/labels";
import type { Loose } from "./found";
import { saysMcp } from "./looks-like";

/** Seconds that a container gets to end. */
const STOP_S = 10;

/** MCP servers that run as containers of the host engine, and are no stack's of this program. */
export async function looseContainers(docker: Docker, known: ReadonlySet<string>): Promise<Loose[]> {
  const [all, images] = await Promise.all([docker.listContainers(), docker.listImages({ all: true })]);
  const ofImages = new Map(images.map((image) => [image.Id, image.Labels]));
  const found = all.filter(({ Labels, Image, ImageID, Names, Command }) => {
    if (ownLabels(Labels, ofImages.get(ImageID))[Label.Stack]) return false;
    const labels = Object.entries(Labels).flatMap(([name, value]) => (name.startsWith("org.") ? [] : [name, value]));
    const image = Image.replace(/@.*$|:[^/:]*$/, "");
    // Of the command the program and its first words: an argument may say anything.
    return [image, ...Names, ...labels, ...Command.split(" ").slice(0, 3)].some((name) => saysMcp(name, known));
  });
  const inspected = found.map(async ({ Id }) => {
    const container = docker.getContainer(Id);
    const about = await container.inspect().catch(() => undefined);
    if (!about) return []; // it has gone
    const image = await docker
      .getImage(about.Image)
      .inspect()
      .catch(() => undefined);
    return [loose(about, image, container)];
  });
  return (await Promise.all(inspected)).flat();
}

function loose(
  { Name, Config, HostConfig, Mounts }: Docker.ContainerInspectInfo,
  image: Docker.ImageInspectInfo | undefined,
  container: Docker.Container,
): Loose {
  const name = Name.replace(/^\//, "");
  const fromImage = new Set(image?.Config.Env ?? []);
  const given = (Config.Env ?? []).filter((pair) => !fromImage.has(pair) && !pair.startsWith("PATH="));
  const env = Object.fromEntries(given.map((pair) => pair.split(/=(.*)/s) as [string, string]));
  const volumes = Mounts.map(({ Type, Name: volume, Source, Destination, RW }) => {
    return `${Type === "volume" ? (volume ?? Source) : Source}:${Destination}${RW ? "" : ":ro"}`;
  });
  const ports = Object.values(HostConfig.PortBindings ?? {}).length > 0 ? Object.keys(HostConfig.PortBindings) : [];
  const entrypoint = own(Config.Entrypoint, image?.Config.Entrypoint);
  const command = own(Config.Cmd, image?.Config.Cmd);
  const [program, ...first] = entrypoint ?? [];
  const args = [
    "run",
    ...(Config.OpenStdin ? ["-i"] : []),
    ...Object.keys(env).flatMap((variable) => ["-e", variable]),
    ...volumes.flatMap((volume) => ["-v", volume]),
    ...ports.flatMap((port) => ["-p", port.replace(/\/\w+$/, "")]),
    ...(program === undefined ? [] : ["--entrypoint", program]),
    Config.Image,
    ...first,
    ...(command ?? []),
  ];
  const project = ownLabels(Config.Labels, image?.Config.Labels)["com.docker.compose.project"];
  return {
    kind: "container",
    what: oneLine(Config.Image, 100),
    where: `container ${oneLine(name, 60)}`,
    of: project === undefined ? "Docker" : `Compose ${oneLine(project, 40)}`,
    reach: {
      user: HostConfig.Privileged ? "root, privileged" : Config.User || "root of its container",
      network:
        HostConfig.NetworkMode === "host" ? "the machine's" : HostConfig.NetworkMode === "none" ? "none" : "open",
      folders: Mounts.map(({ Source, Destination, RW }) =>
        oneLine(`${Source} at ${Destination}${RW ? ", to write" : ""}`, 200),
      ),
      variables: Object.keys(env).sort(),
    },
    name,
    server: { command: "docker", args, env },
    stop: async () => {
      await container.stop({ t: STOP_S }).catch(ignoreGone);
      await container.remove({ force: true }).catch(ignoreGone);
    },
  };
}

/** What is not the image's own. */
function own(
  value: string | string[] | null | undefined,
  ofImage: string | string[] | null | undefined,
): string[] | undefined {
  const all = [value ?? []].flat();
  return all.length === 0 || JSON.stringify(all) === JSON.stringify([ofImage ?? []].flat()) ? undefined : all;
}

/** 304: it had stopped; 404: it has gone; 409: somebody else removes it. */
function ignoreGone(error: { statusCode?: number }): void {
  if (![304, 404, 409].includes(error.statusCode ?? 0)) throw error;
}
