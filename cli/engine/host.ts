import type Docker from "dockerode";
import type { Settings } from "../../config/settings";
import { reasonOf, statusOf } from "../../lib/docker-client";
import { formatProblem } from "../../lib/problems";
import { takenPorts } from "../../stack/ports";
import { CliError, ExitCode } from "../errors";
import { fullStackName, isOfStack, stackName } from "../project";

/** The engine container as the host engine tells it. */
export type EngineState = Docker.ContainerInspectInfo;

/**
 * Looks at the engine container.
 * @returns undefined when there is none of that name
 * @throws CliError when the host engine does not answer
 */
export async function engineState(docker: Docker, name: string): Promise<EngineState | undefined> {
  try {
    return await docker.getContainer(name).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    const fix = `start Docker on this machine: bin/dind-mcp up --stack ${stackName()} does where it can`;
    throw new CliError(`the host engine does not answer: ${reasonOf(error)}`, ExitCode.Unreachable, fix);
  }
}

/** True for a container of this stack; one that only has the engine's name is somebody else's. */
export function isOurs({ Config }: Pick<EngineState, "Config">): boolean {
  return isOfStack(Config.Labels);
}

/** The engine container, which has to be there, and ours. @throws CliError when it is not: it is left alone */
export async function existingEngine(docker: Docker, name: string): Promise<EngineState> {
  const state = await engineState(docker, name);
  if (state && !isOurs(state)) {
    const text = `the container ${name} is somebody else's, not the engine of ${fullStackName()}`;
    throw new CliError(text, ExitCode.NotFound, "remove it, or set dind-mcp:engineName to another name; then up");
  }
  if (state) return state;
  const fix = `bin/dind-mcp up --stack ${stackName()} makes it; data volumes that are there are taken up again`;
  throw new CliError(`there is no engine container ${name}`, ExitCode.NotFound, fix);
}

/** One word for the state: healthy, starting, unhealthy, running (no health check), exited, paused ... */
export function containerState({ State }: Pick<EngineState, "State">): string {
  return State.Running && !State.Paused ? (State.Health?.Status ?? "running") : State.Status;
}

const PORT_IN_USE = /listen \w+ (\S+): bind: address already in use/;

/** Starts a container; one that runs already is fine. @throws CliError that says what is in the way */
export async function startContainer(docker: Docker, id: string, name: string, settings: Settings): Promise<void> {
  try {
    await docker.getContainer(id).start();
  } catch (error) {
    if (statusOf(error) === 304) return;
    const reason = reasonOf(error);
    const [, address] = PORT_IN_USE.exec(reason) ?? [];
    if (!address) throw new CliError(`${name} does not start: ${reason}`);
    const taken = (await takenPorts(settings)).map((problem) => `\n  - ${formatProblem(problem)}`);
    if (taken.length > 0) throw new CliError(`${name} does not start:${taken.join("")}`);
    const fix =
      "end that program (`ss -ltnp` names it), or set another port in the stack's config; then bin/dind-mcp up";
    throw new CliError(`${name} does not start: another program has ${address}`, ExitCode.Failed, fix);
  }
}
