import { Command } from "commander";
import type { z } from "zod";
import { paths } from "../../api/paths";
import type { deployedSchema } from "../../api/schemas/servers";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { examples, progress, show } from "../output";
import { readInput } from "./input";
import { serverRows } from "./server";

/** `servers deploy`. */
export function deployCommand(): Command {
  return new Command("deploy")
    .description("Runs an extra server from a manifest with an image, or replaces the one of that name")
    .argument("<file>", "a server.yaml, its folder, or - for standard input")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
The server gets the same walls as the catalog's, within what dind-mcp:deploy allows; \`build\`, \`egress\` and
\`database\` need the catalog (a folder in mcp/). Secrets come in an envelope {manifest, secrets} on standard input.
${examples("bin/dind-mcp servers deploy weather/server.yaml\nbin/dind-mcp servers deploy - < envelope.yaml")}`,
    )
    .action(async (file: string, { json }: { json?: boolean }) => {
      const text = readInput(file);
      const api = await openApi(Scope.Admin);
      const deployed = api.post<z.infer<typeof deployedSchema>>(paths.servers, text);
      show(json, await progress("deploying; until it is healthy", deployed), (server) =>
        [
          `${server.name}: ${server.change === "none" ? "runs already, exactly so" : server.change}`,
          serverRows([server]),
        ].join("\n"),
      );
    });
}

/** `servers remove`. */
export function removeCommand(): Command {
  return new Command("remove")
    .alias("rm")
    .description(
      "Removes an extra server with its volumes; one of the catalog leaves by the config key servers, and up",
    )
    .argument("<name>")
    .option("--with-data", "its storage as well: what it kept")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      examples("bin/dind-mcp servers remove weather\nbin/dind-mcp servers remove weather --with-data"),
    )
    .action(async (name: string, { json, withData }: { json?: boolean; withData?: boolean }) => {
      const api = await openApi(Scope.Admin);
      await progress(`removing ${name}`, api.delete(`${paths.server(name)}${withData ? "?data=true" : ""}`));
      show(json, { name, change: "removed" }, () => `${name}: removed${withData ? ", with its data" : ""}`);
    });
}
