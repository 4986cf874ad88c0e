import { resolve } from "node:path";
import { Command } from "commander";
import { type Problem, ProblemsError } from "../../lib/problems";
import { loadCatalog } from "../../manifest/load-catalog";
import { ExitCode } from "../errors";
import { examples, show } from "../output";
import { projectFolder, stackName } from "../project";
import { stackSettings } from "../stack/settings";

/** What `servers validate` found. */
interface Checked {
  ok: boolean;
  /** Names of the servers whose manifests are right. */
  servers: string[];
  problems: Problem[];
}

/** `servers validate`: manifests alone; nothing has to run. */
export function validateManifestsCommand(): Command {
  return new Command("validate")
    .description("Checks the manifests of the catalog, all problems at once; touches nothing")
    .argument("[folders...]", "folders with one folder a server; those of the stack's config unless told")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nExit code 2 when something is wrong.\n${examples("bin/dind-mcp servers validate\nbin/dind-mcp servers validate mcp more-servers --json")}`,
    )
    .action(async (folders: string[], { json }: { json?: boolean }) => {
      const checked = check(folders.length > 0 ? folders.map((one) => resolve(one)) : (await stackSettings()).catalog);
      if (!json && !checked.ok) throw new ProblemsError(checked.problems);
      show(json, checked, ({ servers }) => `${servers.length} manifests are right: ${servers.join(", ")}`);
      if (!checked.ok) process.exitCode = ExitCode.Usage;
    });
}

function check(folders: string[]): Checked {
  try {
    const servers = loadCatalog(folders, { settingsFile: `Pulumi.${stackName()}.yaml` }, projectFolder());
    return { ok: true, servers: servers.map(({ manifest }) => manifest.name), problems: [] };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return { ok: false, servers: [], problems: error.problems };
  }
}
