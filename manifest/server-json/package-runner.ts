import { PACKAGE_NAMES, PACKAGE_VERSION, type PackageRegistry, PROGRAM, PYTHON_VERSION } from "./dockerfile";
import { fill } from "./inputs";
import { type ImportNote, note } from "./notes";
import { asArgument, commandLine, type Syntax, type Word } from "./options";
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
  /** Packages that have no wheel. */
  fromSource: string[];
  /** What stands behind the program. */
  args: ServerArgument[];
}

type Runtime = Syntax & { name: string };

const NPX: Runtime = {
  name: "npx",
  flags: new Set(["y", "yes", "no", "q", "quiet", "s", "silent", "prefer-offline", "prefer-online", "ignore-existing"]),
  commands: new Set(["npx", "npm", "exec", "dlx", "bunx", "x"]),
};
const UVX: Runtime = {
  name: "uvx",
  flags: new Set([
    ...["q", "quiet", "v", "verbose", "n", "no-cache", "refresh", "isolated", "offline", "no-config", "native-tls"],
    ...["U", "upgrade", "no-progress", "no-index", "no-build", "no-env-file", "managed-python", "no-managed-python"],
  ]),
  commands: new Set(["uvx", "uv", "tool", "run", "pipx"]),
};
/** Node's few options that take a value as a word of its own. */
const NODE_VALUES = ["r", "require", "import", "C", "conditions", "loader", "env-file"];
const NODE: Runtime = {
  name: "node",
  flags: { has: (name) => !NODE_VALUES.includes(name) },
  commands: new Set(["node", "bun", "deno", "run"]),
};
const PYTHON: Runtime = {
  name: "python",
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

/** What an option of npx or uvx is about: the package that has the program, more of them, or Python. */
const MEANINGS: Record<PackageRegistry, Record<string, "package" | "more" | "python" | "source">> = {
  npm: { package: "package", p: "package" },
  pypi: {
    from: "package",
    spec: "package",
    with: "more",
    python: "python",
    p: "python",
    "no-binary-package": "source",
  },
};

/** Between packages; a comma in brackets is between extras. */
const LISTED = /,(?![^[]*\])/;

/** What a package's runtime arguments make of it. What cannot be had in an image that is built here becomes a note. */
export function installation(
  registry: PackageRegistry,
  own: Requirement,
  { runtimeArguments = [], runtimeHint }: ServerPackage,
  notes: ImportNote[],
): Installation {
  const isRunner = !/^(node|bun|deno|python3?)$/.test(runtimeHint ?? "");
  const syntax = registry === "npm" ? (isRunner ? NPX : NODE) : isRunner ? UVX : PYTHON;
  const { options, words } = commandLine(runtimeArguments, syntax);
  const result: Installation = { installed: own, also: [], fromSource: [], args: [] };
  const left = (what: string, why: string): void => {
    notes.push(note(["runtimeArguments"], `${what} ${why}`));
  };
  let isNamed = false;
  for (const option of options) {
    const { name, shown } = option;
    const text = syntax.flags.has(name) ? undefined : textOf(option);
    const what = option.text === undefined || option.argument.isSecret ? shown : `${shown} ${text ?? option.text}`;
    const meaning = isRunner && text ? MEANINGS[registry][name] : undefined;
    if (name === syntax.last && text) result.module = text;
    else if (meaning === "python" && text && PYTHON_VERSION.test(text)) result.python = text;
    else if (meaning === "source" && text && PACKAGE_NAMES.pypi.test(text)) result.fromSource.push(text);
    else if (text && (meaning === "package" || meaning === "more")) {
      const found = (meaning === "more" ? text.split(LISTED) : [text]).map((one) => requirement(registry, one.trim()));
      if (found.includes(undefined))
        left(what, `was left out: expected a package of ${registry}, with or without its version`);
      for (const one of found) {
        if (!one) continue;
        const isOwn = isSame(registry, one.name, own.name);
        if (meaning === "package") isNamed = true;
        if (isOwn) result.installed = { ...own, ...one };
        else if (meaning === "more" || registry === "npm") result.also.push(one);
        else {
          result.installed = { version: own.version, ...one };
          left(what, `was taken instead of ${own.name}, the package's own name`);
        }
      }
    } else left(what, `is for ${runtimeHint ?? syntax.name} and was left out`);
  }
  return { ...result, ...start(registry, result, words, { isRunner, isNamed, left }) };
}

/** An option's or a word's text, when all of it is known. */
function textOf({ text, argument }: Word): string | undefined {
  if (text === undefined) return undefined;
  const filled = fill(text, argument);
  return filled.open.length > 0 ? undefined : filled.text;
}

/** The words that are no options: the program, or the package once more, then what the program is given. */
function start(
  registry: PackageRegistry,
  { installed, module }: Installation,
  [first, ...rest]: Word[],
  told: { isRunner: boolean; isNamed: boolean; left: (what: string, why: string) => void },
): Partial<Installation> {
  const args = rest.map(asArgument);
  if (!first) return {};
  const text = textOf(first);
  if (module !== undefined || text === undefined) return { args: [asArgument(first), ...args] };
  const again = requirement(registry, text);
  if (told.isRunner && !told.isNamed && again && isSame(registry, again.name, installed.name)) {
    return { installed: { ...installed, ...again }, args };
  }
  if (told.isRunner && PROGRAM.test(text)) return { program: text, args };
  told.left(text, "was left out: the package's own program is started");
  return { args };
}
