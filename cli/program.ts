import { Command } from "commander";
import { backupCommand } from "./backup/command";
import { completeCommand, completionCommand } from "./completion/command";
import { connectCommand } from "./connect/command";
import { disconnectCommand } from "./connect/disconnect-command";
import { engineCommand } from "./engine/command";
import { kongCommand } from "./kong/command";
import { proxyCommand } from "./proxy/command";
import { restoreCommand } from "./restore/command";
import { rotateCommand } from "./rotate/command";
import { secretsCommand } from "./secrets/command";
import { serversCommand } from "./servers/command";
import { serviceCommand } from "./service/command";
import { shortCommands, stackCommand } from "./stack/command";
import { tokensCommand } from "./tokens/command";
import { uiCommand } from "./ui/command";
import { updateCommand } from "./update/command";
import { updatesCommand } from "./updates/command";

/** The whole command line. Each group of commands adds itself. */
export function program(): Command {
  const root = new Command("dind-mcp")
    .description("One Docker engine, made a safe home for a fleet of MCP servers")
    .enablePositionalOptions() // an option after `backup show` is that command's, and not also `backup`'s
    .addCommand(engineCommand())
    .addCommand(serversCommand())
    .addCommand(secretsCommand())
    .addCommand(updatesCommand())
    .addCommand(updateCommand())
    .addCommand(rotateCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(stackCommand())
    .addCommand(tokensCommand())
    .addCommand(uiCommand())
    .addCommand(connectCommand())
    .addCommand(disconnectCommand())
    .addCommand(proxyCommand())
    .addCommand(kongCommand())
    .addCommand(serviceCommand());
  for (const command of shortCommands()) root.addCommand(command);
  root.addCommand(completionCommand()).addCommand(completeCommand(root), { hidden: true });
  sayMore(root);
  return root;
}

/** A command's errors about its arguments end with its usage, and where to read more. Commander hands this down to no command added as ours are. */
function sayMore(command: Command, before = "bin/dind-mcp"): void {
  const usage = command.parent ? `${before} ${command.name()}` : before;
  command.showHelpAfterError(`usage: ${usage} ${command.usage()}\n(--help says more)`);
  for (const one of command.commands) sayMore(one, usage);
}
