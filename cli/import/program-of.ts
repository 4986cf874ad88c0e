import { existsSync, lstatSync, readFileSync, realpathSync, type Stats } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { oneLine } from "../../lib/plain-text";
import type { LocalStart } from "../add/source";
import { existingFolder, placeOf } from "./folders";
import { type Flags, options } from "./options";
import { packaged } from "./package-of";
import type { Surroundings, Understood } from "./start";

/** A program of this machine, as a client starts it. */
export interface Program {
  program: string;
  args: string[];
  /** Where the client starts it. */
  cwd?: string;
}

const NODE: Flags = {
  alone: [
    "--no-warnings",
    "--enable-source-maps",
    "--experimental-strip-types",
    "--experimental-modules",
    "--experimental-vm-modules",
    "--no-deprecation",
  ],
  valued: ["--max-old-space-size", "--stack-size"],
};
const PYTHON: Flags = { alone: ["-u", "-B", "-E", "-I", "-O", "-s", "-S"], valued: ["-X", "-W"] };
const DENO: Flags = {
  alone: [
    ...["-A", "--allow-all", "--no-prompt", "--no-check", "--quiet", "-q", "--node-modules-dir", "--no-lock"],
    ...["read", "write", "net", "env", "run", "sys", "ffi", "import"].map((what) => `--allow-${what}`),
  ],
};
const UV: Flags = {
  alone: [
    "-q",
    "--quiet",
    "--no-project",
    "--frozen",
    "--locked",
    "--no-sync",
    "--isolated",
    "--no-dev",
    "--active",
    "--script",
    "-s",
  ],
  valued: ["--directory", "--project", "--with", "--python", "-p", "--env-file", "--extra", "--group"],
};
/** Programs that run a script by another program's `run`, as the Python SDK's own installer writes it. */
const SERVER_RUNNERS = ["mcp", "fastmcp"];
/** Names of packages whose module is called like them, by the reference servers' habit. */
const MODULE = /^mcp_server_\w+$/;
/** A file with more is no program's text. */
const LARGEST = 2 ** 20;

/** Reads the command line of node, python and their like: a script of the user's, and the folder that it belongs to. */
export function programOf({ program, args, cwd }: Program, where: Surroundings): Understood {
  const from = { ...where, ...(cwd === undefined ? {} : { folder: placeOf(cwd, where) }) };
  const python = /^(python|pypy)(\d+(\.\d+)?)?$/.test(program);
  if (python) return pythonOf(args, from);
  if (program === "uv") return uvOf(args, from);
  if (program === "node" || program === "nodejs") {
    const read = options(args, NODE);
    return "unknown" in read ? unknown(program, read.unknown) : scriptOf(read.rest, {}, from);
  }
  if (program === "tsx" || program === "ts-node") return scriptOf(args, {}, from);
  // npx and bunx run these two from their package.
  if (program === "npx" || program === "bunx")
    return scriptOf(
      args.filter((word) => !/^(-y|--yes|tsx|ts-node)$/.test(word)),
      {},
      from,
    );
  if (program === "bun") return scriptOf(args[0] === "run" ? args.slice(1) : args, { program: ["bun", "run"] }, from);
  if (program === "deno") return denoOf(args, from);
  return {
    why: `${oneLine(program, 60)} is a program of this machine: bring it by a Dockerfile, and \`servers add\` its folder`,
  };
}

const unknown = (program: string, option: string): Understood => ({
  why: `the option ${option} of ${program} is not known here`,
});

