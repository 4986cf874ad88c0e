import { dockerAt } from "../../lib/docker-client";
import { stackSettings } from "../stack/settings";
import { stackOutputs } from "../stack/workspace";
import { existingEngine, startContainer } from "./host";
import type { InnerContainer } from "./inner";
import { untilHealthy, untilSettled } from "./wait";

export interface Started {
  engine: string;
  /** It did not run before. */
  changed: boolean;
  containers: InnerContainer[];
}

/** Starts the engine container and waits for all that is in it. @param seconds how long that may take */
export async function start(seconds: number): Promise<Started> {
  const [settings, outputs] = await Promise.all([stackSettings(), stackOutputs()]);
  const docker = dockerAt(settings.hostEngine);
  const container = docker.getContainer(settings.engineName);
  const { State } = await existingEngine(docker, settings.engineName);
  if (State.Paused) await container.unpause();
  else if (!State.Running) await startContainer(docker, settings.engineName, settings.engineName, settings);
  await untilHealthy(docker, settings.engineName, seconds);
  const containers = await untilSettled(outputs, seconds);
  return { engine: settings.engineName, changed: !State.Running || State.Paused, containers };
}
