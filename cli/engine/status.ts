import type { Settings } from "../../config/settings";
import { dockerAt } from "../../lib/docker-client";
import type { Outputs } from "../../stack/outputs";
import { stackSettings } from "../stack/settings";
import { stackOutputs } from "../stack/workspace";
import { containerState, engineState, isOurs } from "./host";
import { askInner } from "./inner";

/** How the engine is. */
export interface EngineStatus {
  container: string;
  /** healthy, starting, unhealthy, exited, paused, absent, or foreign: the name is taken by another container. */
  state: string;
  /** RFC 3339: when it was started or ended. */
  since?: string;
  /** Image id of the container. */
  image?: string;
  restarts?: number;
  /** Of the daemon inside; absent when that does not answer. */
  docker?: { version: string; apiVersion: string; liveRestore: boolean };
  containers?: { running: number; stopped: number };
}

/** Looks at the stack's engine. */
export async function status(): Promise<EngineStatus> {
  const [settings, outputs] = await Promise.all([stackSettings(), stackOutputs()]);
  return await engineStatus(settings, outputs);
}

/** Looks at an engine from outside, and from inside when it answers. */
export async function engineStatus(settings: Settings, outputs: Outputs): Promise<EngineStatus> {
  const found = await engineState(dockerAt(settings.hostEngine), settings.engineName);
  if (!found) return { container: settings.engineName, state: "absent" };
  if (!isOurs(found)) return { container: settings.engineName, state: "foreign" };
  const { State, Image, RestartCount } = found;
  return {
    container: settings.engineName,
    state: containerState(found),
    since: State.Running ? State.StartedAt : State.FinishedAt,
    image: Image,
    restarts: RestartCount,
    ...(State.Running && !State.Paused ? await daemon(outputs) : {}),
  };
}

async function daemon(outputs: Outputs): Promise<Partial<EngineStatus>> {
  const answer = askInner(outputs, (docker) => Promise.all([docker.version(), docker.info()]));
  return await answer.then(
    ([version, info]) => ({
      docker: { version: version.Version, apiVersion: version.ApiVersion, liveRestore: info.LiveRestoreEnabled },
      containers: { running: info.ContainersRunning, stopped: info.ContainersStopped + info.ContainersPaused },
    }),
    () => ({}), // the state above tells it: unhealthy, or starting
  );
}
