import { Command } from "commander";
import type { z } from "zod";
import { paths } from "../../api/paths";
import type { cleanupSchema } from "../../api/schemas/engine";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { ExitCode } from "../errors";
import { examples, progress, show, table } from "../output";
import { mib } from "./server";

/** `servers cleanup`. */
export function cleanupCommand(): Command {
  return new Command("cleanup")
    .description("Lists what nobody owns in the engine; with --yes removes it")
    .option("--yes", "remove it")
    .option("--force", "running containers of unknown origin as well")
    .option("--with-data", "storage of servers that are gone as well: what they kept")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
A server of the catalog is gone when the config no longer names it and \`up\` has run. Its storage counts as nobody's
after half a minute.
${examples("bin/dind-mcp servers cleanup\nbin/dind-mcp servers cleanup --with-data\nbin/dind-mcp servers cleanup --yes")}`,
    )
    .action(
      async ({ yes, force, withData, json }: Record<"json" | "yes" | "force" | "withData", boolean | undefined>) => {
        const api = await openApi(Scope.Admin);
        const body = { dryRun: !yes, ...(force ? { force } : {}), ...(withData ? { data: true } : {}) };
        const result = await progress("cleaning up", api.post<z.infer<typeof cleanupSchema>>(paths.cleanup, body));
        if (result.items.some(({ error }) => error)) process.exitCode = ExitCode.Failed;
        show(json, result, ({ items, dryRun }) => {
          const rows = items.map(({ kind, name, id, bytes, reason, error }) => [
            kind,
            name || id,
            bytes === undefined ? "" : `${mib(bytes)} MiB`,
            error ? `NOT REMOVED: ${error}` : reason,
          ]);
          const end = items.length === 0 ? "" : dryRun ? "\nnothing was removed; with --yes it is" : "\nremoved";
          return table(["KIND", "NAME", "SIZE", "WHY"], rows, "there is nothing that nobody owns") + end;
        });
      },
    );
}
