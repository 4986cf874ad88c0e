import { join } from "node:path";
import type { TestStack } from "../../tests/support/fleet/stack";
import { type Sample, timed } from "./timed";

/** The program's side: a pulumi command on the bench's stack. */
export function runPulumi(stack: TestStack, command: "up" | "preview" | "refresh" | "destroy"): Promise<Sample> {
  const yes = command === "preview" ? [] : ["--yes"];
  const skip = command === "up" || command === "destroy" ? ["--skip-preview"] : [];
  // The passphrase and the backend are in the environment, as `bin/dind-mcp env` sets them.
  const file = join(stack.folder, "stacks", `Pulumi.${stack.name}.yaml`);
  return timed(
    "pulumi",
    [command, ...yes, ...skip, "--non-interactive", "--stack", stack.name, "--config-file", file],
    stack.env,
  );
}