function denoOf([command, ...args]: string[], where: Surroundings): Understood {
  if (command !== "run") return { why: "it is deno without run" };
  // `--allow-read=/folder` too: here the container is the wall.
  const read = options(
    args.map((word) => word.replace(/^(--allow-\w+)=.*$/s, "$1")),
    DENO,
  );
  if ("unknown" in read) return unknown("deno", read.unknown);
  const [script = "", ...rest] = read.rest;
  if (script.startsWith("npm:")) return packaged("npm", script.slice("npm:".length).replace(/^\//, ""), rest);
  return scriptOf(read.rest, { program: ["deno", "run", "--allow-all", "--no-prompt", "--cached-only"] }, where);
}

function pythonOf(args: string[], where: Surroundings): Understood {
  const [first, module = "", ...rest] = args;
  if (first === "-m") {
    if (MODULE.test(module)) return packaged("pypi", module.replaceAll("_", "-"), rest);
    return {
      why: `${oneLine(module, 60)} is a module installed on this machine: \`servers add pypi:PACKAGE\` brings its package`,
    };
  }
  const read = options(args, PYTHON);
  return "unknown" in read ? unknown("python", read.unknown) : scriptOf(read.rest, {}, where);
}

/** `uv [--directory D] run [--with P] SCRIPT`, or a program of the project. */
function uvOf(args: string[], where: Surroundings): Understood {
  const before = options(args, UV);
  if ("unknown" in before) return unknown("uv", before.unknown);
  if (before.rest[0] !== "run") return { why: "it is uv without run or tool run" };
  const behind = options(before.rest.slice(1), UV);
  if ("unknown" in behind) return unknown("uv run", behind.unknown);
  const all = [...before.options, ...behind.options];
  const valuesOf = (...names: string[]) => all.filter(({ name }) => names.includes(name)).map(({ value }) => value);
  const [folder] = valuesOf("--directory", "--project");
  const project = folder === undefined ? where.folder : placeOf(folder, where);
  const from = { ...where, ...(project === undefined ? {} : { folder: project }) };
  const beside = valuesOf("--with").flatMap((list) => list.split(/,(?![^[]*\])/));
  const [first = "", ...rest] = behind.rest[0] === "--" ? behind.rest.slice(1) : behind.rest;
  if (/^python[\d.]*$/.test(first)) return pythonOf(rest, from);
  if (SERVER_RUNNERS.includes(first) && rest[0] === "run") {
    const [script = "", ...more] = rest.slice(1);
    // `server.py:app` names the object in it.
    const [file = "", object] = script.split(/(?<=\.py):/);
    if (object !== undefined) return { why: `${first} run with an object in a script is not known here` };
    return scriptOf([file, ...more], { program: [first, "run"], beside: withRunner(beside, first) }, from);
  }
  if (first.endsWith(".py")) return scriptOf([first, ...rest], { beside }, from);
  if (project === undefined)
    return { why: "it is a program of a project, and nobody knows which: --directory says it" };
  const found = existingFolder(project, from);
  if (typeof found !== "string") return { why: `its folder ${oneLine(project, 200)} ${found.why}` };
  return { source: { kind: "local", path: found, start: { program: [first] } }, args: rest };
}

/** `mcp` has its command line as an extra. */
function withRunner(beside: string[], runner: string): string[] {
  const own = runner === "mcp" ? "mcp[cli]" : runner;
  return beside.some((one) => one === own || one.startsWith(`${own}=`)) ? beside : [...beside, own];
}

/** A script, and the folder that has to come with it. */
function scriptOf([script = "", ...args]: string[], start: LocalStart, where: Surroundings): Understood {
  if (!/\.(py|[cm]?[jt]s)$/.test(script)) return { why: "it names no script (.js, .mjs, .cjs, .ts or .py)" };
  const path = placeOf(script, where);
  if (path === undefined)
    return { why: `its script ${oneLine(script, 200)} is a relative path, and nobody knows from where` };
  const refused = notPlain(path);
  if (refused) return { why: `its script ${oneLine(path, 200)} ${refused}` };
  const real = join(realpathSync(dirname(path)), basename(path));
  const project = projectOf(real, where.home);
  const name = relative(project ?? dirname(real), real);
  const source = { kind: "local" as const, path: project ?? real, start: { ...start, script: name } };
  return { source, args };
}

/** What is wrong with a script's file. A link could stand for any file of this machine. */
function notPlain(path: string): string | undefined {
  const found = looked(path);
  if (!found) return "is not there";
  if (found.isSymbolicLink()) return "is a link: name what it leads to";
  if (!found.isFile()) return "is no plain file";
  return found.size > LARGEST ? `has more than ${LARGEST / 2 ** 20} MiB` : undefined;
}

/** Undefined also for what cannot be looked at, such as a name that is too long. */
function looked(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

const PROJECTS = { py: ["pyproject.toml", "requirements.txt"], js: ["package.json"] };

/** The folder of a script's project, below the home; its own folder when it needs files beside it; else none. */
function projectOf(script: string, home: string): string | undefined {
  const signs = PROJECTS[script.endsWith(".py") ? "py" : "js"];
  const isWhole = (folder: string): boolean =>
    folder === home || dirname(folder) === folder || home.startsWith(`${folder}/`);
  for (let at = dirname(script); !isWhole(at); at = dirname(at)) {
    if (signs.some((sign) => existsSync(join(at, sign)))) return at;
    if (existsSync(join(at, ".git"))) break;
  }
  const folder = dirname(script);
  return !isWhole(folder) && needsOthers(script) ? folder : undefined;
}

/** True when a script loads files beside it. */
function needsOthers(script: string): boolean {
  const text = readFileSync(script, "utf8");
  if (!script.endsWith(".py")) return /(from|import|require)\s*\(?\s*["']\.\.?\//.test(text);
  const modules = [...text.matchAll(/^\s*(?:from|import)\s+(\.|\w+)/gm)].map(([, name = ""]) => name);
  return modules.some(
    (name) => name === "." || ["", ".py"].some((end) => existsSync(join(dirname(script), name + end))),
  );
}
