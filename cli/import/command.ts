import { homedir } from "node:os";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { AGGREGATE } from "../../api/client-configs";
import { endpoints } from "../../config/endpoints";
import { isBaseUrl } from "../../config/parts";
import type { Settings } from "../../config/settings";
import { thisMachine } from "../../stack/folders/host-folders";
import { checkPlace } from "../add/plan";
import { readRecipes } from "../add/recipes";
import { CLIENTS, type ClientName } from "../connect/clients";
import { sentence } from "../connect/done";
import { connectOne, prepared } from "../connect/run";
import { CliError, ExitCode } from "../errors";
import { examples, note, show, table } from "../output";
import { projectFolder, stackOption } from "../project";
import { settingsOrDefaults } from "../stack/settings";
import { askAccess, askValue, isAttended } from "./ask-user";
import { type Bringing, type Brought, bring } from "./bring";
import { clientOf, projectOf } from "./client-of";
import type { Named } from "./client-server";
import { clientText } from "./client-text";
import { localDigest } from "./digest";
import { clientServers, entriesNamed } from "./entries";
import { consulServers } from "./from-consul";
import { STACK_CONFIG } from "./keeping";
import { ACCESS, type Access } from "./lend";

/** Options of `servers import`. */
interface Options {
  consul?: string;
  folder?: string;
  folders?: Access;
  connect?: boolean;
  client?: ClientName;
  dryRun: boolean;
  json?: boolean;
}

/** `servers import`: a client's servers, as folders of the catalog. */
export function importCommand(): Command {
  return new Command("import")
    .description("Makes catalog folders of the servers in a client's file: packages, containers, programs of yours")
    .argument("[file]", "a claude_desktop_config.json, an .mcp.json, another client's JSON, TOML or YAML")
    .option("--consul <url>", "not of a file: the services with the tag mcp of this Consul, as remote servers")
    .option("--folder <folder>", "the catalog's folder to put them in; by default the first in the stack's config")
    .addOption(
      new Option(
        "--folders <access>",
        "what they may do in folders of yours that they name; by default asked at a terminal, else none",
      ).choices(ACCESS),
    )
    .option("--connect", "then puts the gateway in their place in that same file; disconnect undoes it")
    .addOption(new Option("--client <client>", "whose file it is, where that is not plain").choices(CLIENTS))
    .option("--dry-run", "says what would come over, and writes nothing", false)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Nothing of the file is run, and without --connect the file stays as it is. Its variables become secrets: their values go into the stack's
config, encrypted, and are neither shown nor put on a command line. What cannot come over says why. The token for Consul is
CONSUL_HTTP_TOKEN.
${examples("bin/dind-mcp servers import ~/.config/Claude/claude_desktop_config.json --dry-run\nbin/dind-mcp servers import ~/.codex/config.toml --folders read-only\nbin/dind-mcp servers import --consul http://127.0.0.1:8500 --dry-run")}`,
    )
    .action(async (file: string | undefined, options: Options) => {
      if ((file === undefined) === (options.consul === undefined) || (options.consul && options.connect))
        throw new CliError("got no file, or more than one place, expected FILE, or --consul URL alone", ExitCode.Usage);
      if (options.consul !== undefined) return await importFromConsul(options.consul, options);
      if (file === undefined) return;
      const path = resolve(file);
      const text = clientText(path, file);
      const named = clientServers(text, file);
      const connect = options.connect ? await connection(path, text, options) : undefined;
      const how = await bringing(options, projectOf(path));
      const all = await bringAll(named, how);
      show(options.json, all, () => broughtTable(all));
      tell(all, options.dryRun);
      connect?.(all);
    });
}

async function importFromConsul(address: string, options: Options): Promise<void> {
  if (!isBaseUrl(address))
    throw new CliError(`--consul: got ${address}, expected a URL like http://127.0.0.1:8500`, ExitCode.Usage);
  const { api } = endpoints(await settingsOrDefaults());
  const named = await consulServers({ address, token: process.env.CONSUL_HTTP_TOKEN }, api);
  const all = await bringAll(named, await bringing(options, projectFolder()));
  show(options.json, all, () => broughtTable(all));
  tell(all, options.dryRun);
}

