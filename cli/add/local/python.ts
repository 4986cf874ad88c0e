import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isMapping } from "../../../lib/mapping";
import { readText } from "../../../lib/read-text";
import { PACKAGE_NAMES, PYTHON } from "../../../manifest/server-json";
import { CliError, ExitCode } from "../../errors";
import { chosenProgram } from "../choose-program";
import { ownTexts, unpinned } from "./own";
import { toml } from "./toml";
import type { LocalProgram, ProgramFolder } from "./types";

export const PIP = "RUN pip install --no-cache-dir --root-user-action=ignore";
export const IMAGE = [`FROM python:${PYTHON}-slim-trixie`, "WORKDIR /app", "COPY . ."];
const PIN = "write NAME==VERSION for each (`pip freeze` says them)";

/** A script: its dependencies are those of requirements.txt, or those that it names itself (PEP 723, as `uv run` reads it). */
export function pythonScript(path: string, script: string, hasRequirements: boolean): LocalProgram {
  const named = hasRequirements ? requirementsOf(join(dirname(path), "requirements.txt")) : dependenciesOf(path);
  const wanted = hasRequirements ? "-r requirements.txt" : named.map((one) => `"${one}"`).join(" ");
  return {
    name: script.replace(/\.\w+$/, ""),
    dockerfile: [...IMAGE, ...(wanted ? [`${PIP} ${wanted}`] : [])],
    command: ["python", `/app/${script}`],
    notes: unpinned(named.filter(isOpen), PIN),
  };
}

/** A project that can be installed and has a program; undefined for one that only lists what it needs. */
export function pythonProject({ path, program }: ProgramFolder): LocalProgram | undefined {
  const file = join(path, "pyproject.toml");
  const { project } = toml(file, readText(file));
  if (!isMapping(project)) return undefined;
  const { name, description, version, scripts, dependencies } = project;
  const programs = isMapping(scripts) ? Object.keys(scripts).filter((one) => PACKAGE_NAMES.pypi.test(one)) : [];
  if (programs.length === 0) return undefined;
  const named = Array.isArray(dependencies) ? dependencies.map(String) : [];
  return {
    ...ownTexts({ name, description, version }),
    dockerfile: [...IMAGE, `${PIP} .`],
    command: [chosenProgram(`${file}: project.scripts`, programs, String(name), program)],
    notes: unpinned(named.filter(isOpen), PIN),
  };
}

function isOpen(requirement: string): boolean {
  return !/(===?)\s*[\w.!+-]+\s*(;.*)?$/s.test(requirement);
}

/** The packages of a requirements.txt, without its options and comments. */
function requirementsOf(path: string): string[] {
  return readText(path)
    .split("\n")
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, "")
        .replace(/\s*(\\|--hash=\S*)\s*/g, "")
        .trim(),
    )
    .filter((line) => line !== "" && !line.startsWith("-"));
}

/** What a requirement may look like: everything else would be a shell's to interpret. */
export const REQUIREMENT = /^[A-Za-z0-9][\w.,<>=!~ [\]-]*$/;

/** What a Python script names itself (PEP 723). @throws CliError for what is no plain requirement */
export function dependenciesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const [, block = ""] =
    /^# \/\/\/ script\n((?:#.*\n)*?)# \/\/\/$/m.exec(readText(path).replaceAll("\r\n", "\n")) ?? [];
  return requirements(path, toml(path, block.replace(/^# ?/gm, "")).dependencies);
}

/** What a pyproject.toml lists. @throws CliError for what is no plain requirement */
export function projectDependencies(path: string): string[] {
  const { project } = toml(path, readText(path));
  return isMapping(project) ? requirements(path, project.dependencies) : [];
}

function requirements(path: string, dependencies: unknown): string[] {
  const all = Array.isArray(dependencies) ? dependencies.map(String) : [];
  const odd = all.find((one) => !REQUIREMENT.test(one));
  if (odd === undefined) return all;
  const expected = 'a requirement like "mcp>=1.2"; write a Dockerfile for others';
  throw new CliError(`${path}: dependencies: got ${JSON.stringify(odd)}, expected ${expected}`, ExitCode.Usage);
}
