import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { Argument, Command, Option } from "commander";
import { clientConfig, targets, tokenVariable } from "../../api/client-configs";
import { CliError, ExitCode } from "../errors";
import { examples, note, show } from "../output";
import { stackName } from "../project";
import { stackSettings } from "../stack/settings";
import { stackOutputs } from "../stack/workspace";
import { CLIENTS, type ClientName, type ClientScope, needsToken, placeNote, SCOPES } from "./clients";
import { connect, entriesOf } from "./connect";
import { sentence } from "./done";
import { fileOf } from "./file-of";
import { listClients } from "./list";
import { clientToken } from "./token";

interface ConnectOptions {
  mode: "all" | "each";
  scope: ClientScope;
  file?: string;
  servers?: string[];
  name: string;
  token?: string;
  withToken?: boolean;
  force: boolean;
  dryRun: boolean;
  json?: boolean;
}

/** `connect`: a client's configuration, written where the client reads it. */
export function connectCommand(): Command {
  return new Command("connect")
    .description("Writes this stack's servers into a client's configuration; without a client: where each has its file")
    .addArgument(new Argument("[client]", "which client").choices(CLIENTS))
    .addOption(
      new Option("--mode <mode>", "all: one entry, with the tools as server__tool; each: an entry for every server")
        .choices(["all", "each"])
        .default("all"),
    )
    .addOption(
      new Option("--scope <scope>", "user: everywhere; project: the folder you are in").choices(SCOPES).default("user"),
    )
    .option("--file <path>", "another file than the client's own")
    .option("--servers <names>", "with --mode each: only these, separated by commas", (text) =>
      text.split(",").filter(Boolean),
    )
    .option("--name <name>", "name of the entry, or its first part with --mode each", "dind-mcp")
    .option("--token <name>", "which token; one with the scope mcp unless told")
    .option("--with-token", "writes the token into the file (0600), instead of naming where the client takes it from")
    .option("--force", "takes the place of other servers of these names; disconnect puts them back", false)
    .option("--dry-run", "shows what would be written, and where", false)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
What else the file holds stays as it is, comments too. Claude Desktop knows no variables: its file gets the token.
${examples("bin/dind-mcp connect claude-code\nbin/dind-mcp connect vscode --scope project --mode each --servers files,http\nbin/dind-mcp connect claude-desktop --dry-run")}`,
    )
    .action(async (client: ClientName | undefined, options: ConnectOptions) => {
      if (client) await connectClient(client, options);
      else listClients(options);
    });
}

async function connectClient(client: ClientName, options: ConnectOptions): Promise<void> {
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(options.name)) {
    const text = `--name: got "${options.name}", expected 1 to 32 small letters, digits and dashes`;
    throw new CliError(text, ExitCode.Usage);
  }
  const file = fileOf(client, options);
  const [outputs, settings] = await Promise.all([stackOutputs(), stackSettings()]);
  const token = clientToken(settings.tokens, options.token);
  const value = outputs.tokens[token.name];
  if (!value) throw new CliError(`the outputs lack the token ${token.name}`, ExitCode.Failed, "bin/dind-mcp up");
  const secret = options.withToken === true || needsToken(client);
  const names = chosen(Object.keys(outputs.servers), token.servers, options);
  const config = clientConfig(client, targets(outputs.endpoints.api, names, options.mode, options.name), {
    name: options.name,
    ...(secret ? { token: value } : {}),
  });
  const { force, dryRun, json } = options;
  const entries = entriesOf(config);
  const installed = options.file !== undefined || existsSync(dirname(file));
  const done = connect({ client, file, stack: stackName(), entries, secret, force, dryRun });
  const keys = entries.filter(({ kind }) => kind === "property").map(({ key }) => key);
  // Neither a terminal's history nor a log is a place for a token.
  const hidden = JSON.parse(JSON.stringify(config.config).replaceAll(value, `TOKEN ${token.name}`));
  show(json, { ...done, dryRun, entries: keys, config: hidden }, () =>
    [`${sentence(done, dryRun)}: ${keys.join(", ")}`, ...(dryRun ? [JSON.stringify(hidden, null, 2)] : [])].join("\n"),
  );
  for (const line of config.notes) note(line);
  const place = options.file === undefined ? placeNote(client, options.scope, process.env) : undefined;
  if (place) note(place);
  if (!installed) note(`${client} seems not to be installed: ${dirname(file)} was not there`);
  if (secret) note(`the file holds the token ${token.name}: it is for its owner alone, and not for a repository`);
  else if (client !== "vscode") note(`${tokenVariable(options.name)}: ${where(token.name)}`);
  else note(`the token: ${where(token.name)}`);
  note(`bin/dind-mcp disconnect ${client} undoes it; start the client anew to have it read its file`);
}

const where = (token: string) => `"${token}" of bin/dind-mcp outputs tokens --show-secrets --json`;

/** The servers of --mode each. @throws CliError when one is unknown, or not the token's */
function chosen(all: string[], allowed: string[] | undefined, { servers, mode }: ConnectOptions): string[] {
  if (servers && mode === "all") {
    throw new CliError("--servers: got a selection, expected none with --mode all", ExitCode.Usage, "--mode each");
  }
  if (servers?.length === 0) {
    throw new CliError('--servers: got "", expected names, separated by commas', ExitCode.Usage);
  }
  const known = all.filter((name) => !allowed || allowed.includes(name));
  const unknown = (servers ?? []).filter((name) => !known.includes(name));
  if (unknown.length === 0) return servers ?? known;
  const text = `--servers: got ${unknown.join(", ")}, expected servers that the token may use: ${known.join(", ")}`;
  throw new CliError(text, ExitCode.NotFound);
}
