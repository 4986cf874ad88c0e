import type Docker from "dockerode";
import { isWithin } from "../../../lib/folder-paths";
import type { Outputs } from "../../../stack/outputs";
import { askInner, nameOf } from "../../engine/inner";

/** A running container in the engine, and the folders of the engine that it may write to. */
export interface Writer {
  name: string;
  folders: string[];
}

/** All running containers in the engine that may write to folders of it. */
export async function writersIn(outputs: Outputs): Promise<Writer[]> {
  return writersOf(await askInner(outputs, (docker) => docker.listContainers()));
}

/** Of those that Docker lists. Pure. */
export function writersOf(containers: Pick<Docker.ContainerInfo, "Id" | "Names" | "State" | "Mounts">[]): Writer[] {
  return containers.flatMap((container) => {
    const folders = container.Mounts.filter(({ Type, RW }) => Type === "bind" && RW).map(({ Source }) => Source);
    return container.State === "running" && folders.length > 0 ? [{ name: nameOf(container), folders }] : [];
  });
}

/** Names of those that may write to one of these folders, or to something in it. */
export function writersTo(writers: Writer[], folders: string[]): string[] {
  return writers
    .filter((writer) => writer.folders.some((one) => folders.some((folder) => isWithin(one, folder))))
    .map(({ name }) => name);
}
