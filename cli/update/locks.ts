import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oneLine } from "../../lib/plain-text";
import { PYTHON } from "../../manifest/server-json";
import { type Answer, ask } from "../add/ask";
import { type Change, withNewest } from "./edit";

/** Texts of files by their names in a build's context. */
type Texts = Record<string, string>;
/** The text of a file of the context as it is by now; undefined for none. */
type Read = (file: string) => string | undefined;

/** Why a lock file was not made anew. */
export class NotLocked {
  constructor(readonly reason: string) {}
}

/**
 * Makes lock files for a newer package by the tool that they belong to, in a folder of its own. Nothing is installed, and no
 * script of a package is run.
 * @returns the new texts of the files that change; none when the context has no lock file of that kind
 */
export async function locked(change: Change, read: Read): Promise<Texts | NotLocked> {
  if (change.kind === "npm") return await npm(change, read);
  return change.kind === "pypi" ? await python(change, read) : {};
}

const QUIET = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];

async function npm({ name, newest }: Change, read: Read): Promise<Texts | NotLocked> {
  const wanted = JSON.stringify(name);
  if (!read("package.json")?.includes(`${wanted}:`)) return {};
  const lock = read("package-lock.json") === undefined ? ["--no-package-lock"] : [];
  return await inScratch(read, ["package.json", "package-lock.json", ".npmrc"], async (folder) => {
    const args = ["--prefix", folder, "--package-lock-only", ...lock, ...QUIET, "--save-exact", `${name}@${newest}`];
    return await ask("npm", ["install", ...args]);
  });
}

/** As the comment in such a requirements.in says. */
const COMPILE = ["pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-annotate"];
const FOR = ["--no-emit-index-url", "--python-platform", "linux", "--python-version", PYTHON];

async function python(change: Change, read: Read): Promise<Texts | NotLocked> {
  const before = read("requirements.in");
  const wanted = before === undefined ? before : withNewest(before, change);
  if (wanted === before) return {};
  const changed: Read = (file) => (file === "requirements.in" ? wanted : read(file));
  const made = await inScratch(changed, ["requirements.in", "requirements.txt"], (folder) =>
    ask("uv", ["--directory", folder, ...COMPILE, ...FOR, "requirements.in", "-o", "requirements.txt"]),
  );
  return made instanceof NotLocked ? made : { ...made, "requirements.in": wanted ?? "" };
}

/** Runs a tool on copies of some files. @returns those that it changed */
async function inScratch(
  read: Read,
  files: string[],
  run: (folder: string) => Promise<Answer>,
): Promise<Texts | NotLocked> {
  const folder = mkdtempSync(join(tmpdir(), "dind-mcp-update-"));
  try {
    for (const file of files) {
      const text = read(file);
      if (text !== undefined) writeFileSync(join(folder, file), text);
    }
    const { code, stderr, stdout } = await run(folder);
    if (code === undefined)
      return new NotLocked("the tool that makes its lock file is not on this machine (npm, or uv)");
    if (code !== 0)
      return new NotLocked(`its lock file: ${oneLine(stderr.trim() || stdout, 300) || "the tool failed"}`);
    const now = files.filter((file) => existsSync(join(folder, file)));
    const texts = now.map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
    return Object.fromEntries(texts.filter(([file, text]) => text !== read(file)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
