import { Command } from "commander";
import { ExitCode } from "../errors";
import { withLogOptions } from "../log-options";
import { examples, progress, show, table } from "../output";
import { secondsOf } from "../seconds";
import { wantDown, wantUp } from "../stack/wanted";
import { logs } from "./logs";
import { start } from "./start";
import { status } from "./status";
import { stop } from "./stop";
import { engineText } from "./text";

/** `engine`: the container that everything runs in. */
export function engineCommand(): Command {
  const group = new Command("engine").description("The engine container, in which all servers run");
  group
    .command("start")
    .description("Starts the engine and waits until it and every server is up; does nothing when it runs")
    .option("--timeout <seconds>", "how long that may take", secondsOf("--timeout"), 120)
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp engine start"))
    .action(async ({ timeout, json }: { timeout: number; json?: boolean }) => {
      wantUp();
      const result = await progress("starting the engine", start(timeout));
      show(json, result, ({ engine, containers }) =>
        [
          `${engine}: healthy`,
          table(
            ["CONTAINER", "STATE"],
            containers.map(({ name, state }) => [name, state]),
          ),
        ].join("\n"),
      );
    });
  group
    .command("stop")
    .description("Stops all servers in order, then the engine; data, images and containers stay")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp engine stop     # `engine start` or `up` brings everything back"))
    .action(async ({ json }: { json?: boolean }) => {
      const stopped = await progress("stopping the engine", stop());
      wantDown();
      show(json, stopped, ({ engine, state, changed }) =>
        changed ? `${engine}: stopped; all data is kept` : `${engine}: ${state} already`,
      );
    });
  group
    .command("status")
    .description("How the engine is")
    .option("--json", "as JSON")
    .addHelpText("after", `${examples("bin/dind-mcp engine status --json")}\n\nExit code 3 when it is not healthy.`)
    .action(async ({ json }: { json?: boolean }) => {
      const result = await status();
      show(json, result, engineText);
      if (result.state !== "healthy") process.exitCode = ExitCode.Different;
    });
  withLogOptions(group.command("logs"))
    .description("What dockerd, containerd and the supervisor wrote")
    .addHelpText("after", examples("bin/dind-mcp engine logs --since 10m\nbin/dind-mcp engine logs -f --tail 20"))
    .action(logs);
  return group;
}
