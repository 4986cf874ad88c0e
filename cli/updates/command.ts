import { Command } from "commander";
import { ExitCode } from "../errors";
import { examples, progress, show } from "../output";
import { projectFolder } from "../project";
import { settingsOrDefaults } from "../stack/settings";
import { hostEngineAsks } from "./ask-engine";
import { updatesText } from "./text";
import { findUpdates } from "./updates";

/** `updates`: what is newer. */
export function updatesCommand(): Command {
  return new Command("updates")
    .description(
      "What is newer of all that the catalog's servers are made of: packages, commits, images; changes nothing",
    )
    .argument("[names...]", "servers and shared services; by default all of the catalog")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Asks npm, pip, go, cargo and git as this machine is set up, and the registries of images. HAVE is what a server's folder
pins; AGE is that of the newest. What nobody answers for is told below the table, and the rest is there all the same.
Exit code 0 whether something is newer or not: that is no failure (counts.newer of --json tells). 1 when there was
something to ask, and nobody answered.
${examples("bin/dind-mcp updates\nbin/dind-mcp updates files http\nbin/dind-mcp updates --json")}`,
    )
    .action(async (names: string[], { json }: { json?: boolean }) => {
      const { catalog, hostEngine, registryMirrors } = await settingsOrDefaults();
      const engine = hostEngineAsks(hostEngine);
      try {
        const asked = findUpdates(
          { root: projectFolder(), catalog, engine: engine.ask, mirrors: registryMirrors },
          names,
        );
        const found = await progress("asking what is newest", asked);
        show(json, found, (updates) => updatesText(updates));
        const { items, counts } = found;
        if (items.length > 0 && counts.unasked === items.length) process.exitCode = ExitCode.Failed;
      } finally {
        engine.close();
      }
    });
}
