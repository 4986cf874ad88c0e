import { Command } from "commander";
import { CliError, ExitCode } from "../errors";
import { isAttended, question } from "../import/ask-user";
import { examples, note, show } from "../output";
import { assertHealthy } from "../stack/deploy";
import { rollback } from "./rollback";
import { outcomesText, rehearsalText } from "./text";
import { decide, look, rehearseAll } from "./update";

interface Options {
  dryRun?: boolean;
  baseImages?: boolean;
  rollback?: string;
  yes?: boolean;
  json?: boolean;
}

/** `update`: newer versions, rehearsed first. */
export function updateCommand(): Command {
  return new Command("update")
    .description("Takes newer versions of servers: rehearsed first, then written into the catalog and brought up")
    .argument("[names...]", "servers; by default all of the catalog")
    .option("--dry-run", "rehearses, and changes nothing")
    .option("--base-images", "newer tags of base images as well")
    .option("--rollback <name>", "takes the last update of a server back")
    .option("--yes", "does not ask; nobody is asked without a terminal")
    .option("--json", "the result as one JSON document; all else goes to standard error")
    .addHelpText(
      "after",
      `
Each newer version is built or pulled in the engine beside the one that runs, and tried as a throwaway copy without clients:
own user, all walls, a copy of its storage, its health check. Its tools are compared with those of the running version.
What fits is written into the server's folder, a change of files ready to be committed, and brought up by one \`up\`; other
changes of config and catalog are made too. What then does not get healthy is taken back, files and server.
Exit code 0; 3 when a newer version fails, or was taken back.
${examples(
  "bin/dind-mcp update --dry-run\nbin/dind-mcp update files http\nbin/dind-mcp update files --yes --json\nbin/dind-mcp update --rollback files",
)}`,
    )
    .action(async (names: string[], options: Options) => {
      if (options.rollback === undefined) return await update(names, options);
      if (names.length > 0 || options.dryRun)
        throw new CliError("--rollback takes one name and stands alone", ExitCode.Usage);
      await rollback(options.rollback, options.json);
    });
}

async function update(names: string[], { dryRun, baseImages = false, yes, json }: Options): Promise<void> {
  const drafts = await look(names, baseImages);
  const rehearsed = await rehearseAll(drafts, (one) => note(rehearsalText(one)));
  const fit = rehearsed.filter(({ outcome }) => outcome === "fits");
  const isMeant = !dryRun && fit.length > 0 && (yes || (await isWanted(fit.map(({ server }) => server))));
  const { servers, up } = isMeant ? await decide(drafts, rehearsed, json) : { servers: rehearsed, up: undefined };
  show(json, { servers, ...(up ? { up } : {}) }, () => outcomesText(servers));
  if (up) assertHealthy(up);
  if (servers.some(({ outcome }) => ["unfit", "taken back"].includes(outcome))) process.exitCode = ExitCode.Different;
}

async function isWanted(servers: string[]): Promise<boolean> {
  if (!isAttended()) return true;
  return /^y/.test(await question(`Update ${servers.join(", ")}? [y/N] `));
}
