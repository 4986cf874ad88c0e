import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Command } from "commander";
import { connections } from "../connect/connect";
import { CliError } from "../errors";
import { note, show } from "../output";
import { projectFolder, stackName } from "../project";
import { converge } from "./converge/converge";
import { passing, WITHOUT_QUESTIONS } from "./passing";
import { runPulumi } from "./pulumi";
import { wantDown } from "./wanted";

/** `destroy`. */
export function destroyCommand(): Command {
  return passing(
    "destroy",
    "Removes everything the stack made, without questions; volumes too, unless retainVolumes is set",
    "bin/dind-mcp destroy\nbin/dind-mcp destroy --all      # and then `clean`",
  )
    .option("--all", "then stop what the set-up started on this machine, as `clean` does")
    .option("--json", "the result as one JSON document; what Pulumi shows goes to standard error")
    .action(async (args: string[], { all, json }: { all?: boolean; json?: boolean }) => {
      const began = Date.now();
      const { found } = await converge({ toDestroy: true });
      wantDown();
      await runPulumi(["destroy", ...WITHOUT_QUESTIONS, ...args], json);
      const seconds = Math.round((Date.now() - began) / 1_000);
      if (json) show(json, { stack: stackName(), found, seconds }, String);
      note(`destroy ${seconds} s`);
      const files = connections(stackName()).map(({ file }) => file);
      if (files.length > 0)
        note(`clients are still connected: ${files.join(", ")}; bin/dind-mcp disconnect --all undoes it`);
      if (all) clean(json);
    });
}

/** Runs the launcher's `clean`. @param aside sends its output to standard error */
function clean(aside = false): void {
  const { DIND_MCP_CACHE = "", DIND_MCP_STATE = "" } = process.env;
  const script = join(projectFolder(), "toolchain/clean.sh");
  const { status } = spawnSync("bash", [script, DIND_MCP_CACHE, DIND_MCP_STATE], {
    stdio: ["inherit", aside ? 2 : "inherit", "inherit"],
  });
  if (status !== 0) throw new CliError("clean failed; what it said is above");
}
