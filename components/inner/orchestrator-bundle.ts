import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { BuildOptions, Metafile, OutputFile } from "esbuild";
import { bundlePage } from "./page-bundle";
import { isCurrent, put, ROOT, writeRecipe } from "./recipe";

/** Build context of the orchestrator's image; the bundle is its folder `app`, which git ignores. */
export const ORCHESTRATOR_CONTEXT = join(ROOT, "images/orchestrator");

/** The browsable page of the API's description, served from app/static. */
const STATIC = ["swagger-ui.css", "swagger-ui-bundle.js"];

/** Transports of dockerode that the orchestrator never uses: Docker over SSH, and BuildKit's sessions. */
const ABSENT = ["ssh2", "@grpc/grpc-js", "@grpc/proto-loader", "protobufjs"];

/** What esbuild's list of inputs does not name; the lock file stands for the installed packages. */
const SETTINGS = ["package-lock.json", "tsconfig.json"];

const OPTIONS: BuildOptions = {
  entryPoints: ["orchestrator/main.ts", "orchestrator/rest/yaml-worker.ts"],
  entryNames: "[name]",
  outdir: ".",
  bundle: true,
  write: false,
  platform: "node",
  target: "node24",
  format: "cjs",
  alias: Object.fromEntries(ABSENT.map((name) => [name, "./orchestrator/absent.ts"])),
};

const RECIPE_OPTIONS = JSON.stringify([OPTIONS, STATIC]);

/**
 * Bundles the orchestrator into app/main.js of its image's build context, each of its threads into a file beside it, and
 * its web page into the folder page. Does nothing when they were made from the same inputs. So the image is a copy of
 * files: the engine builds it in a second, without a network.
 * @param folder where to put it @default images/orchestrator/app
 */
export function bundleOrchestrator(folder = join(ORCHESTRATOR_CONTEXT, "app")): void {
  bundlePage(folder);
  const recipe = join(folder, "inputs");
  if (isCurrent(recipe, RECIPE_OPTIONS)) return;
  mkdirSync(join(folder, "static"), { recursive: true });
  for (const name of STATIC)
    put(join(folder, "static", name), readFileSync(require.resolve(`swagger-ui-dist/${name}`)));
  const { programs, sources } = bundle();
  for (const { path, contents } of programs) put(join(folder, basename(path)), contents);
  writeRecipe(recipe, RECIPE_OPTIONS, sources);
}

function bundle(): { programs: OutputFile[]; sources: string[] } {
  // Loaded only here, because an `up` that changes nothing does not need it.
  const { buildSync } = require("esbuild") as typeof import("esbuild");
  const { outputFiles, metafile } = buildSync({ ...OPTIONS, absWorkingDir: ROOT, metafile: true, logLevel: "warning" });
  return { programs: outputFiles ?? [], sources: sourcesOf(metafile) };
}

/** Our own files that esbuild read, and the settings around them. */
function sourcesOf(metafile: Metafile | undefined): string[] {
  const read = Object.keys(metafile?.inputs ?? {}).filter((path) => !path.includes("node_modules/"));
  return [...read, ...SETTINGS];
}
