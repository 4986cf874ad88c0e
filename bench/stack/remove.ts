import { rm } from "node:fs/promises";
import { run } from "../../tests/support/fleet/command";
import { leftovers, type TestStack } from "../../tests/support/fleet/stack";

/** Removes whatever a side has on the host engine, in any state, by label and name; and its folder. */
export async function remove(stack: TestStack): Promise<void> {
  const left = await leftovers(stack);
  for (const name of left.container) await run("docker", ["rm", "-f", "-v", name]);
  for (const name of left.network) await run("docker", ["network", "rm", name]);
  for (const name of left.volume) await run("docker", ["volume", "rm", "-f", name]);
  for (const name of left.image) await run("docker", ["image", "rm", "-f", "--no-prune", name]);
  await rm(stack.folder, { recursive: true, force: true });
  const remains = Object.values(await leftovers(stack)).flat();
  if (remains.length > 0) throw new Error(`could not be removed: ${remains.join(", ")}`);
}
