import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type Docker from "dockerode";
import { Label, ownLabels, Role } from "../../manifest/container/labels";
import { ORCHESTRATOR } from "../../manifest/container/names";
import { stackFilter, stackName } from "../project";
import { execIn } from "../stack/converge/observe";
import { isWantedDown } from "../stack/wanted";
import { Seen } from "./judge";

/** States of a container that needs no start: Docker looks after it, or somebody paused it. */
const ALIVE = ["running", "restarting", "paused"];

/** How the stack is: its engine container, and the orchestrator's inside. */
export async function look(docker: Docker): Promise<Seen> {
  if (isWantedDown() || isBusy()) return Seen.Intended;
  const label = [...stackFilter().label, `${Label.Role}=${Role.Engine}`];
  try {
    const labelled = await docker.listContainers({ all: true, filters: { label } });
    const engine = await notByImage(docker, labelled);
    if (!engine || !ALIVE.includes(engine.State)) return Seen.Down;
    if (engine.State !== "running") return Seen.Unclear;
    return await lookInside(docker, engine.Id);
  } catch {
    return Seen.Down; // the host engine does not answer: `up` starts it where it can
  }
}

/** The first container that has the label itself: others may have it from their image. */
async function notByImage(docker: Docker, labelled: Docker.ContainerInfo[]): Promise<Docker.ContainerInfo | undefined> {
  for (const container of labelled) {
    const { Config } = await docker.getImage(container.ImageID).inspect();
    if (ownLabels(container.Labels, Config.Labels)[Label.Role]) return container;
  }
  return undefined;
}

async function lookInside(docker: Docker, engine: string): Promise<Seen> {
  const filter = `name=^${ORCHESTRATOR}$`;
  const ps = execIn(docker, engine, ["docker", "ps", "--all", "--filter", filter, "--format", "{{.State}}"]);
  const answer = await ps.catch(() => undefined);
  if (answer?.code !== 0) return Seen.Unclear;
  return answer.output.split("\n").some((state) => ALIVE.includes(state)) ? Seen.Running : Seen.Down;
}

/** True while another launcher has the lock that `up`, `destroy` and `engine stop` take. */
function isBusy(): boolean {
  const lock = join(process.env.DIND_MCP_STATE ?? "", `${stackName()}.lock`);
  return spawnSync("flock", ["--nonblock", lock, "true"]).status !== 0;
}
