import type Docker from "dockerode";
import type { Settings } from "../../../config/settings";
import { engineState, startContainer } from "../../engine/host";
import { CliError } from "../../errors";
import { execIn } from "./observe";
import type { Step } from "./plan";

/** Does the steps on the host engine. */
export async function repairHost(docker: Docker, steps: Step[], settings: Settings): Promise<void> {
  const grace = settings.engineStopGrace;
  for (const { do: action, id, name } of steps) {
    const container = docker.getContainer(id);
    if (action === "start") await startContainer(docker, id, name, settings);
    else if (action === "unpause") await container.unpause();
    else if (action === "restart") await container.restart({ t: grace });
    else if (action === "remove network") await docker.getNetwork(id).remove();
    else await removeContainer(docker, id, grace);
  }
}

/** Stops a container within its own stop time, and removes it. Does nothing when it is gone already. */
export async function removeContainer(docker: Docker, id: string, grace: number): Promise<void> {
  const container = docker.getContainer(id);
  const { State } = (await engineState(docker, id)) ?? {};
  if (!State) return;
  if (State.Paused) await container.unpause(); // a paused process cannot take notice of its signal
  if (State.Running) await container.stop({ t: grace });
  await container.remove({ force: true });
}

const COMMANDS: Record<Step["do"], (id: string) => string> = {
  start: (id) => `docker start ${id}`,
  unpause: (id) => `docker unpause ${id}`,
  restart: (id) => `docker restart ${id}`,
  "remove container": (id) => `docker unpause ${id} || true; docker stop ${id}; docker rm -f ${id}`,
  "remove network": (id) =>
    `for c in $(docker network inspect -f '{{range $c, $_ := .Containers}}{{$c}} {{end}}' ${id}); do docker network disconnect -f ${id} "$c"; done; docker network rm ${id}`,
};

/** Does the steps in the engine, through its own command line. */
export async function repairInner(docker: Docker, engine: string, steps: Step[]): Promise<void> {
  for (const step of steps) {
    const { code } = await execIn(docker, engine, ["sh", "-c", COMMANDS[step.do](step.id)]);
    if (code !== 0) throw new CliError(`in the engine: ${step.do} ${step.name} failed`);
  }
}
