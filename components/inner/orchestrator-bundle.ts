import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The project. */
const ROOT = join(__dirname, "../..");
/** Build context of the orchestrator's image; the bundle is its folder `app`, which git ignores. */
export const ORCHESTRATOR_CONTEXT = join(ROOT, "images/orchestrator");

/** What the bundle is made of, besides installed packages, which the lock file stands for. */
const INPUTS = [
  ...["orchestrator", "lib", "manifest", "config", "api", "manifest/server.schema.json", "package-lock.json"],
  relative(ROOT, __filename),
];

/** The browsable page of the API's description, served from app/static. */
const STATIC = ["swagger-ui.css", "swagger-ui-bundle.js"];

/** Ways of dockerode that the orchestrator never goes: Docker over SSH, and BuildKit's sessions. */
const ABSENT = ["ssh2", "@grpc/grpc-js", "@grpc/proto-loader", "protobufjs"];

/**
 * Bundles the orchestrator into one file, app/main.js of its image's build context; does nothing when that is made of the
 * same inputs. So the image is a copy of files, built in the engine in a second and without a network.
 * @param folder where to put it @default images/orchestrator/app
 */
export function bundleOrchestrator(folder = join(ORCHESTRATOR_CONTEXT, "app")): void {
  const stamp = join(folder, "inputs");
  const hash = inputsHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  mkdirSync(join(folder, "static"), { recursive: true });
  for (const file of STATIC)
    put(join(folder, "static", file), readFileSync(require.resolve(`swagger-ui-dist/${file}`)));
  put(join(folder, "main.js"), bundle());
  put(stamp, hash); // last: it says that the rest is there
}

function bundle(): Uint8Array {
  // Only here: an `up` that changes nothing does not need it.
  const { buildSync } = require("esbuild") as typeof import("esbuild");
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["orchestrator/main.ts"],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "cjs",
    alias: Object.fromEntries(ABSENT.map((name) => [name, "./orchestrator/absent.ts"])),
    logLevel: "warning",
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** Writes a file so that nobody sees half of it: several runs of the program may be at it, with the same content. */
function put(file: string, content: string | Uint8Array): void {
  const draft = join(dirname(file), `${process.pid}.new`); // .dockerignore knows the ending
  writeFileSync(draft, content);
  chmodSync(draft, 0o644); // whatever the umask: another user reads it in the image
  renameSync(draft, file);
}

function inputsHash(): string {
  const hash = createHash("sha256");
  for (const file of INPUTS.flatMap((input) => sources(join(ROOT, input)))) {
    const content = readFileSync(file);
    hash.update(`${relative(ROOT, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** The TypeScript files of a folder and below, or the file itself. */
function sources(path: string): string[] {
  if (/\.(ts|json)$/.test(path)) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules" && (entry.isDirectory() || entry.name.endsWith(".ts")))
    .flatMap((entry) => sources(join(path, entry.name)))
    .sort();
}
