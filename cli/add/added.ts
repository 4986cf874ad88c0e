import { resolve } from "node:path";
import { plain } from "../../lib/plain-text";
import { together } from "../../manifest/draft/wishes";
import { thisMachine } from "../../stack/folders/host-folders";
import { keepServer, STACK_CONFIG } from "../import/keeping";
import { projectFolder, stackName } from "../project";
import { settingsOrDefaults } from "../stack/settings";
import { alikeSources } from "./alike";
import { lendingConfig, lentFolders, withFolders } from "./lent-folders";
import { nextSteps } from "./next-steps";
import { type ChoiceOptions, checkChoices, type NeedOptions, optionWishes } from "./options";
import { checkPlace, type Place, type Plan, plan, shownPath } from "./plan";
import { readRecipes, recipeFor, wishesOf } from "./recipes";
import { originOf } from "./server-json";
import { parseSource } from "./source";

/** Options of `servers add`. */
export interface AddOptions extends NeedOptions, ChoiceOptions {
  name?: string;
  user?: string;
  /** The catalog's folder. */
  catalog?: string;
  /** Folders to lend; one without a `=` is the catalog's, as before there were any. */
  folder?: string[];
  dryRun?: boolean;
  force?: boolean;
}

/** What `servers add` did. */
export interface Added {
  name: string;
  /** Where, relative to the project when it is in there. */
  folder: string;
  from: string;
  user: number;
  change: "created" | "replaced" | "none";
  files: Record<string, string>;
  /** How many files of the user's were copied beside them. */
  copied: number;
  /** Keys of the stack's config that were set. */
  config: Record<string, string>;
  needs: string[];
  notes: string[];
  next: string[];
}

/** Adds a server to the catalog: all of it or nothing. @throws CliError or ProblemsError when it cannot be added */
export async function add(text: string, args: string[], options: AddOptions): Promise<Added> {
  const { package: one, program, fromSource, dryRun = false, force = false } = options;
  const source = parseSource(text);
  checkChoices(source, options);
  const asked = optionWishes(options);
  const settings = await settingsOrDefaults();
  const root = projectFolder();
  const catalog = settings.catalog.map((folder) => resolve(root, folder));
  const { lend, place: named } = foldersOf(options);
  const folder = named === undefined ? (catalog[0] ?? root) : resolve(named);
  const user = options.user === undefined ? undefined : Number(options.user);
  const at: Place = { ...{ root, catalog, folder, name: options.name, user, force }, ...(one ? { package: one } : {}) };
  checkPlace(at);
  const lent = lend.length > 0 ? await lentFolders(lend, settings, thisMachine(settings)) : [];
  const recipes = readRecipes(root);
  const recipe = "name" in source ? recipeFor(source, recipes) : undefined;
  const alike = source.kind === "document" ? alikeSources(source.from, args, recipes) : [];
  const wishes = withFolders(recipe ? together(wishesOf(recipe), asked) : asked, lent);
  const registry = settings.serverRegistry;
  const origin = await originOf(source, { args, recipe, alike, registry, program, fromSource });
  let planned: Plan;
  try {
    planned = plan(origin, { ...at, wishes });
    const mine = lent.filter(({ name }) => !settings.folders[name]?.servers.includes(planned.name));
    if (!dryRun) await keepServer({ planned, values: {}, lent: mine, force }, STACK_CONFIG);
  } finally {
    origin.release?.();
  }
  const { name, from, files, needs, notes, replaces } = planned;
  return {
    ...{ name, folder: shownPath(planned.target, root), from, user: planned.user },
    ...{ change: dryRun ? "none" : replaces ? "replaced" : "created", files, copied: planned.copies.length },
    config: Object.fromEntries(lendingConfig(lent, name, settings)),
    ...{ needs, notes, next: nextSteps({ ...planned, folder }, { name: stackName(), settings, root }) },
  };
}

/** The folders to lend, and the catalog's. */
function foldersOf({ folder = [], catalog }: AddOptions): { lend: string[]; place?: string } {
  const lend = folder.filter((one) => one.includes("="));
  const place = catalog ?? folder.find((one) => !one.includes("="));
  return { lend, ...(place === undefined ? {} : { place }) };
}

/** What `servers add` did, for people. */
export function described(added: Added): string {
  const { name, folder, from, user, change, files, copied, config, needs, notes, next } = added;
  const names = [...Object.keys(files), ...(copied > 0 ? [`${copied} of your files`] : [])].join(", ");
  const done = change === "none" ? `would be written to ${folder}: ${names}` : `${change} in ${folder}: ${names}`;
  const texts = Object.entries(files).map(([file, text]) => `--- ${folder}/${file}\n${text}`);
  return plain(
    [
      ...(change === "none" ? texts : []),
      `${name}: ${done}`,
      `from ${from}, user ${user}`,
      ...Object.entries(config).map(([key, value]) => `config${change === "none" ? " to be" : ""}: ${key}: ${value}`),
      ...notes.map((note) => `note: ${note}`),
      ...needs.map((need) => `server.yaml needs: ${need}`),
      `${change === "none" ? "after that" : "next"}:`,
      ...next.map((step) => `  ${step}`),
    ].join("\n"),
  );
}
