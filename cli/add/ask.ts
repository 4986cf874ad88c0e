import { execFile } from "node:child_process";
import { oneLine } from "../../lib/plain-text";
import { CliError, ExitCode } from "../errors";
import { projectFolder } from "../project";
import type { BuiltSource, PackageSource } from "./source";

/** A package that a package manager knows. */
type Asked = PackageSource | BuiltSource;

/** What a package manager says about a package. */
export interface PackageInfo {
  version: string;
  description?: string;
  /** When that version was published. @default unknown */
  published?: Date;
  /** Why not to use it, in the publisher's words. */
  warning?: string;
  /** A page that tells of its versions: its changelog, else its repository, else its home page. @default unknown */
  link?: string;
  /** Names of its programs. @default unknown */
  programs?: string[];
  /** Its name in the MCP registry, as it says itself. @default none */
  mcpName?: string;
  /** True for a package of PyPI without a wheel for the image's Python. @default false */
  fromSource?: boolean;
}

/** How a package manager's command ended. */
export interface Answer {
  /** Undefined when the command is not on this machine. */
  code?: number;
  stdout: string;
  stderr: string;
}

/** Milliseconds for one question. */
const TIMEOUT_MS = 120_000;

/**
 * Runs a command in the project's folder. In the user's current folder a `.npmrc` could send npm to another registry,
 * and Python would run a `pip.py`.
 * @param env variables beside those of this process
 */
export function ask(command: string, args: string[], env: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const limits = { timeout: TIMEOUT_MS, maxBuffer: 16 * 2 ** 20 };
    const options = { cwd: projectFolder(), env: { ...process.env, ...env }, ...limits };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") resolve({ stdout, stderr });
      else if (error?.killed) resolve({ code: 1, stdout, stderr: `no answer within ${TIMEOUT_MS / 1_000} s` });
      else resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });
}

/** The error of a package that the registry does not have. */
export function notFound(source: Asked, tool: string, said: string): CliError {
  return new CliError(
    `${packageName(source)}: ${tool} does not find it: ${said}`,
    ExitCode.Usage,
    "look at the spelling and the version, and at the registry that this machine is set to",
  );
}

/**
 * The error of a package manager that failed. It shows the first error that was printed, because the later ones help
 * less.
 */
export function failed(source: Asked, tool: string, said: string): CliError {
  const lines = said.trim().split("\n");
  const line = lines.find((one) => /^(npm )?err(or)?\b[ !:](?! ?(code|errno|syscall))/i.test(one)) ?? lines.at(-1);
  return new CliError(`${packageName(source)}: ${tool} failed: ${oneLine(line || "it said nothing", 300)}`);
}

/** A package as the user writes it: `npm:NAME@VERSION`, `pypi:NAME==VERSION`. */
export function packageName({ kind, name, version }: Asked): string {
  return `${kind}:${name}${version ? `${kind === "pypi" ? "==" : "@"}${version}` : ""}`;
}
