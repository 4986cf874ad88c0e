import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { Outputs } from "../../stack/outputs";
import { CliError } from "../errors";
import { containerState, existingEngine } from "./host";
import { type InnerContainer, innerContainers } from "./inner";

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

/** Stopped by `servers stop` and meant to be so, or one that has ended its work: not waited for. */
const SETTLED = new Set(["healthy", "running", "exited", "created"]);

/** Waits until no container of the stack is starting. @returns how they are then, after `seconds` at the latest */
export async function untilSettled(outputs: Outputs, seconds: number): Promise<InnerContainer[]> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const all = await innerContainers(outputs);
    if (Date.now() > end || all.every(({ state }) => SETTLED.has(state))) return all;
    await sleep(POLL_MS);
  }
}
