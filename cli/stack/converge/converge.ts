import type Docker from "dockerode";
import { dockerAt } from "../../../lib/docker-client";
import { DockerType } from "../../../lib/docker-types";
import { ProblemsError } from "../../../lib/problems";
import { Label, Owner } from "../../../manifest/container/labels";
import { untilHealthy } from "../../engine/wait";
import { note, progress } from "../../output";
import { isOfStack } from "../../project";
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
  /** What was not as it should be, and is mended; one line each. Nothing to do: none. */
  found: string[];
  /** It looked into the engine; it could not where the engine has to be made first. */
  inside: boolean;
}

/**
 * Brings the state and the engines together, so that a plain `up` or `destroy` does the rest: clears what a killed run
 * left, starts what is stopped, and lets the state forget what is gone or was changed by hand. Says what it finds.
 * @param toDestroy for `destroy`: what is in an engine that does not run is forgotten, as nobody could delete it; what a
 * killed run made without recording it is taken into the state, to be deleted or kept as declared. (`up` takes such
 * volumes and images up by their names.)
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
    if (error instanceof ProblemsError) return undefined; // the program will tell them, with the catalog's beside them
    throw error;
  });
  if (!settings) return { found, inside: true };
  const { hostEngine, engineStopGrace } = settings;
  const docker = dockerAt(hostEngine);
  const outer = await outerPlan(docker, state.deployment);
  outer.found.forEach(tell);
  await repairHost(docker, outer.steps, engineStopGrace);

  const forgotten = new Set(outer.forget);
  const engine = resourcesOf(state.deployment, true).find(({ urn }) => ENGINE.test(urn) && !forgotten.has(urn));
  const healthy = engine?.id !== undefined && (await becomesHealthy(docker, engine, engineStopGrace, tell));
  if (engine && !healthy) forgotten.add(engine.urn);
  const inner = healthy ? await innerPlan(docker, engine.id ?? "", state.deployment, forgotten) : undefined;
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

/** The host engine's part. Without its data volume nothing that was in the engine is there. */
async function outerPlan(docker: Docker, deployment: Deployment): Promise<Plan> {
  const resources = resourcesOf(deployment, true);
  const ids = resources.filter(({ type }) => type === DockerType.Container).flatMap(({ id }) => id ?? []);
  const pending = pendingNames(deployment);
  // Another copy of the project may have a stack of the same name: only what a run of ours was making is ours.
  const mine: Mine = (name, labels) => pending.has(name) && isOfStack(labels);
  const result = plan(resources, await observeHost(docker, ids), mine, pending);
  if ([...result.forget].some((urn) => DATA_VOLUME.test(urn))) {
    for (const { urn } of resourcesOf(deployment, false)) result.forget.add(urn);
  }
  return result;
}

/** Waits for an engine that runs; one that does not become healthy is removed, for its data is on volumes. */
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
): Promise<Plan | undefined> {
  const present = await observeInner(docker, engine);
  if (!present) return undefined;
  // All that is in the engine and says that Pulumi owns it can only be this stack's.
  const mine: Mine = (_name, labels) => labels[Label.ManagedBy] === Owner.Pulumi;
  const resources = resourcesOf(deployment, false).filter(({ urn }) => !forgotten.has(urn));
  return plan(resources, present, mine, pendingNames(deployment));
}
