import { type Problem, ProblemsError } from "../../lib/problems";
import { type Wishes, waysOut } from "../../manifest/draft/wishes";
import { PACKAGE_NAMES, PROGRAM } from "../../manifest/server-json";
import { DEBIAN_PACKAGE } from "./recipes";
import type { Source } from "./source";

/** Options of `servers add` that say what the server needs. */
export interface NeedOptions {
  env?: string[];
  secret?: string[];
  egress?: string[];
  apt?: string[];
  storage?: string[];
  transport?: string;
}

/** Options of `servers add` that choose from what a source holds. */
export interface ChoiceOptions {
  package?: string;
  program?: string;
  fromSource?: string[];
}

/** For options that may be given more than once, and take a list with commas between. */
export const list = (text: string, before: string[] = []): string[] => [...before, ...text.split(",")];
/** For options that may be given more than once. */
export const each = (text: string, before: string[] = []): string[] => [...before, text];

/** A secret by the variable that the server reads, or by its file. */
const SECRET = /^([A-Za-z][A-Z0-9_]*|[a-z0-9][a-z0-9_-]*)$/;

/** A server that listens: how, where, and its path if it is not the usual one. */
const LISTENS = /^(streamable-http|sse):(\d{1,5})(\/.*)?$/;

/** A storage's name from its path: the last part, in the letters that a name may have. */
function folderName(path: string): string {
  const last = path.split("/").at(-1) ?? "";
  return (
    last
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, "-")
      .replace(/^[-_]+|[-_]+$/g, "")
      .slice(0, 32) || "data"
  );
}

/** Returns what the options ask for. @throws ProblemsError with everything that is wrong with their form */
export function optionWishes(options: NeedOptions): Wishes {
  const { env = [], secret = [], egress, apt = [], storage = [] } = options;
  const problems: Problem[] = [];
  const refuse = (path: string, got: string, expected: string): void => {
    problems.push({ file: "options", path, got, expected });
  };
  const variables: Record<string, string> = {};
  for (const one of env) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(one) ?? [];
    // It is not shown: it may be a secret.
    if (name === undefined || value === undefined) {
      refuse("--env", one.includes("=") ? "a name that is none" : "a text without =", "NAME=VALUE");
    } else variables[name] = value;
  }
  for (const one of secret)
    if (!SECRET.test(one)) refuse("--secret", JSON.stringify(one), "a variable's or a file's name");
  for (const one of apt)
    if (!DEBIAN_PACKAGE.test(one)) refuse("--apt", JSON.stringify(one), "names of Debian packages");
  const stored = storage.map((one) => {
    const [, path, size] = /^(\/[^:]+?)(?::(\d+[mg]))?$/.exec(one) ?? [];
    if (path === undefined) refuse("--storage", JSON.stringify(one), "a path in the container, and a size: /data:256m");
    return { name: folderName(path ?? ""), path, ...(size ? { size } : {}) };
  });
  const [, type, port, path] = LISTENS.exec(options.transport ?? "") ?? [];
  if (options.transport !== undefined && type === undefined) {
    const expected =
      "streamable-http or sse with the port it listens on, and a path if not the usual one: sse:8000/sse";
    refuse("--transport", JSON.stringify(options.transport), expected);
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  const manifest = {
    ...(type ? { transport: { type, port: Number(port), ...(path ? { path } : {}) } } : {}),
    ...(env.length > 0 ? { env: variables } : {}),
    ...(secret.length > 0 ? { secrets: secret.map(secretOf) } : {}),
    ...(stored.length > 0 ? { storage: stored } : {}),
    ...(egress ? { egress: waysOut(egress) } : {}),
  };
  return { apt, manifest, toldWaysOut: egress !== undefined };
}

/** Checks the options that only some sources have. @throws ProblemsError with everything that is wrong */
export function checkChoices({ kind }: Source, { package: one, program, fromSource = [] }: ChoiceOptions): void {
  const problems: Problem[] = [];
  const check = (path: string, got: string | undefined, fits: boolean, expected: string): void => {
    if (got !== undefined && !fits) problems.push({ file: "options", path, got: JSON.stringify(got), expected });
  };
  const has = program !== undefined && PROGRAM.test(program);
  check("--package", one, kind === "document", "none but with a server.json");
  check("--program", program, has, "a program's name");
  check(
    "--program",
    program,
    !["document", "image"].includes(kind),
    "none: an image and a server.json say it themselves",
  );
  for (const name of fromSource) check("--from-source", name, PACKAGE_NAMES.pypi.test(name), "a package of PyPI");
  check("--from-source", fromSource[0], kind === "pypi", "none but with a package of PyPI");
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** `GITHUB_TOKEN` is a variable of the server's process; `kubeconfig` a file alone. */
function secretOf(name: string): { name: string; env?: string } {
  return /[A-Z]/.test(name) ? { name: name.toLowerCase().replaceAll("_", "-"), env: name } : { name };
}
