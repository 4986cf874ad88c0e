import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { isCurrent, put, ROOT, writeRecipe } from "./recipe";

const WEB = "orchestrator/web";
/** What may change the page: its own files, those that it imports, and the installed packages. */
const SOURCES = [WEB, "api", "lib"];
const LOCK = "package-lock.json";
/** Without Vite's lock: two runs may build at once, each into a folder of its own. */
const OPTIONS = ["build", "--bypass-lock", "--logLevel", "error", "--emptyOutDir", "--outDir"];

/**
 * Builds the web page into the folder `page` of the orchestrator's bundle. Does nothing when it was made from the same
 * files.
 * @throws Error with Vite's words when it cannot be built
 */
export function bundlePage(bundle: string): void {
  const recipe = join(bundle, "page-inputs");
  const options = OPTIONS.join(" ");
  const sources = [...SOURCES.flatMap((folder) => filesIn(join(ROOT, folder)).map((path) => join(folder, path))), LOCK];
  if (isCurrent(recipe, options, sources)) return;
  const folder = join(bundle, "page");
  const page = build();
  for (const [path, content] of page) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    put(join(folder, path), content);
  }
  for (const path of filesIn(folder)) if (!page.has(path)) rmSync(join(folder, path), { force: true });
  writeRecipe(recipe, options, sources);
}

/** Returns the page's files by path. Made elsewhere: another run may be reading those of now. */
function build(): Map<string, Buffer> {
  const vite = join(dirname(require.resolve("vite/package.json")), "bin/vite.js");
  const folder = mkdtempSync(join(tmpdir(), "mcp-page-"));
  try {
    const env = { ...process.env, NO_COLOR: "1" };
    const { status, stderr } = spawnSync(process.execPath, [vite, ...OPTIONS, folder], { cwd: join(ROOT, WEB), env });
    if (status !== 0) throw new Error(`the page cannot be built:\n${stderr}`);
    return new Map(filesIn(folder).map((path) => [path, readFileSync(join(folder, path))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Paths of all files in a folder, from there; without what was installed or built in it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !/^(node_modules|dist)\//.test(path));
}