/**
 * Prepares `--connect`: what the stack and the client have to be is asked before anything is written.
 * @returns what puts the gateway in the place of the servers that came over
 */
async function connection(path: string, text: string, { client, dryRun }: Options): Promise<(all: Brought[]) => void> {
  const whose = client ?? clientOf(path, projectOf(path));
  const wish = { mode: "all", scope: "user", file: path, name: AGGREGATE, force: false, dryRun } as const;
  const ready = await prepared(wish);
  return (all) => {
    const names = all.flatMap(({ entry, name, project }) => (name === undefined || project ? [] : [entry]));
    if (all.some(({ name, project }) => name !== undefined && project))
      note(`${path}: what it has for single projects stays as it is`);
    if (names.length === 0) return note(`${path}: nothing of it is here, so it stays as it is`);
    const { notes, ...done } = connectOne(whose, path, ready, entriesNamed(names, text, path));
    note(`${sentence(done, dryRun)}: ${done.entries.join(", ")} in place of ${names.join(", ")}`);
    for (const line of notes) note(line);
    note(`bin/dind-mcp disconnect ${whose} undoes it`);
  };
}

/** What every import needs to know. @param folder where relative paths of the file start */
export async function bringing(options: Omit<Options, "json">, folder: string): Promise<Bringing> {
  const settings = await settingsOrDefaults();
  const root = projectFolder();
  const catalog = settings.catalog.map((one) => resolve(root, one));
  const target = options.folder === undefined ? (catalog[0] ?? root) : resolve(options.folder);
  const place = { root, catalog, folder: target, force: false };
  checkPlace(place);
  const asks = isAttended() && !options.dryRun;
  const decided = new Map<string, Access>();
  return {
    ...{ place, recipes: readRecipes(root), dryRun: options.dryRun },
    where: { home: homedir(), folder },
    machine: thisMachine(settings),
    folders: { ...settings.folders } as Settings["folders"],
    changes: STACK_CONFIG,
    digest: localDigest,
    access: async (entry, wanted) => {
      if (options.folders !== undefined) return options.folders;
      if (!asks) return "none";
      const access = decided.get(`${entry} ${wanted.path}`) ?? (await askAccess(entry, wanted));
      decided.set(`${entry} ${wanted.path}`, access);
      return access;
    },
    value: async (server, secret) => (asks ? askValue(server, secret) : undefined),
  };
}

/** One after the other: each takes the lowest user that nobody has. */
async function bringAll(named: Named[], how: Bringing): Promise<Brought[]> {
  const all: Brought[] = [];
  for (const one of named) all.push(await bring(one, how));
  return all;
}

/** What came over, as what; and what not, and why. */
export const broughtTable = (all: Brought[]): string =>
  table(["IN THE FILE", "HERE", "FROM", ""], all.map(row), "no servers");

function row({ entry, project, name, there, from, why, secrets, open, folders }: Brought): string[] {
  const kept = secrets.length > 0 ? `secrets: ${secrets.join(", ")}` : "";
  const missing = open.length > 0 ? `without a value: ${open.join(", ")}` : "";
  const lent = folders.map(({ path, access }) => `${path}, ${access}`).join("; ");
  const what = there ? "there already" : [kept, missing, lent].filter(Boolean).join("; ");
  return [project ? `${entry} (${project})` : entry, name ?? "no", from ?? "", why ?? what];
}

/** What else to know, and what is next. */
export function tell(all: Brought[], dryRun: boolean): void {
  for (const { name, notes, needs } of all) {
    for (const text of notes) note(`${name}: ${text}`);
    for (const text of needs) note(`${name}: server.yaml needs: ${text}`);
  }
  for (const { name, open } of all) {
    for (const secret of open) note(`to set: bin/dind-mcp secrets set ${name} ${secret}${stackOption()}`);
  }
  if (all.some(({ name, there }) => name !== undefined && !there)) {
    note(`${dryRun ? "after that" : "next"}: bin/dind-mcp servers validate, bin/dind-mcp up${stackOption()}`);
  }
}
