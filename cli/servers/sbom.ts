import { Command } from "commander";
import { paths } from "../../api/paths";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { examples, progress, show } from "../output";

/** `servers sbom`. */
export function sbomCommand(): Command {
  return new Command("sbom")
    .description("What a server's image holds, as SPDX 2.3 in JSON: packages of Debian, Alpine, npm and PyPI")
    .argument("<name>")
    .addHelpText(
      "after",
      `
As package managers wrote it down in the image; a program that was copied into it by hand is not in the list.
${examples("bin/dind-mcp servers sbom files > files.spdx.json")}`,
    )
    .action(async (name: string) => {
      const api = await openApi(Scope.Read);
      show(true, await progress(`reading the image of ${name}`, api.get<object>(paths.sbom(name))), String);
    });
}
