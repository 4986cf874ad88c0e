import { Command } from "commander";
import { ExitCode } from "../../errors";
import { examples, progress, show } from "../../output";
import { stackStatus } from "./status";
import { statusText } from "./text";

/** `status`: the whole stack on one screen. */
export function statusCommand(): Command {
  return new Command("status")
    .description(
      "The stack on one screen: engine, servers, endpoints, certificates, backup, drift, versions, isolation",
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Exit code 0 when all is healthy and as declared, 3 when something is not, 5 when the stack is not up.
${examples("bin/dind-mcp status\nbin/dind-mcp status --stack second\nbin/dind-mcp status --json | jq .certificates")}`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const status = await progress("looking", stackStatus());
      show(json, status, statusText);
      if (!status.ok) process.exitCode = ExitCode.Different;
    });
}
