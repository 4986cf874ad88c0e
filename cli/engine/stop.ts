import { dockerAt } from "../../lib/docker-client";
import { stackSettings } from "../stack/settings";
import { containerState, existingEngine } from "./host";

export interface Stopped {
  engine: string;
  state: string;
  /** It ran before. */
  changed: boolean;
}

/** Stops the engine container within its grace (config key `engineStopGrace`); nothing is removed. */
export async function stop(): Promise<Stopped> {
  const { hostEngine, engineName, engineStopGrace } = await stackSettings();
  const docker = dockerAt(hostEngine);
  const before = await existingEngine(docker, engineName);
  // A paused process cannot take notice of its signal.
  if (before.State.Paused) await docker.getContainer(engineName).unpause();
  if (before.State.Running) await docker.getContainer(engineName).stop({ t: engineStopGrace });
  const after = await existingEngine(docker, engineName);
  return { engine: engineName, state: containerState(after), changed: before.State.Running };
}
