import { join } from "node:path";
import { run } from "./command";
import { ROOT } from "./stack";

/**
 * Builds the engine's image as the program does, and keeps it: the layers are there for every stack of the tests, also after
 * the one that was up first is destroyed. A failure says nothing here: the first `up` has it again, and tells.
 */
export function engineImage(): { ready: Promise<unknown>; remove(): Promise<void> } {
  const name = `dind-mcp/mcp-test-image-${process.pid}-0:engine`; // a name that `sweep` knows
  const ready = run("docker", ["build", "-q", "-t", name, join(ROOT, "images/engine")], {
    env: { ...process.env, DOCKER_BUILDKIT: "0" },
  }).catch(() => {});
  return {
    ready,
    remove: async () => {
      await ready;
      await run("docker", ["image", "rm", name]);
    },
  };
}
