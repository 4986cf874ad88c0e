import { Command } from "commander";
import { stringify } from "yaml";
import { paths } from "../../api/paths";
import { Scope } from "../../api/scopes";
import { kongDocument } from "../../config/fleet/kong/document";
import { type Entity, type KongWishes, kongEntities } from "../../config/fleet/kong/entities";
import { oneServer } from "../../config/fleet/member";
import { isBaseUrl } from "../../config/parts";
import type { Settings } from "../../config/settings";
import { writeAtomically } from "../../lib/atomic-file";
import { openApi } from "../api/open";
import { CliError, ExitCode } from "../errors";
import { examples, note, progress, show, table } from "../output";
import { stackName } from "../project";
import { type Wishes as SiteWishes, siteOf } from "../proxy/site";
import { stackSettings } from "../stack/settings";
import { type AdminAccess, AdminApi } from "./admin-api";
import type { Present } from "./plan";
import { type Pushed, push } from "./push";

interface FileOptions extends Pick<SiteWishes, "url" | "pageUrl" | "upstream" | "pageUpstream"> {
  keyAuth: boolean;
  requestsPerMinute?: string;
}

/** `kong`: the live fleet as a declarative configuration of Kong's, and by its Admin API. */
export function kongCommand(): Command {
  const command = withOptions(new Command("kong"))
    .description("The fleet as it runs, for Kong Gateway: prints its declarative configuration")
    .option("-o, --output <file>", "writes it there")
    .option("--json", "as JSON, which Kong takes as well")
    .addHelpText(
      "after",
      examples("bin/dind-mcp kong -o kong.yml\nbin/dind-mcp kong push http://kong.lan:8001 --dry-run"),
    )
    .action(async ({ json, output, ...options }: FileOptions & { json?: boolean; output?: string }) => {
      const { entities, tag } = await fleetEntities(options);
      const document = kongDocument(entities, tag);
      const text = json ? `${JSON.stringify(document, null, 2)}\n` : stringify(document, { lineWidth: 0 });
      if (output === undefined) return void process.stdout.write(text);
      writeAtomically(output, text);
      note(`${output}: written`);
    });
  return command.addCommand(pushCommand());
}

function pushCommand(): Command {
  return withOptions(new Command("push"))
    .description("Makes a running Kong have it, by its Admin API; touches only what it made itself")
    .argument("[url]", "the Admin API (default: kong.admin of the stack's config)")
    .option("--dry-run", "only says what would change: exit code 3 if anything", false)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Everything that it makes has the tag dind-mcp.STACK. What else Kong has stays. The token is kong.token of the config where URL
is its kong.admin; for any other URL it is DIND_MCP_KONG_TOKEN.
${examples("bin/dind-mcp kong push\nbin/dind-mcp kong push http://127.0.0.1:8001 --dry-run")}`,
    )
    .action(async (url: string | undefined, options: FileOptions & { dryRun: boolean; json?: boolean }) => {
      const { entities, tag, settings } = await fleetEntities(options);
      const admin = new AdminApi(accessOf(settings, url));
      const pushed = await progress("Kong", push(admin, entities, tag, options.dryRun));
      show(options.json, report(pushed), () => text(pushed, options.dryRun));
      if (options.dryRun && changes(pushed).length > 0) process.exitCode = ExitCode.Different;
    });
}

function withOptions(command: Command): Command {
  return command
    .option("--url <url>", "how clients reach Kong (default: the stack's publicUrl)")
    .option("--page-url <url>", "how browsers reach the page through it (default: the stack's pageUrl)")
    .option("--upstream <host:port>", "where Kong reaches the fleet (default: where the stack publishes the API)")
    .option("--page-upstream <host:port>", "where it reaches the page (default: there, at the page's port)")
    .option("--key-auth", "Kong asks for a key of one of its consumers as well, in the header apikey", false)
    .option("--requests-per-minute <n>", "requests of one client (default: the stack's requestsPerMinute)");
}

async function fleetEntities(options: FileOptions): Promise<{ entities: Entity[]; tag: string; settings: Settings }> {
  const settings = await stackSettings();
  const site = siteOf(settings, options);
  const api = await openApi(Scope.Read);
  const servers = await api.list<{ name: string; version: string }>(paths.servers);
  const facts = { publicUrl: site.url, oauth: settings.oauth };
  const members = servers
    .map(({ name: server, version }) => oneServer(facts, { server, version }))
    .sort((a, b) => (a.server < b.server ? -1 : 1));
  const wishes: KongWishes = {
    tag: `dind-mcp.${stackName()}`,
    keyAuth: options.keyAuth,
    requestsPerMinute: rate(options.requestsPerMinute) ?? settings.requestsPerMinute,
  };
  return { entities: kongEntities(site, members, wishes), tag: wishes.tag, settings };
}

function rate(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  if (/^\d{1,7}$/.test(written)) return Number(written);
  throw new CliError(`--requests-per-minute: got ${written}, expected a whole number; 0: no limit`, ExitCode.Usage);
}

/**
 * How the Admin API is reached.
 * @throws CliError when it is not known where it is
 */
export function accessOf({ kong }: Pick<Settings, "kong">, url = kong?.admin): AdminAccess {
  if (url === undefined) {
    const fix = "give its URL, or set it for good: pulumi config set --secret --path kong.admin URL";
    throw new CliError("kong.admin: got nothing, expected the URL of Kong's Admin API", ExitCode.Usage, fix);
  }
  if (!isBaseUrl(url)) {
    throw new CliError(`got ${url}, expected a URL like http://127.0.0.1:8001, without a / at its end`, ExitCode.Usage);
  }
  const isConfigured = url === kong?.admin;
  const token = isConfigured ? kong?.token : process.env.DIND_MCP_KONG_TOKEN;
  return { url, ...(token ? { token } : {}), ...(isConfigured && kong?.ca ? { ca: kong.ca } : {}) };
}

function changes({ create, update, remove }: Pushed): [what: string, entity: Entity | Present][] {
  const each = (what: string, list: (Entity | Present)[]) => list.map((one) => [what, one] as [string, typeof one]);
  return [...each("create", create), ...each("update", update), ...each("remove", remove)];
}

function report(pushed: Pushed): object {
  const rows = changes(pushed).map(([what, { kind, id, title }]) => ({ what, kind, id, title }));
  return { dbLess: pushed.isDbLess, changes: rows };
}

function text(pushed: Pushed, dryRun: boolean): string {
  const rows = changes(pushed).map(([what, { kind, title }]) => [what, kind, title]);
  if (rows.length === 0) return "Kong has all of it: nothing to change";
  return `${table([dryRun ? "WOULD" : "DONE", "KIND", "NAME"], rows)}`;
}
