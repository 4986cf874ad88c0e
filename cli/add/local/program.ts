import { join } from "node:path";
import { CliError, ExitCode } from "../../errors";
import { cargoFolder, goFolder } from "./compiled";
import { nodeProgram, nodeScript } from "./node";
import { pythonProject, pythonScript } from "./python";
import { type LocalProgram, type ProgramFolder, USUAL } from "./types";

/**
 * How to build and start what lies in a folder, by its files: a Dockerfile of its own, package.json, pyproject.toml,
 * go.mod, Cargo.toml, or one script.
 * @throws CliError when nothing tells
 */
export function localProgram(folder: ProgramFolder): LocalProgram {
  const { path, files } = folder;
  const has = (file: string): boolean => files.includes(file);
  if (has("Dockerfile")) return { command: [] };
  if (has("package.json")) return nodeProgram(folder);
  const project = has("pyproject.toml") ? pythonProject(folder) : undefined;
  if (project) return project;
  if (has("go.mod")) return goFolder(folder);
  if (has("Cargo.toml")) return cargoFolder(folder);
  const scripts = files.filter((file) => /^[^/]+\.(py|m?js|ts)$/.test(file));
  const usual = scripts.find((file) => USUAL.includes(file.replace(/\.\w+$/, "")));
  const script = usual ?? (scripts.length === 1 ? scripts[0] : undefined);
  if (script !== undefined) return scriptProgram(join(path, script), script, has("requirements.txt"));
  const expected =
    "a Dockerfile, package.json, pyproject.toml, go.mod, Cargo.toml, or one script (server.py, index.mjs, ...)";
  throw new CliError(`${path}: got nothing that says how it starts, expected ${expected}`, ExitCode.Usage);
}

/** A script alone, or with a `requirements.txt` beside it. */
export function scriptProgram(path: string, script: string, hasRequirements = false): LocalProgram {
  return script.endsWith(".py") ? pythonScript(path, script, hasRequirements) : nodeScript(script);
}
