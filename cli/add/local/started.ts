import { join } from "node:path";
import { CliError, ExitCode } from "../../errors";
import type { LocalStart } from "../source";
import { NODE, nodeProgram, nodeScript } from "./node";
import { dependenciesOf, IMAGE, PIP, projectDependencies, pythonProject, REQUIREMENT } from "./python";
import type { LocalProgram, ProgramFolder } from "./types";

/**
 * How to build a program of which the user has said how it starts.
 * @throws CliError when that cannot be
 */
export function startedProgram(folder: ProgramFolder, start: LocalStart): LocalProgram {
  const { script, program } = start;
  const { path, files } = folder;
  const has = (file: string): boolean => files.includes(file);
  if (script === undefined) return projectProgram(folder, program?.[0] ?? "", has);
  if (script.endsWith(".py")) return startedPython(path, script, start, has);
  const own = runtime(program?.[0]);
  if (!own && has("package.json")) {
    const made = nodeProgram({ ...folder, script });
    // What is made from the rest is not copied.
    const builds = made.dockerfile?.some((line) => line.includes("npm run build"));
    if (!has(script) && !builds) throw missing(path, script);
    return made;
  }
  if (!has(script)) throw missing(path, script);
  const plain = nodeScript(script);
  if (!own) return plain;
  const install = has("package.json") ? ["RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund"] : [];
  // What it imports from registries comes into the image: a server fetches nothing when it starts.
  const cache = ["ENV DENO_DIR=/app/.deno", `RUN ${JSON.stringify(["deno", "cache", `/app/${script}`])}`];
  const lines = [NODE, own, "WORKDIR /app", "COPY . .", ...install, ...(program?.[0] === "deno" ? cache : [])];
  return { ...plain, dockerfile: lines, command: [...(program ?? []), `/app/${script}`] };
}

/** Programs that run scripts instead of Node, as npm has them; exact versions. */
const RUNTIMES: Record<string, string> = { deno: "deno@2.9.6", bun: "bun@1.4.5" };

/** The line of the Dockerfile that brings it. */
function runtime(program = ""): string | undefined {
  const found = Object.hasOwn(RUNTIMES, program) ? RUNTIMES[program] : undefined;
  return found && `RUN npm install --global --no-audit --no-fund ${found}`;
}

function missing(path: string, script: string): CliError {
  const got = `${join(path, script)}: got none that can be copied`;
  return new CliError(`${got}, expected a plain file, or a package.json with a build script`, ExitCode.Usage);
}

function projectProgram(folder: ProgramFolder, name: string, has: (file: string) => boolean): LocalProgram {
  const program = has("pyproject.toml") ? pythonProject({ ...folder, program: name }) : undefined;
  if (program) return program;
  const expected = `a pyproject.toml whose project.scripts has ${JSON.stringify(name)}`;
  throw new CliError(`${folder.path}: got none, expected ${expected}`, ExitCode.Usage);
}

function startedPython(
  path: string,
  script: string,
  { program = ["python"], beside = [] }: LocalStart,
  has: (file: string) => boolean,
): LocalProgram {
  if (!has(script)) throw missing(path, script);
  const odd = beside.find((one) => !REQUIREMENT.test(one));
  if (odd !== undefined) throw new CliError(`${script}: got ${JSON.stringify(odd)}, expected a package of PyPI`);
  const listed = has("requirements.txt")
    ? ["-r requirements.txt"]
    : (has("pyproject.toml") ? projectDependencies(join(path, "pyproject.toml")) : []).map((one) => `"${one}"`);
  const named = [...dependenciesOf(join(path, script)), ...beside].map((one) => `"${one}"`);
  const wanted = [...new Set([...listed, ...named])].join(" ");
  return {
    name: (script.split("/").at(-1) ?? script).replace(/\.\w+$/, ""),
    dockerfile: [...IMAGE, ...(wanted === "" ? [] : [`${PIP} ${wanted}`])],
    command: [...program, `/app/${script}`],
  };
}
