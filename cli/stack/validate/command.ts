import { Command } from "commander";
import { ExitCode } from "../../errors";
import { examples, progress, show, table } from "../../output";
import { stackSettings } from "../settings";
import { stackOutputs } from "../workspace";
import { type Validation, validate } from "./validate";

/** `validate`: every running container against what is declared. */
export function validateCommand(): Command {
  return new Command("validate")
    .description("Compares every container of the stack with what its manifest declares; changes nothing")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Compared are hardening, limits, labels, image, environment, mounts, networks and state, through the same function
that makes the containers. Exit code 3 when anything differs; the engine has to run (4 when it does not answer).
${examples("bin/dind-mcp validate\nbin/dind-mcp stack validate --json | jq '.differences[].path'")}`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const declared = Promise.all([stackSettings(), stackOutputs()]);
      const result = await progress(
        "comparing",
        declared.then(([settings, outputs]) => validate(settings, outputs)),
      );
      show(json, { ok: result.differences.length === 0, ...result }, text);
      if (result.differences.length > 0) process.exitCode = ExitCode.Different;
    });
}

function text({ compared, differences, learning }: Validation): string {
  const copies = learning.length > 0 ? `\nnot compared, as a copy is learning: ${learning.join(", ")}` : "";
  const checked = `${compared.length} containers compared: ${compared.join(", ")}${copies}`;
  if (differences.length === 0) return `${checked}\nall are as declared`;
  const rows = differences.map(({ container, path, expected, got }) => [container, path, expected, got]);
  const fix = "to fix: bin/dind-mcp up makes them as declared";
  return [checked, table(["CONTAINER", "WHAT", "DECLARED", "FOUND"], rows), fix].join("\n\n");
}
