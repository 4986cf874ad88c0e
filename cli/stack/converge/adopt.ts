import type Docker from "dockerode";
import { statusOf } from "../../../lib/docker-client";
import { DockerType } from "../../../lib/docker-types";
import { isOfStack } from "../../project";
import { type Deployment, type ExportedState, nameOf, resourcesOf, type StateResource } from "../state";

/**
 * Kinds that hold data, or have no label to tell whose they are. `destroy` adopts them, then removes them as declared.
 */
const ADOPTED: string[] = [DockerType.Volume, DockerType.Image];

/** Something that a killed run made on the host engine, and that the state does not know. */
export interface Unrecorded {
  resource: StateResource;
  /** The id that Pulumi's provider would have given it. */
  id: string;
}

/** The volumes and images of the host that a killed run may have made without recording them. Pure. */
export function candidates({ resources = [], pending_operations: pending = [] }: Deployment): StateResource[] {
  const recorded = new Set(resources.map(({ urn, inputs }) => `${urn} ${inputs?.name}`));
  const creating = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  return resourcesOf({ resources: creating }, true).filter(
    ({ type, urn, inputs }) => ADOPTED.includes(type) && !recorded.has(`${urn} ${inputs?.name}`),
  );
}

/** Which of them the host engine has. A volume counts only with the stack's label. */
export async function unrecorded(docker: Docker, deployment: Deployment): Promise<Unrecorded[]> {
  const found = candidates(deployment).map(async (resource): Promise<Unrecorded[]> => {
    const name = nameOf(resource);
    if (resource.type === DockerType.Volume) {
      const volume = await orNothing(docker.getVolume(name).inspect());
      return isOfStack(volume?.Labels) ? [{ resource, id: name }] : [];
    }
    const image = await orNothing(docker.getImage(name).inspect());
    return image ? [{ resource, id: `${image.Id}${name}` }] : [];
  });
  return (await Promise.all(found)).flat();
}

/**
 * Adds these to the state, as if the run had lived to record them. So the usual code decides whether to keep
 * (`retainVolumes`) or protect them. Pure. Beside a resource that was to be replaced they are what is left to delete.
 */
export function adopt(state: ExportedState, made: Unrecorded[]): ExportedState {
  const resources = state.deployment.resources ?? [];
  const known = new Set(resources.map(({ urn }) => urn));
  const added = made.map(({ resource, id }) => ({
    ...resource,
    id,
    custom: true,
    outputs: { ...resource.inputs },
    ...(known.has(resource.urn) ? { delete: true } : {}),
  }));
  return { ...state, deployment: { ...state.deployment, resources: [...resources, ...added] } };
}

function orNothing<T>(question: Promise<T>): Promise<T | undefined> {
  return question.catch((error) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
}
