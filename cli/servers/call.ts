import { Command } from "commander";
import { paths } from "../../api/paths";
import { Scope } from "../../api/scopes";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { openApi } from "../api/open";
import { CliError, ExitCode } from "../errors";
import { examples, foreign, progress, show } from "../output";
import { toolArguments } from "./arguments";
import { readInput } from "./input";
import { toolsOf } from "./tools";

interface Result {
  content?: { type: string; text?: string; mimeType?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
}

const EXAMPLES = examples(`bin/dind-mcp servers call files list_directory path=/workspace
bin/dind-mcp servers call files read_multiple_files 'paths=["/workspace/a", "/workspace/b"]'
echo '{"sql": "select 1"}' | bin/dind-mcp servers call postgres execute_sql --args @-`);

/** `servers call`. */
export function callCommand(): Command {
  return new Command("call")
    .description("Calls a tool")
    .argument("<server>")
    .argument("<tool>")
    .argument("[arguments...]", "key=value; lists and objects as JSON")
    .option("--args <json>", "all arguments as one JSON object; @FILE, or @- for standard input")
    .option("--json", "the whole result as JSON")
    .addHelpText(
      "after",
      `
Exit code 1 when the tool says that it failed.
${EXAMPLES}`,
    )
    .action(
      async (server: string, tool: string, pairs: string[], { args, json }: { args?: string; json?: boolean }) => {
        if (args !== undefined && pairs.length > 0) {
          throw new CliError(`--args and ${pairs[0]}: got both, expected all arguments one way`, ExitCode.Usage);
        }
        const given = args === undefined ? undefined : wholeArguments(args);
        const api = await openApi(Scope.Mcp);
        const values = given ?? toolArguments(`${server} ${tool}`, await schemaOf(server, tool), pairs);
        const path = paths.call(server, tool);
        const result = await progress(`calling ${tool}`, api.post<Result>(path, { arguments: values }));
        if (result.isError) process.exitCode = ExitCode.Failed;
        if (json) show(json, result, String);
        else process.stdout.write(`${foreign(text(result))}\n`);
      },
    );
}

function wholeArguments(args: string): Record<string, unknown> {
  const source = args.startsWith("@") ? readInput(args.slice(1)) : args;
  const value = parseJson(source);
  if (isMapping(value)) return value;
  throw new CliError('--args: got no JSON object, expected one like \'{"path": "/workspace"}\'', ExitCode.Usage);
}

async function schemaOf(server: string, tool: string): Promise<Record<string, unknown>> {
  const tools = await toolsOf(await openApi(Scope.Read), server);
  const found = tools.find(({ name }) => name === tool);
  if (found) return (found.definition.inputSchema ?? {}) as Record<string, unknown>;
  const names = tools.map(({ name }) => name).join(", ");
  throw new CliError(`${server} has no tool ${tool}; it has ${names || "none"}`, ExitCode.NotFound);
}

function text({ content = [], structuredContent }: Result): string {
  const parts = content.map(
    (part) => part.text ?? `(${part.type}${part.mimeType ? ` ${part.mimeType}` : ""}: see --json)`,
  );
  return parts.length > 0 ? parts.join("\n") : JSON.stringify(structuredContent ?? null, null, 2);
}
