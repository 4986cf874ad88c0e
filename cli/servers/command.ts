import { Command } from "commander";
import { addCommand } from "../add/command";
import { findCommand } from "../find/command";
import { importCommand } from "../import/command";
import { learnCommand } from "../learn/command";
import { searchCommand } from "../registry/search";
import { callCommand } from "./call";
import { cleanupCommand } from "./cleanup";
import { deployCommand, removeCommand } from "./deploy";
import { egressCommand } from "./egress";
import { lifecycleCommand } from "./lifecycle";
import { listCommand, showCommand } from "./list";
import { loginCommand, logoutCommand } from "./login";
import { logsCommand } from "./logs";
import { refusalsCommand } from "./refusals";
import { sbomCommand } from "./sbom";
import { toolsCommand } from "./tools";
import { validateManifestsCommand } from "./validate";

/** `servers`: what runs, over the REST API. */
export function serversCommand(): Command {
  const group = new Command("servers").description("The MCP servers: those of the catalog, and extra ones").addHelpText(
    "after",
    `
DIND_MCP_URL and DIND_MCP_TOKEN, when both are set, name another gateway than the stack's own.
A server of the catalog is declared in mcp/NAME and made by \`up\`; \`deploy\` runs an extra one beside them.`,
  );
  group.addCommand(listCommand()).addCommand(showCommand()).addCommand(deployCommand()).addCommand(removeCommand());
  for (const action of ["start", "stop", "restart"] as const) group.addCommand(lifecycleCommand(action));
  return group
    .addCommand(loginCommand())
    .addCommand(logoutCommand())
    .addCommand(logsCommand())
    .addCommand(egressCommand())
    .addCommand(sbomCommand())
    .addCommand(refusalsCommand())
    .addCommand(learnCommand())
    .addCommand(toolsCommand())
    .addCommand(callCommand())
    .addCommand(cleanupCommand())
    .addCommand(addCommand())
    .addCommand(searchCommand())
    .addCommand(importCommand())
    .addCommand(findCommand())
    .addCommand(validateManifestsCommand());
}
