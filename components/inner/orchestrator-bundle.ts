import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { BuildOptions, Metafile, OutputFile } from "esbuild";
import { writeAtomically } from "../../lib/atomic-file";

/** The project. */
const ROOT = join(__dirname, "../..");
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

/** What a bundle was made of; lies beside it. */
interface Recipe {
  /** What this file asks for: bundling options, and the page's files. */
  options: string;
  /** Hash of every source file that esbuild read and of SETTINGS, by its path in the project. */
  files: Record<string, string>;
}

const RECIPE_OPTIONS = JSON.stringify([OPTIONS, STATIC]);

/**
 * Bundles the orchestrator into app/main.js of its image's build context, and each of its threads into a file beside it;
 * does nothing when they are made of the same inputs. So the image is a copy of files, built in the engine in a second and without a network.
 * @param folder where to put it @default images/orchestrator/app
 */
export function bundleOrchestrator(folder = join(ORCHESTRATOR_CONTEXT, "app")): void {
  const file = join(folder, "inputs");
  if (isCurrent(file)) return;
  mkdirSync(join(folder, "static"), { recursive: true });
  for (const name of STATIC)
    put(join(folder, "static", name), readFileSync(require.resolve(`swagger-ui-dist/${name}`)));
  const { programs, files } = bundle();
  for (const { path, contents } of programs) put(join(folder, basename(path)), contents);
  const recipe: Recipe = { options: RECIPE_OPTIONS, files };
  put(file, JSON.stringify(recipe, null, 2)); // last: it says that the rest is there
}

function bundle(): { programs: OutputFile[]; files: Recipe["files"] } {
  // Only here: an `up` that changes nothing does not need it.
  const { buildSync } = require("esbuild") as typeof import("esbuild");
  const { outputFiles, metafile } = buildSync({ ...OPTIONS, absWorkingDir: ROOT, metafile: true, logLevel: "warning" });
  return { programs: outputFiles ?? [], files: hashes(metafile) };
}

/** True when bundling now would make the same bundle. A new or removed import shows in the file that has it. */
function isCurrent(file: string): boolean {
  try {
    const { options, files } = JSON.parse(readFileSync(file, "utf8")) as Recipe;
    return options === RECIPE_OPTIONS && Object.entries(files).every(([path, hash]) => hashOf(path) === hash);
  } catch {
    return false; // never made, by another version, or made of a file that is gone
  }
}

function hashes(metafile: Metafile | undefined): Recipe["files"] {
  const sources = Object.keys(metafile?.inputs ?? {}).filter((path) => !path.includes("node_modules/"));
  return Object.fromEntries([...sources, ...SETTINGS].map((path) => [path, hashOf(path)]));
}

function hashOf(path: string): string {
  return createHash("sha256")
    .update(readFileSync(join(ROOT, path)))
    .digest("hex");
}

/** Several runs of the program may write it at once, with the same content. In the image another user reads it. */
function put(file: string, content: string | Uint8Array): void {
  writeAtomically(file, content, { mode: 0o644 }); // .dockerignore knows the drafts
}
