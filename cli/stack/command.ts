import { Command } from "commander";
import { stackName } from "../project";
import { deployCommand } from "./deploy";
import { destroyCommand } from "./destroy";
import { checkOutput } from "./output-names";
import { passing, refreshArguments } from "./passing";
import { runPulumi } from "./pulumi";
import { statusCommand } from "./status/command";
import { validateCommand } from "./validate/command";
import { stackOutputs } from "./workspace";

/** `stack`: what Pulumi declares, and how it is. */
export function stackCommand(): Command {
  return new Command("stack")
    .description("The stack: what Pulumi declares, and how it is")
    .addCommand(deployCommand("deploy"))
    .addCommand(previewCommand())
    .addCommand(statusCommand())
    .addCommand(validateCommand())
    .addCommand(destroyCommand());
}

/** The short names of what is used most. */
export function shortCommands(): Command[] {
  return [
    deployCommand("up"),
    previewCommand(),
    refreshCommand(),
    outputsCommand(),
    destroyCommand(),
    statusCommand(),
    validateCommand(),
  ];
}

function previewCommand(): Command {
  return passing(
    "preview",
    "Shows what `up` would change; changes nothing",
    "bin/dind-mcp preview --diff\nbin/dind-mcp preview --policy-pack policy",
  ).action((args: string[]) => runPulumi(["preview", ...args]));
}

function refreshCommand(): Command {
  return passing(
    "refresh",
    "Looks for drift and takes it into the state",
    "bin/dind-mcp refresh --preview-only",
  ).action((args: string[]) => runPulumi(refreshArguments(args)));
}

function outputsCommand(): Command {
  return passing(
    "outputs",
    "The stack's outputs, secrets hidden",
    "bin/dind-mcp outputs endpoints --json\nbin/dind-mcp outputs tokens --show-secrets --json",
  ).action(async (args: string[]) => {
    const name = args.find((one) => !one.startsWith("-"));
    if (name !== undefined) checkOutput(name, Object.keys(await stackOutputs()));
    await runPulumi(["stack", "output", "--stack", stackName(), ...args]);
  });
}
