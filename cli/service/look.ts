import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type Docker from "dockerode";
import { Label, Role } from "../../manifest/container/labels";
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
    const [engine] = await docker.listContainers({ all: true, filters: { label } });
    if (!engine || !ALIVE.includes(engine.State)) return Seen.Down;
    if (engine.State !== "running") return Seen.Unclear;
    return await lookInside(docker, engine.Id);
  } catch {
    return Seen.Down; // the host engine does not answer: `up` starts it where it can
  }
}

async function lookInside(docker: Docker, engine: string): Promise<Seen> {
  const filter = `label=${Label.Role}=${Role.Orchestrator}`;
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
