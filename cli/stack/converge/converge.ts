import type Docker from "dockerode";
import type { Settings } from "../../../config/settings";
import { dockerAt } from "../../../lib/docker-client";
import { DockerType } from "../../../lib/docker-types";
import { ProblemsError } from "../../../lib/problems";
import { Label, Owner } from "../../../manifest/container/labels";
import { catalogNames } from "../../../manifest/load-catalog";
import { untilHealthy } from "../../engine/wait";
import { note, progress } from "../../output";
import { isOfStack, projectFolder } from "../../project";
import { stackSettings } from "../settings";
import {
  type Deployment,
  exportState,
  forget,
  importState,
  nameOf,
  pendingNames,
  resourcesOf,
  type StateResource,
} from "../state";
import { adopt, unrecorded } from "./adopt";
import { clearStaleLock } from "./lock";
import { observeHost, observeInner } from "./observe";
import { type Mine, type Plan, plan } from "./plan";
import { removeContainer, repairHost, repairInner } from "./repair";

/** Seconds that the engine has to become healthy; by itself it takes a few. */
const ENGINE_SECONDS = 90;
const ENGINE = /docker:index\/container:Container::engine$/;
const DATA_VOLUME = /::volumes-engine$/;

/** What `converge` did. */
export interface Converged {
  /** What was wrong and is repaired, one line each; empty when nothing was. */
  found: string[];
  /** True when it looked into the engine, which it cannot do before the engine exists. */
  inside: boolean;
}

/**
 * Brings the state and the engines together, so that a plain `up` or `destroy` does the rest. Clears what a killed run
 * left, starts what is stopped, and lets the state forget what is gone or was changed by hand. Prints what it finds.
 * @param toDestroy true for `destroy`. Then the state forgets the content of an engine that does not run, because
 * nobody could delete it. And it takes in what a killed run made without recording it, to be deleted or kept as
 * declared. (`up` finds such volumes and images by their names.)
 */
export async function converge({ toDestroy = false } = {}): Promise<Converged> {
  const found: string[] = [];
  const tell = (line: string): void => {
    found.push(line);
    note(`found: ${line}`);
  };
  if (await clearStaleLock()) found.push("an earlier run was killed: its lock");
  const state = await exportState();
  if (!state) return { found, inside: true };
  const settings = await stackSettings().catch((error) => {
    if (error instanceof ProblemsError) return undefined; // the program will report them, together with the catalog's
    throw error;
  });
  if (!settings) return { found, inside: true };
  const { hostEngine, engineStopGrace } = settings;
  const docker = dockerAt(hostEngine);
  const outer = await outerPlan(docker, state.deployment);
  outer.found.forEach(tell);
  await repairHost(docker, outer.steps, settings);

  const forgotten = new Set(outer.forget);
  const engine = resourcesOf(state.deployment, true).find(({ urn }) => ENGINE.test(urn) && !forgotten.has(urn));
  const healthy = engine?.id !== undefined && (await becomesHealthy(docker, engine, engineStopGrace, tell));
  if (engine && !healthy) forgotten.add(engine.urn);
  const inner = healthy
    ? await innerPlan(docker, engine.id ?? "", state.deployment, forgotten, namedServers(settings, projectFolder()))
    : undefined;
  inner?.found.forEach(tell);
  if (inner && engine?.id) await progress("mending what is in the engine", repairInner(docker, engine.id, inner.steps));
  for (const urn of inner?.forget ?? []) forgotten.add(urn);
  if (toDestroy && !healthy) for (const { urn } of resourcesOf(state.deployment, false)) forgotten.add(urn);

  const { pending_operations: pending = [] } = state.deployment;
  if (pending.length > 0) tell(`an earlier run was killed in the middle of ${pending.length} operations`);
  const made = toDestroy ? await unrecorded(docker, state.deployment) : [];
  for (const { resource } of made) tell(`${nameOf(resource)} was made, but never recorded`);
  if (forgotten.size > 0 || pending.length > 0) await importState(adopt(forget(state, forgotten), made));
  return { found, inside: inner !== undefined };
}

/** Compares the host engine. When the engine's data volume is gone, so is everything inside the engine. */
async function outerPlan(docker: Docker, deployment: Deployment): Promise<Plan> {
  const resources = resourcesOf(deployment, true);
  const ids = resources.filter(({ type }) => type === DockerType.Container).flatMap(({ id }) => id ?? []);
  const pending = pendingNames(deployment);
  // Another copy of the project may have a stack of the same name, so only what a run of ours was making is ours.
  const mine: Mine = (name, labels) => pending.has(name) && isOfStack(labels);
  const result = plan(resources, await observeHost(docker, ids), mine, pending);
  if ([...result.forget].some((urn) => DATA_VOLUME.test(urn))) {
    for (const { urn } of resourcesOf(deployment, false)) result.forget.add(urn);
  }
  return result;
}

/** Waits for an engine that runs. Removes it when it does not become healthy; its data is on volumes. */
async function becomesHealthy(
  docker: Docker,
  engine: StateResource,
  grace: number,
  tell: (line: string) => void,
): Promise<boolean> {
  const { id = "" } = engine;
  try {
    await progress("waiting for the engine", untilHealthy(docker, id, ENGINE_SECONDS));
    return true;
  } catch (error) {
    tell(`${nameOf(engine)} does not become healthy (${(error as Error).message}); it is made again`);
    await removeContainer(docker, id, grace);
    return false;
  }
}

async function innerPlan(
  docker: Docker,
  engine: string,
  deployment: Deployment,
  forgotten: ReadonlySet<string>,
  named: string[],
): Promise<Plan | undefined> {
  const present = await observeInner(docker, engine);
  if (!present) return undefined;
  // Everything in the engine with Pulumi's label belongs to this stack.
  const mine: Mine = (_name, labels) => labels[Label.ManagedBy] === Owner.Pulumi;
  const resources = resourcesOf(deployment, false).filter(({ urn }) => !forgotten.has(urn));
  const wanted = (server: string): boolean => server === "" || named.includes(server);
  return plan(resources, present, mine, pendingNames(deployment), wanted);
}

/** Returns the servers that the config names: those it selects, or all of the catalog. @param root the project's folder */
export function namedServers({ servers, catalog }: Pick<Settings, "servers" | "catalog">, root: string): string[] {
  return servers.length > 0 ? servers : catalogNames(catalog, root);
}
