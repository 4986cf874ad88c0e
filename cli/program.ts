import { Command } from "commander";
import { engineCommand } from "./engine/command";
import { statusCommand } from "./stack/status/command";
import { validateCommand } from "./stack/validate/command";

/** The whole command line. Each group of commands adds itself. */
export function program(): Command {
  return new Command("dind-mcp")
    .description("One Docker engine, made a safe home for a fleet of MCP servers")
    .showHelpAfterError("(--help says more)")
    .addCommand(engineCommand())
    .addCommand(statusCommand())
    .addCommand(validateCommand());
}
