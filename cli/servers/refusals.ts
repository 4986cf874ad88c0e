import { Command } from "commander";
import { stringify } from "yaml";
import type { z } from "zod";
import { paths } from "../../api/paths";
import type { refusalsSchema } from "../../api/schemas/refusals";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { examples, foreign, show, table } from "../output";

type Refusals = z.infer<typeof refusalsSchema>;

/** `servers refusals`. */
export function refusalsCommand(): Command {
  return new Command("refusals")
    .description(
      "What a server was kept from (hosts, files, limits), and the lines of its manifest that would allow it",
    )
    .argument("<name>")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Out of the egress proxy's log, the server's own log, the errors of its tools, and the kernel's counters. What a server
keeps to itself is not known.
${examples("bin/dind-mcp servers refusals memory\nbin/dind-mcp servers refusals memory --json")}`,
    )
    .action(async (name: string, { json }: { json?: boolean }) => {
      const api = await openApi(Scope.Read);
      show(json, await api.get<Refusals>(paths.refusals(name)), (all) => refusalsText(name, all));
    });
}

/** The report for people. */
function refusalsText(name: string, { items, add }: Refusals): string {
  const rows = items.map(({ kind, what, count, last = "", source, why }) => [
    kind,
    foreign(what),
    String(count),
    last.slice(0, 19),
    source,
    why,
  ]);
  const told = table(
    ["KIND", "WHAT", "COUNT", "LAST", "BY", "WHY"],
    rows,
    `${name} was kept from nothing that is known`,
  );
  return Object.keys(add).length === 0 ? told : `${told}\n\n${allowingText(name, add)}`;
}

/** Lines for a manifest. */
function allowingText(name: string, add: Refusals["add"]): string {
  const lines = stringify(add, { lineWidth: 0 }).trimEnd();
  return `to allow what you want of it, in ${name}'s server.yaml, then bin/dind-mcp up:\n${lines}`;
}
