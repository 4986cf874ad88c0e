import { Command, Option } from "commander";
import { readRecipes } from "../add/recipes";
import { CliError, ExitCode } from "../errors";
import { isAttended, question } from "../import/ask-user";
import { bringing, broughtTable, tell } from "../import/command";
import { ACCESS, type Access } from "../import/lend";
import { examples, note, show, table } from "../output";
import { projectFolder } from "../project";
import { settingsOrDefaults } from "../stack/settings";
import { type BroughtFound, bringFound } from "./bring-found";
import { find } from "./find";
import { type Found, type Loose, shown } from "./found";
import { knownPackages } from "./looks-like";

/** Options of `servers find`. */
interface Options {
  import?: boolean;
  stop?: boolean;
  yes?: boolean;
  folder?: string;
  folders?: Access;
  dryRun: boolean;
  json?: boolean;
}

/** `servers find`: MCP servers of this machine that nobody looks after. */
export function findCommand(): Command {
  return new Command("find")
    .description(
      "MCP servers loose on this machine: containers, processes, what clients' files start; what each can reach",
    )
    .argument("[words...]", "only those that have one of these words in what or where they are")
    .option("--import", "makes catalog folders of those that can come, as servers import does")
    .option("--stop", "with --import: then ends those that came and run, and removes such containers")
    .option("--yes", "with --stop: does not ask again")
    .option("--folder <folder>", "the catalog's folder to put them in; by default the first in the stack's config")
    .addOption(new Option("--folders <access>", "what they may do in folders of yours").choices(ACCESS))
    .option("--dry-run", "with --import: says what would come over, and writes and ends nothing", false)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Looks at containers of the host engine, at processes of npx, uvx, node, python and their like, and at the files of every
client that connect knows, for the user and for the project of the current folder. Names of variables are shown, never
their values.
${examples("bin/dind-mcp servers find\nbin/dind-mcp servers find --import --folders read-only\nbin/dind-mcp servers find --import --stop")}`,
    )
    .action(async (words: string[], options: Options) => {
      if ((options.stop || options.yes) && !options.import) {
        throw new CliError("--stop, --yes: got them alone, expected --import with them", ExitCode.Usage);
      }
      const root = projectFolder();
      const settings = await settingsOrDefaults();
      const { DIND_MCP_STATE, DIND_MCP_CACHE } = process.env;
      const own = [root, DIND_MCP_STATE, DIND_MCP_CACHE].filter((folder) => folder !== undefined);
      const { found: all, unread } = await find(knownPackages(readRecipes(root)), settings.hostEngine, own);
      for (const text of unread) note(`left out: ${text}`);
      const isMeant = ({ what, where }: Found): boolean =>
        words.length === 0 || words.some((word) => what.includes(word) || where.includes(word));
      const found = all.filter(isMeant);
      if (!options.import) return show(options.json, found.map(shown), foundTable);
      const brought = await bringFound(found, await bringing(options, process.cwd()));
      const json = brought.map(({ loose, ...one }) => ({ ...one, ...shown(loose) }));
      show(options.json, json, () => broughtTable(brought));
      tell(brought, options.dryRun);
      if (!options.dryRun) await endBrought(brought, options);
    });
}

function foundTable(found: Found[]): string {
  const rows = found.map(({ kind, what, where, of, reach }) => {
    const { user, network, folders, variables } = reach;
    const reaches = [
      `network ${network}`,
      ...folders,
      ...(variables.length > 0 ? [`variables ${variables.join(", ")}`] : []),
    ];
    return [kind, what, where, of, user, reaches.join("; ")];
  });
  return table(["KIND", "WHAT", "WHERE", "STARTED BY", "AS", "REACHES"], rows, "no MCP server is loose here");
}

/** Ends the containers and processes that came over, when the user says so twice. */
async function endBrought(all: BroughtFound[], { stop, yes }: Options): Promise<void> {
  const running = all.filter(({ name, loose }) => name !== undefined && loose.stop).map(({ loose }) => loose);
  if (running.length === 0) return;
  const names = running.map(({ where, what }) => `${where} (${what})`).join(", ");
  if (!(await isWanted(names, running.length, { stop, yes }))) {
    return note(`they run on: ${names}; bin/dind-mcp servers find --import --stop ends them`);
  }
  for (const one of running) await end(one);
}

async function isWanted(names: string, count: number, { stop, yes }: Pick<Options, "stop" | "yes">): Promise<boolean> {
  if (stop && yes) return true;
  if (!isAttended()) return false;
  if (!stop && !/^y/.test(await question(`End ${names}? Containers are removed, with what they hold. [y/N] `)))
    return false;
  if (stop) note(`to end: ${names}; containers are removed, with what they hold`);
  return (await question(`Really? Type how many they are (${count}): `)) === String(count);
}

async function end({ where, stop }: Loose): Promise<void> {
  try {
    await stop?.();
    note(`${where}: ended`);
  } catch (error) {
    process.exitCode = ExitCode.Failed;
    note(`${where}: NOT ended: ${(error as Error).message}`);
  }
}
