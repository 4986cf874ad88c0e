import { Command } from "commander";
import type { z } from "zod";
import { paths } from "../../api/paths";
import type { logLineSchema } from "../../api/schemas/logs";
import { Scope } from "../../api/scopes";
import { jsonLine } from "../../lib/json-line";
import { openApi } from "../api/open";
import { type LogOptions, lines, since, withLogOptions } from "../log-options";
import { examples, foreign } from "../output";

type LogLine = z.infer<typeof logLineSchema>;

interface Options extends LogOptions {
  service?: string;
  timestamps?: boolean;
  json?: boolean;
}

/** `servers logs`. */
export function logsCommand(): Command {
  return withLogOptions(new Command("logs"))
    .description("What a server wrote to its standard error, and its container's own output")
    .argument("<name>")
    .option("--service <name>", "of that companion of it, like a database, in place of its own")
    .option("-t, --timestamps", "each line with its time")
    .option("--json", "one JSON object a line")
    .addHelpText(
      "after",
      examples(
        "bin/dind-mcp servers logs files --since 10m\nbin/dind-mcp servers logs http -f\nbin/dind-mcp servers logs notes --service redis",
      ),
    )
    .action(async (name: string, options: Options) => {
      const api = await openApi(Scope.Read);
      const query = new URLSearchParams({ tail: String(lines(options.tail)) });
      if (options.service !== undefined) query.set("service", options.service);
      if (options.since) query.set("since", new Date(since(options.since, Date.now()) * 1_000).toISOString());
      const path = `${paths.logs(name)}?${query}`;
      const print = (line: LogLine): void => {
        process.stdout.write(`${options.json ? jsonLine(line) : text(line, options.timestamps)}\n`);
      };
      if (!options.follow) (await api.get<{ items: LogLine[] }>(path)).items.forEach(print);
      else for await (const event of api.events(`${path}&follow=true`)) print(JSON.parse(event) as LogLine);
    });
}

/** Safe for a terminal; as it was written for anything else. */
function text({ time, line }: LogLine, timestamps?: boolean): string {
  return foreign(timestamps ? `${time} ${line}` : line);
}
