import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { Outputs } from "../../outputs";
import { CliError } from "../errors";
import { containerState, existingEngine } from "./host";
import { askInner } from "./inner";

const POLL_MS = 300;

/** Waits until the engine container is healthy. @throws CliError when that takes longer than `seconds` */
export async function untilHealthy(docker: Docker, name: string, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const word = containerState(await existingEngine(docker, name));
    if (word === "healthy") return;
    if (Date.now() > end) {
      throw new CliError(`the engine ${name} is ${word} after ${seconds} s`, 1, "bin/dind-mcp engine logs says why");
    }
    await sleep(POLL_MS);
  }
}

/** A container of the stack in the engine, as `docker ps -a` tells it. */
export interface InnerContainer {
  name: string;
  /** Of the labels: the server's name; absent for the stack's own containers. */
  server?: string;
  managedBy?: string;
  image: string;
  id: string;
  /** One word: healthy, starting, unhealthy, running, exited, ... */
  state: string;
}

const HEALTH = /\((healthy|unhealthy|health: (starting))\)/;

/** All containers of the stack in the engine, by name. @param stack "project/stack" */
export async function innerContainers(outputs: Outputs, stack: string): Promise<InnerContainer[]> {
  const filters = { label: [`dind-mcp.stack=${stack}`] };
  const all = await askInner(outputs, (docker) => docker.listContainers({ all: true, filters }));
  return all
    .map(({ Id, Names, Labels, ImageID, State, Status }) => {
      const [, word, starting] = HEALTH.exec(Status) ?? [];
      return {
        name: Names[0]?.slice(1) ?? Id,
        server: Labels["dind-mcp.server"],
        managedBy: Labels["dind-mcp.managed-by"],
        image: ImageID,
        id: Id,
        state: starting ?? word ?? State,
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Stopped by `servers stop` and meant to be so, or one that has ended its work: not waited for. */
const SETTLED = new Set(["healthy", "running", "exited", "created"]);

/** Waits until no container of the stack is starting. @returns how they are then, after `seconds` at the latest */
export async function untilSettled(outputs: Outputs, stack: string, seconds: number): Promise<InnerContainer[]> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const all = await innerContainers(outputs, stack);
    if (Date.now() > end || all.every(({ state }) => SETTLED.has(state))) return all;
    await sleep(POLL_MS);
  }
}
