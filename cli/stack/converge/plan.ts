import type { ContainerInspectInfo } from "dockerode";
import { DockerType } from "../../../lib/docker-types";
import { Label } from "../../../manifest/container/labels";
import { nameOf, type StateResource } from "../state";
import { differences } from "../validate/compare";
import { factsOf, inspected } from "../validate/facts";
import { recordedContainer, recordedFacts } from "../validate/recorded";
import type { Present } from "./observe";

/** Something to do on one engine before `up`. */
export interface Step {
  do: "start" | "unpause" | "restart" | "remove container" | "remove network";
  /** Id of what it is done to. */
  id: string;
  name: string;
  /** What was found, for people: "is exited". */
  found: string;
}

/** How the state and one engine are brought together. */
export interface Plan {
  steps: Step[];
  /** Resources that the state must forget, so that `up` makes them again. */
  forget: Set<string>;
  /** One line for each thing found. */
  found: string[];
}

/** Tells whether a container or network that the state does not know is the stack's, so that it may be removed. */
export type Mine = (name: string, labels: Record<string, string>) => boolean;

const shortName = ({ urn }: StateResource): string => urn.split("::").at(-1) ?? urn;

/** True when the thing that a resource stands for still exists. */
function isThere({ type, id = "" }: StateResource, present: Present): boolean {
  if (type === DockerType.Container) return present.containers.has(id);
  if (type === DockerType.Network) return present.networks.some((network) => network.id === id);
  if (type === DockerType.Volume) return present.volumes.includes(id);
  if (type === DockerType.Image) return present.images.some((image) => id.startsWith(image)); // the id goes on with the name
  return true;
}

/**
 * Compares what the state records of one engine with what is there. Pure.
 * @param resources of that engine
 * @param pending names of what a killed run may have made without recording it
 * @param mine true for what belongs to the stack although the state does not know it
 * @param wanted true for a server that is to run; `up` removes any other, so nothing waits for its start
 */
export function plan(
  resources: StateResource[],
  present: Present,
  mine: Mine,
  pending: Set<string>,
  wanted: (server: string) => boolean = () => true,
): Plan {
  const result: Plan = { steps: [], forget: new Set(), found: [] };
  const gone = resources.filter((resource) => !isThere(resource, present));
  for (const resource of gone) {
    result.forget.add(resource.urn);
    result.found.push(`${kind(resource)} ${nameOf(resource) || shortName(resource)} is gone`);
  }
  // A container must be made again, too, if its volume or network is.
  const lost = new Set(
    gone.filter(({ type }) => type === DockerType.Volume || type === DockerType.Network).map(({ urn }) => urn),
  );
  for (const resource of resources.filter(
    ({ type, urn }) => type === DockerType.Container && !result.forget.has(urn),
  )) {
    const container = present.containers.get(resource.id ?? "");
    if (!container) continue;
    const reason = (resource.dependencies ?? []).some((urn) => lost.has(urn))
      ? "needs what is gone"
      : changed(resource, container);
    if (reason) replace(result, resource, container, reason);
    else if (wanted(container.Config.Labels?.[Label.Server] ?? "")) result.steps.push(...awaken(container, resource));
  }
  for (const step of strangers(resources, present, mine, pending)) {
    result.steps.push(step);
    result.found.push(`${step.name} ${step.found}`);
  }
  result.found.push(
    ...result.steps.filter((step) => !step.do.startsWith("remove")).map(({ name, found }) => `${name} ${found}`),
  );
  return result;
}

function replace(result: Plan, resource: StateResource, { Id }: ContainerInspectInfo, found: string): void {
  const name = nameOf(resource);
  result.steps.push({ do: "remove container", id: Id, name, found });
  result.forget.add(resource.urn);
  result.found.push(`${name} ${found}`);
}

function kind({ type }: StateResource): string {
  return (type.split(":").at(-1) ?? type).replace("RemoteImage", "image").toLowerCase();
}

/** What somebody changed by hand in a container that the state knows. */
function changed(resource: StateResource, container: ContainerInspectInfo): string | undefined {
  const recorded = recordedContainer(resource);
  if (container.Name !== `/${recorded.name}`) return `was renamed to ${container.Name.slice(1)}`;
  const { state: _state, ...expected } = recordedFacts(recorded);
  const paths = differences(recorded.name, expected, factsOf(inspected(container)), true).map(({ path }) => path);
  const joined = Object.keys(container.NetworkSettings.Networks);
  const missing = recorded.networks.filter((network) => !joined.includes(network));
  const all = [...paths, ...missing.map((network) => `network ${network}`)];
  return all.length > 0 ? `was changed by hand (${all.join(", ")})` : undefined;
}

/** Returns what a container needs so that it runs. Carriers of files are never started. */
function awaken({ Id, State }: ContainerInspectInfo, resource: StateResource): Step[] {
  if (!recordedContainer(resource).runs) return [];
  const step = (action: Step["do"], found: string): Step[] => [{ do: action, id: Id, name: nameOf(resource), found }];
  if (State.Paused) return step("unpause", "is paused");
  if (!State.Running && !State.Restarting) return step("start", "is stopped");
  return State.Health?.Status === "unhealthy" ? step("restart", "is unhealthy") : [];
}

/** What belongs to the stack and is in the way, because the state does not know it. */
function strangers(resources: StateResource[], present: Present, mine: Mine, pending: Set<string>): Step[] {
  const known = new Set(resources.map(({ id }) => id));
  const names = new Set([...pending, ...resources.map(nameOf)]);
  const containers = [...present.containers.values()].filter(
    ({ Id, Name, Config }) => !known.has(Id) && mine(Name.slice(1), Config.Labels ?? {}),
  );
  const networks = present.networks.filter(({ id, name, labels }) => !known.has(id) && mine(name, labels));
  const found = "was made, but never recorded";
  return [
    ...containers.map(
      ({ Id, Name }): Step => ({
        do: "remove container",
        id: Id,
        name: Name.slice(1),
        found: names.has(Name.slice(1)) ? found : "belongs to nobody",
      }),
    ),
    ...networks.map(({ id, name }): Step => ({ do: "remove network", id, name, found })),
  ];
}
