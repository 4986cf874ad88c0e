import { resolve } from "node:path";
import { Command } from "commander";
import { parseSettings } from "../../config/parse-settings";
import type { Settings } from "../../config/settings";
import { CliError, ExitCode } from "../errors";
import { examples, plain, show } from "../output";
import { projectFolder, stackName } from "../project";
import { stackSettings } from "../stack/settings";
import { nextSteps } from "./next-steps";
import { checkPlace, plan, shownPath } from "./plan";
import { serverJson } from "./server-json";
import { parseSource } from "./source";
import { writeFolder } from "./write";

interface Options {
  name?: string;
  user?: string;
  folder?: string;
  package?: string;
  dryRun?: boolean;
  force?: boolean;
  json?: boolean;
}

/** What `servers add` did. */
interface Added {
  name: string;
  /** Where, relative to the project when it is in there. */
  folder: string;
  from: string;
  user: number;
  change: "created" | "replaced" | "none";
  files: Record<string, string>;
  needs: string[];
  notes: string[];
  next: string[];
}

/** `servers add`. */
export function addCommand(): Command {
  return new Command("add")
    .description("Scaffolds a server's folder of the catalog from a package, an image or a server.json")
    .argument(
      "<source>",
      "npm:PACKAGE[@VERSION], pypi:PACKAGE[==VERSION], image:NAME@sha256:DIGEST, or a server.json: file, URL, -",
    )
    .argument("[arguments...]", "of a package's program; for an image its program and arguments; after --")
    .option("--name <name>", "the server's name; from the source's unless told")
    .option("--user <uid>", "its user, 11000 to 14995; the lowest that no server has unless told")
    .option("--folder <folder>", "the catalog's folder to put it in; the first of the stack's config unless told")
    .option("--package <which>", "of a server.json: npm, its name, stdio, or its number; the most complete unless told")
    .option("--dry-run", "print what would be written, and write nothing")
    .option("--force", "replace the server of that name in that folder")
    .option("--json", "as JSON, with the files' texts")
    .addHelpText(
      "after",
      `
Nothing of the package is run on this machine; its image is built in the engine, by \`up\`. What server.json asks for
beyond the walls every server gets (egress, mounts, ...) is written down as a TODO, for you to allow.
${examples(
  "bin/dind-mcp servers add npm:@modelcontextprotocol/server-everything\n" +
    "bin/dind-mcp servers add pypi:mcp-server-time==2026.10.19 --name time --dry-run\n" +
    "bin/dind-mcp servers add image:ghcr.io/user/weather:1.2.0@sha256:... -- /weather --stdio\n" +
    "bin/dind-mcp servers add https://example.com/weather/server.json",
)}`,
    )
    .action(async (text: string, args: string[], options: Options) => {
      const source = parseSource(text);
      const user = options.user === undefined ? undefined : Number(options.user);
      const settings = await settingsOrDefaults();
      const root = projectFolder();
      const catalog = settings.catalog.map((one) => resolve(root, one));
      const folder = options.folder === undefined ? (catalog[0] ?? root) : resolve(options.folder);
      if (options.package !== undefined && source.kind !== "document") {
        const got = `--package: got ${JSON.stringify(options.package)}, expected none but with a server.json`;
        throw new CliError(got, ExitCode.Usage);
      }
      const which = options.package === undefined ? {} : { package: options.package };
      const place = { root, catalog, folder, name: options.name, user, force: options.force ?? false, ...which };
      checkPlace(place);
      const planned = plan(await serverJson(source, args), place);
      if (!options.dryRun) writeFolder(planned.target, planned.files, place.force);
      const { name, from, files, needs, notes, replaces } = planned;
      const change = options.dryRun ? "none" : replaces ? "replaced" : "created";
      const next = nextSteps({ ...planned, folder }, { name: stackName(), settings, root });
      const added: Added = {
        ...{ name, folder: shownPath(planned.target, root), from, user: planned.user },
        ...{ change, files, needs, notes, next },
      };
      show(options.json, added, described);
    });
}

/** The stack's config; before there is a stack, what it would be without any. */
async function settingsOrDefaults(): Promise<Settings> {
  try {
    return await stackSettings();
  } catch (error) {
    if (!(error instanceof CliError && error.code === ExitCode.NotFound)) throw error;
    return parseSettings({}, [], `Pulumi.${stackName()}.yaml`);
  }
}

function described({ name, folder, from, user, change, files, needs, notes, next }: Added): string {
  const names = Object.keys(files).join(", ");
  const done = change === "none" ? `would be written to ${folder}: ${names}` : `${change} in ${folder}: ${names}`;
  const texts = Object.entries(files).map(([file, text]) => `--- ${folder}/${file}\n${text}`);
  return plain(
    [
      ...(change === "none" ? texts : []),
      `${name}: ${done}`,
      `from ${from}, user ${user}`,
      ...notes.map((note) => `note: ${note}`),
      ...needs.map((need) => `server.yaml needs: ${need}`),
      `${change === "none" ? "after that" : "next"}:`,
      ...next.map((step) => `  ${step}`),
    ].join("\n"),
  );
}
