import { Command } from "commander";
import { completeCommand, completionCommand } from "./completion/command";
import { connectCommand } from "./connect/command";
import { disconnectCommand } from "./connect/disconnect-command";
import { engineCommand } from "./engine/command";
import { serversCommand } from "./servers/command";
import { serviceCommand } from "./service/command";
import { shortCommands, stackCommand } from "./stack/command";

/** The whole command line. Each group of commands adds itself. */
export function program(): Command {
  const root = new Command("dind-mcp")
    .description("One Docker engine, made a safe home for a fleet of MCP servers")
    .showHelpAfterError("(--help says more)")
    .addCommand(engineCommand())
    .addCommand(serversCommand())
    .addCommand(stackCommand())
    .addCommand(connectCommand())
    .addCommand(disconnectCommand())
    .addCommand(serviceCommand());
  for (const command of shortCommands()) root.addCommand(command);
  return root.addCommand(completionCommand()).addCommand(completeCommand(root), { hidden: true });
}
