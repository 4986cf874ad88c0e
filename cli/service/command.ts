import { Command } from "commander";
import { ExitCode } from "../errors";
import { examples, show } from "../output";
import { stackName } from "../project";
import { secondsOf } from "../seconds";
import { stackSettings } from "../stack/settings";
import { Systemd } from "./systemd";
import { unitName, unitText } from "./unit";
import { unitHere } from "./unit-here";
import { watch } from "./watch";

/** `service`: a systemd unit that keeps the stack up. */
export function serviceCommand(): Command {
  const group = new Command("service").description("A systemd unit that brings the stack up at boot, and heals it");
  group
    .command("install")
    .description("Sets the unit up for this stack and this user, and starts it")
    .option("--print", "only print the unit; changes nothing, needs no systemd")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples(
        "bin/dind-mcp service install\nbin/dind-mcp service install --print | sudo tee /etc/systemd/system/dind-mcp-dev.service",
      ),
    )
    .action(async ({ print, json }: { print?: boolean; json?: boolean }) => {
      await stackSettings(); // what it would watch has to be there, and right
      const text = unitText(unitHere());
      if (print) {
        process.stdout.write(text);
        return;
      }
      const unit = unitName(stackName());
      const change = new Systemd().install(unit, text);
      show(
        json,
        { unit, change },
        () => `${unit}: ${change === "none" ? "is there already, exactly so" : change}; it runs`,
      );
    });
  group
    .command("status")
    .description("How the unit is")
    .option("--json", "as JSON")
    .addHelpText("after", `\nExit code 3 when it does not run.\n${examples("bin/dind-mcp service status")}`)
    .action(({ json }: { json?: boolean }) => {
      const state = new Systemd().state(unitName(stackName()));
      show(json, state, ({ unit, installed, enabled, state: word }) =>
        installed
          ? `${unit}  ${word}, ${enabled ? "starts at boot" : "does not start at boot"}`
          : `${unit}  is not installed`,
      );
      if (state.state !== "active") process.exitCode = ExitCode.Different;
    });
  group
    .command("remove")
    .description("Stops the unit and takes it away; the stack stays as it is")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp service remove"))
    .action(({ json }: { json?: boolean }) => {
      const unit = unitName(stackName());
      const removed = new Systemd().remove(unit);
      show(
        json,
        { unit, change: removed ? "removed" : "none" },
        () => `${unit}: ${removed ? "removed" : "was not there"}`,
      );
    });
  group
    .command("watch")
    .description("What the unit runs: brings the stack up whenever its engine or orchestrator is down")
    .option("--every <seconds>", "between two looks", secondsOf("--every", 1), 15)
    .option("--after <seconds>", "how long they have to be down", secondsOf("--after", 1), 30)
    .addHelpText(
      "after",
      `\nLeaves alone what \`engine stop\` or \`destroy\` took down, until \`up\` or \`engine start\`.\n${examples("bin/dind-mcp service watch --every 60")}`,
    )
    .action(watch);
  return group;
}
