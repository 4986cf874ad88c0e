import { execFile } from "node:child_process";
import { parseJson } from "../../lib/json";
import { oneLine } from "../../lib/plain-text";
import { PYTHON } from "../../manifest/server-json";
import { CliError, ExitCode } from "../errors";
import { projectFolder } from "../project";
import type { PackageSource } from "./source";

/** What a package manager tells of a package. */
export interface PackageInfo {
  version: string;
  description?: string;
  /** Why one should not take it: the publisher's word. */
  warning?: string;
}

/** How a package manager's command ended. */
export interface Answer {
  /** Undefined when it is not on this machine. */
  code?: number;
  stdout: string;
  stderr: string;
}

/** Milliseconds for one question. */
const TIMEOUT_MS = 120_000;

/**
 * Asks npm or pip, as this machine is set up, for a package of that version, or for the newest one. Nothing of it is run.
 * @returns undefined when that tool is not on this machine
 * @throws CliError when there is no such package, or the tool failed
 */
export async function packageInfo(source: PackageSource): Promise<PackageInfo | undefined> {
  return source.kind === "npm"
    ? npmInfo(source, await run("npm", npmArguments(source)))
    : pipInfo(source, await run("python3", pipArguments(source)));
}

function npmArguments({ name, version }: PackageSource): string[] {
  // By itself npm would try for more than a minute where there is no network.
  const soon = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000"];
  return [
    "view",
    "--json",
    ...soon,
    version ? `${name}@${version}` : name,
    "version",
    "description",
    "bin",
    "deprecated",
  ];
}

/** pip's report of what it would install: wheels only, for to read anything else it would run the package's own code. */
function pipArguments({ name, version }: PackageSource): string[] {
  const nothing = [
    "--dry-run",
    "--ignore-installed",
    "--no-deps",
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    ...["--retries", "1", "--timeout", "30"],
  ];
  const target = ["--target", "unused", "--python-version", PYTHON, "--only-binary", ":all:"];
  return ["-m", "pip", "install", ...nothing, ...target, "--report", "-", version ? `${name}==${version}` : name];
}

/**
 * Runs a command in the project's folder. In the user's current folder a `.npmrc` could send npm to another registry,
 * and a `pip.py` would be run.
 */
function run(command: string, args: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { cwd: projectFolder(), timeout: TIMEOUT_MS, maxBuffer: 16 * 2 ** 20 };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") resolve({ stdout, stderr });
      else if (error?.killed) resolve({ code: 1, stdout, stderr: `no answer within ${TIMEOUT_MS / 1_000} s` });
      else resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });
}

/** What `npm view --json` said. */
export function npmInfo(source: PackageSource, { code, stdout, stderr }: Answer): PackageInfo | undefined {
  if (code === undefined) return undefined;
  const answer = parseJson(stdout) as
    | (PackageInfo & { bin?: unknown; deprecated?: unknown; error?: { code?: string; summary?: string } })
    | undefined;
  const { code: reason = "", summary } = answer?.error ?? {};
  if (["E404", "ETARGET"].includes(reason)) throw notFound(source, "npm", summary ?? reason);
  if (code !== 0 || !answer?.version) throw failed(source, "npm", summary ?? stderr);
  if (!answer.bin) {
    const got = "got a package without a program (no bin in its package.json), expected an MCP server";
    throw new CliError(`npm:${source.name}: ${got}`, ExitCode.Usage);
  }
  const { version, description, deprecated } = answer;
  return {
    version,
    description,
    ...(deprecated ? { warning: `deprecated: ${oneLine(String(deprecated), 200)}` } : {}),
  };
}

/** What `pip install --dry-run --report -` said. */
export function pipInfo(source: PackageSource, { code, stdout, stderr }: Answer): PackageInfo | undefined {
  if (code === undefined || /No module named pip\b/.test(stderr)) return undefined;
  if (/No matching distribution found/.test(stderr)) {
    // pip says so as well when nobody answered.
    const unanswered = /^.*\bconnection broken by\b.*$/m.exec(stderr);
    if (unanswered) throw failed(source, "pip", oneLine(unanswered[0], 300));
    throw notFound(source, "pip", `nothing of that name and version with a wheel for Python ${PYTHON}`);
  }
  const report = parseJson(stdout) as
    | { install?: { is_yanked?: boolean; metadata?: { version?: string; summary?: string } }[] }
    | undefined;
  const [found] = report?.install ?? [];
  const { version, summary } = found?.metadata ?? {};
  if (code !== 0 || !version) throw failed(source, "pip", stderr);
  return { version, description: summary, ...(found?.is_yanked ? { warning: "yanked by its publisher" } : {}) };
}

function named({ kind, name, version }: PackageSource): string {
  return `${kind}:${name}${version ? (kind === "npm" ? `@${version}` : `==${version}`) : ""}`;
}

function notFound(source: PackageSource, tool: string, said: string): CliError {
  return new CliError(
    `${named(source)}: ${tool} does not find it: ${said}`,
    ExitCode.Usage,
    "look at the spelling and the version, and at the registry that this machine is set to",
  );
}

function failed(source: PackageSource, tool: string, said: string): CliError {
  const line = said.trim().split("\n").at(-1) || "nothing";
  return new CliError(`${named(source)}: ${tool} failed; its last words: ${line}`);
}
