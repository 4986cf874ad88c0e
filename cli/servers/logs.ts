import { Command } from "commander";
import type { z } from "zod";
import { Scope } from "../../orchestrator/config";
import type { logLineSchema } from "../../orchestrator/rest/schemas";
import { Api } from "../api/client";
import { since } from "../engine/since";
import { plain } from "../output";

type LogLine = z.infer<typeof logLineSchema>;

interface Options {
  follow?: boolean;
  tail: string;
  since?: string;
  timestamps?: boolean;
  json?: boolean;
}

/** `servers logs`. */
export function logsCommand(): Command {
  return new Command("logs")
    .description("What a server wrote to its standard error, and its container's own output")
    .argument("<name>")
    .option("-f, --follow", "go on until Ctrl-C")
    .option("-n, --tail <lines>", "the last lines only", "200")
    .option("--since <time>", "RFC 3339, seconds since 1970, or an age like 10m")
    .option("-t, --timestamps", "each line with its time")
    .option("--json", "one JSON object a line")
    .addHelpText(
      "after",
      "\nExamples:\n  bin/dind-mcp servers logs files --since 10m\n  bin/dind-mcp servers logs http -f",
    )
    .action(async (name: string, options: Options) => {
      const api = await Api.open(Scope.Read);
      const query = new URLSearchParams({ tail: options.tail });
      if (options.since) query.set("since", new Date(since(options.since, Date.now()) * 1_000).toISOString());
      const path = `/v1/servers/${encodeURIComponent(name)}/logs?${query}`;
      const print = (line: LogLine): void => {
        process.stdout.write(`${options.json ? JSON.stringify(line) : text(line, options.timestamps)}\n`);
      };
      if (!options.follow) (await api.get<{ items: LogLine[] }>(path)).items.forEach(print);
      else for await (const event of api.events(`${path}&follow=true`)) print(JSON.parse(event) as LogLine);
    });
}

/** Safe for a terminal; as it was written for anything else. */
function text({ time, line }: LogLine, timestamps?: boolean): string {
  const shown = process.stdout.isTTY ? plain(line) : line;
  return timestamps ? `${time} ${shown}` : shown;
}
