import { Command } from "commander";
import type { z } from "zod";
import { paths } from "../../api/paths";
import type { egressSchema } from "../../api/schemas/egress";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { examples, foreign, show, table } from "../output";

type Egress = z.infer<typeof egressSchema>;

/** `servers egress`. */
export function egressCommand(): Command {
  return new Command("egress")
    .description("Which hosts a server asked for: allowed, refused, how often, and the line that would allow it")
    .argument("<name>")
    .option("--json", "as JSON")
    .addHelpText("after", examples("bin/dind-mcp servers egress http\nbin/dind-mcp servers egress http --json"))
    .action(async (name: string, { json }: { json?: boolean }) => {
      const api = await openApi(Scope.Read);
      show(json, await api.get<Egress>(paths.egress(name)), (report) => egressText(name, report));
    });
}

/** The report for people. */
export function egressText(name: string, { allowed, since, items }: Egress): string {
  const rows = items.map(({ host, port, outcome, reason, count, last, keys }) => [
    foreign(`${host}:${port}`),
    outcome,
    String(count),
    last.slice(0, 19),
    foreign([reason, keys && `with ${keys.join(", ")}, by the proxy`].filter((one) => one !== undefined).join("; ")),
  ]);
  const none = allowed.length === 0 ? `${name} has no way out: its manifest lists no egress` : "it asked for nothing";
  const asked = table(["HOST", "OUTCOME", "COUNT", "LAST", "WHY"], rows, since ? `${none} since ${since}` : none);
  const add = items.flatMap((item) => (item.add === undefined ? [] : [`  - ${foreign(item.add)}`]));
  if (add.length === 0) return asked;
  return [
    asked,
    "",
    `to allow what you want of it, in ${name}'s server.yaml, then bin/dind-mcp up:`,
    "egress:",
    ...add,
  ].join("\n");
}
