import { Argument, Command, Option } from "commander";
import { CliError, ExitCode } from "../errors";
import { examples, note, show } from "../output";
import { CLIENTS, type ClientName, type ClientScope, SCOPES } from "./clients";
import { type Done, failed, sentence } from "./done";
import { fileOf, here } from "./file-of";
import { listClients } from "./list";
import { isInstalled, PLACES } from "./places";
import { type Connected, connectOne, prepared, type Wish } from "./run";

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
    .option("--all", "every client that is installed here, and no other")
    .option("--list", "where each client has its file; the same as without a client")
    .option("--file <path>", "another file than the client's own")
    .option("--servers <names>", "with --mode each: only these, separated by commas", (text) =>
      text.split(",").filter(Boolean),
    )
    .option("--name <name>", "name of the entry, or its first part with --mode each", "dind-mcp")
    .option("--token <name>", "which token; by default one with the scope mcp")
    .option("--with-token", "writes the token into the file (0600), instead of naming where the client takes it from")
    .option("--force", "takes the place of other servers of these names; disconnect puts them back", false)
    .option("--dry-run", "shows what would be written, and where", false)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
What else the file holds stays as it is, comments too. Where a client has no variables, its file gets the token (0600).
${examples("bin/dind-mcp connect claude-code\nbin/dind-mcp connect vscode --scope project --mode each --servers files,http\nbin/dind-mcp connect --all --dry-run")}`,
    )
    .action(async (client: ClientName | undefined, options: Options, command: Command) => {
      const asked = [client, options.all, options.list].filter(Boolean);
      if (asked.length > 1) command.error("error: expected one of: a client, --all, --list");
      if (options.all && options.file !== undefined) command.error("error: --file: expected none with --all");
      if (client) await connectClient(client, options);
      else if (options.all) await connectAll(options);
      else listClients(options);
    });
}

interface Options extends Wish {
  all?: boolean;
  list?: boolean;
  json?: boolean;
}

async function connectClient(client: ClientName, { json, ...wish }: Options): Promise<void> {
  const file = fileOf(client, wish);
  const { notes, ...done } = connectOne(client, file, await prepared(wish));
  show(json, { ...done, text: undefined }, () => told(done));
  for (const line of notes) note(line);
  note(`bin/dind-mcp disconnect ${client} undoes it`);
}

/** Every installed client; of several each is tried and reported. */
async function connectAll({ json, ...wish }: Options): Promise<void> {
  const files = installedClients(wish.scope);
  if (files.length === 0) throw new CliError("no client is installed here that could be connected", ExitCode.NotFound);
  const ready = await prepared(wish);
  const done = files.map(({ client, file }): Connected | Done => {
    try {
      return connectOne(client, file, ready);
    } catch (error) {
      return failed(client, file, error);
    }
  });
  const clean = done.map((one) => ({ ...one, notes: undefined, text: undefined }));
  show(json, clean, () => done.map((one) => ("text" in one ? told(one) : sentence(one, wish.dryRun))).join("\n"));
  const notes = new Map<string, string[]>();
  for (const one of done) {
    for (const text of "notes" in one ? one.notes : []) notes.set(text, [...(notes.get(text) ?? []), one.client]);
  }
  for (const [text, clients] of notes) note(`${clients.join(", ")}: ${text}`);
  note("bin/dind-mcp disconnect --all undoes it");
}

/** What was done, and with a dry run what would be in the file. */
function told(one: Omit<Connected, "notes">): string {
  const line = `${sentence(one, one.dryRun)}: ${one.entries.join(", ")}`;
  return one.dryRun ? `${line}\n${one.text.trimEnd()}` : line;
}

/** The installed clients that have a file for the scope, with it. */
function installedClients(scope: ClientScope): { client: ClientName; file: string }[] {
  return CLIENTS.filter((client) => PLACES[client][scope] && isInstalled(client, here())).map((client) => ({
    client,
    file: fileOf(client, { scope }),
  }));
}
