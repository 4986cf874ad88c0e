import { PACKAGE_NAMES, PACKAGE_VERSION, type PackageRegistry, PROGRAM, PYTHON_VERSION } from "./dockerfile";
import { fill } from "./inputs";
import { type ImportNote, note } from "./notes";
import { asArgument, commandLine, type Option, type Syntax, type Word } from "./options";
import type { ServerArgument, ServerPackage } from "./schema";

/** A package as npm and pip are asked for it. */
export interface Requirement {
  name: string;
  /** Of PyPI alone: `mcp` of `example-suite[mcp]`. */
  extras: string[];
  version?: string;
}

/** What npx or uvx would install, and start. */
export interface Installation {
  installed: Requirement;
  /** More packages beside it. */
  also: Requirement[];
  /** @default which one npx or uvx would choose */
  program?: string;
  /** `python -m MODULE` instead of a program. */
  module?: string;
  /** Version of Python, like 3.12. */
  python?: string;
  /** What stands behind the program. */
  args: ServerArgument[];
}

const NPX: Syntax = {
  flags: new Set(["y", "yes", "no", "q", "quiet", "s", "silent", "prefer-offline", "prefer-online", "ignore-existing"]),
  commands: new Set(["npx", "npm", "exec", "dlx", "bunx", "x"]),
};
const UVX: Syntax = {
  flags: new Set([
    ...["q", "quiet", "v", "verbose", "n", "no-cache", "refresh", "isolated", "offline", "no-config", "native-tls"],
    ...["U", "upgrade", "no-progress", "no-index", "no-build", "no-env-file", "managed-python", "no-managed-python"],
  ]),
  commands: new Set(["uvx", "uv", "tool", "run", "pipx"]),
};
/** Node's few options that take a value as a word of its own. */
const NODE_VALUES = ["r", "require", "import", "C", "conditions", "loader", "env-file"];
const NODE: Syntax = {
  flags: { has: (name) => !NODE_VALUES.includes(name) },
  commands: new Set(["node", "bun", "deno", "run"]),
};
const PYTHON: Syntax = {
  flags: new Set(["u", "B", "E", "I", "O", "s", "S", "v"]),
  commands: new Set(["python", "python3"]),
  last: "m",
};

/** `NAME`, `NAME@VERSION`, `NAME==VERSION`, `NAME[EXTRA,EXTRA]==VERSION`; undefined for what no registry has. */
export function requirement(registry: PackageRegistry, text: string): Requirement | undefined {
  const [, name = "", list = "", version] =
    /^(@?[^@[=\s]+)\s*(?:\[([^\]]*)\])?\s*(?:(?:@|==)\s*([^\s@=]+))?$/.exec(text) ?? [];
  const extras = list.split(",").flatMap((extra) => extra.trim() || []);
  const fits = PACKAGE_NAMES[registry].test(name) && extras.every((extra) => PACKAGE_NAMES.pypi.test(extra));
  if (!fits || (registry === "npm" && extras.length > 0)) return undefined;
  if (version === undefined || version === "latest") return { name, extras };
  return PACKAGE_VERSION.test(version) ? { name, extras, version } : undefined;
}

/** True for names that pip, or npm, takes for one. */
function isSame(registry: PackageRegistry, one: string, other: string): boolean {
  const plain = (name: string): string => (registry === "pypi" ? name.toLowerCase().replace(/[-_.]+/g, "-") : name);
  return plain(one) === plain(other);
}

/** What a package's runtime arguments make of it. What cannot be had in an image that is built here becomes a note. */
export function installation(
  registry: PackageRegistry,
  own: Requirement,
  { runtimeArguments = [], runtimeHint }: ServerPackage,
  notes: ImportNote[],
): Installation {
  const result: Installation = { installed: own, also: [], args: [] };
  const isRunner = !/^(node|bun|deno|python3?)$/.test(runtimeHint ?? "");
  const syntax = registry === "npm" ? (isRunner ? NPX : NODE) : isRunner ? UVX : PYTHON;
  const { options, words } = commandLine(runtimeArguments, syntax);
  const runtime = runtimeHint ?? (registry === "npm" ? "npx" : "uvx");
  const left = (what: string, why: string): void => {
    notes.push(note(["runtimeArguments"], `${what} ${why}`));
  };
  const wanted = (option: Option, text: string): void => {
    const found = requirement(registry, text);
    if (!found)
      left(`${option.shown} ${text}`, `was left out: expected a package of ${registry}, with or without its version`);
    else if (isSame(registry, found.name, own.name)) result.installed = { ...own, ...found };
    else result.also.push(found);
  };
  let source: Requirement | undefined;
  for (const option of options) {
    const { name, shown } = option;
    const text = option.text && textOf(option);
    const what = text ? `${shown} ${text}` : shown;
    if (!isRunner && name === "m" && text && registry === "pypi") result.module = text;
    else if (syntax.flags.has(name)) left(what, `is for ${runtime} and was left out`);
    else if (!text) left(shown, `is for ${runtime}, has no value that is known, and was left out`);
    else if (registry === "pypi" && (name === "from" || name === "spec")) {
      source = requirement(registry, text);
      if (source) result.installed = { version: own.version, ...source };
      else left(what, `was left out: expected a package of ${registry}; ${own.name} is installed`);
    } else if (registry === "pypi" && name === "with") for (const one of text.split(",")) wanted(option, one.trim());
    else if (registry === "npm" && (name === "package" || name === "p") && isRunner) wanted(option, text);
    else if (registry === "pypi" && (name === "python" || name === "p") && PYTHON_VERSION.test(text))
      result.python = text;
    else left(what, `is for ${runtime} and was left out`);
  }
  if (source && !isSame(registry, source.name, own.name)) {
    left(`--from ${source.name}`, `was taken instead of ${own.name}, the package's own name`);
  }
  return { ...result, ...start(registry, result, words, { isRunner, hasSource: source !== undefined, left }) };
}

const textOf = ({ text = "", argument }: Word): string | undefined => {
  const { text: filled, open } = fill(text, argument);
  return open.length > 0 ? undefined : filled;
};

/** The words that are no options: the program, or the package once more, then what the program is given. */
function start(
  registry: PackageRegistry,
  { installed, also, module }: Installation,
  [first, ...rest]: Word[],
  told: { isRunner: boolean; hasSource: boolean; left: (what: string, why: string) => void },
): Partial<Installation> {
  const args = rest.map(asArgument);
  if (!first) return {};
  const text = first.text === undefined ? undefined : textOf(first);
  if (module !== undefined || text === undefined) return { args: [asArgument(first), ...args] };
  const again = requirement(registry, text);
  if (told.isRunner && !told.hasSource && also.length === 0 && again && isSame(registry, again.name, installed.name)) {
    return { installed: { ...installed, ...again }, args };
  }
  if (told.isRunner && PROGRAM.test(text)) return { program: text, args };
  told.left(text, "was left out: the package's own program is started");
  return { args };
}
