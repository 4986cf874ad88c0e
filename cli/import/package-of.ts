import { type PackageSource, parseSource } from "../add/source";
import { CliError } from "../errors";
import { type Flags, options } from "./options";
import type { Understood } from "./start";

/** A program that runs a package of npm or PyPI. */
interface Runner {
  kind: PackageSource["kind"];
  /** Its words before the package: each of these ways. */
  words: string[][];
  flags: Flags;
  /** Options that name the package, when the word behind them is its program. */
  named?: string[];
}

const NPX: Flags = { alone: ["-y", "--yes", "-q", "--quiet", "--silent", "--prefer-online", "--prefer-offline"] };
const UVX: Flags = { alone: ["-q", "--quiet", "--refresh", "--isolated", "--no-progress"], valued: ["--python", "-p"] };
const RUNNERS: Record<string, Runner> = {
  npx: { kind: "npm", words: [[]], flags: NPX, named: ["-p", "--package"] },
  npm: { kind: "npm", words: [["exec"], ["x"]], flags: NPX, named: ["--package"] },
  bunx: { kind: "npm", words: [[]], flags: { alone: ["-y", "--bun"] } },
  bun: { kind: "npm", words: [["x"]], flags: { alone: ["-y", "--bun"] } },
  pnpm: { kind: "npm", words: [["dlx"]], flags: { alone: ["-s", "--silent"] } },
  yarn: { kind: "npm", words: [["dlx"]], flags: { alone: ["-q", "--quiet"] } },
  uvx: { kind: "pypi", words: [[]], flags: UVX, named: ["--from"] },
  uv: { kind: "pypi", words: [["tool", "run"]], flags: UVX, named: ["--from"] },
  pipx: { kind: "pypi", words: [["run"]], flags: { alone: ["-q", "--quiet"] }, named: ["--spec"] },
};
/** They stand between a client and an address. */
const BRIDGES = ["mcp-remote", "supergateway", "mcp-proxy"];
/** Packages that run a script of the user's. */
const SCRIPT_RUNNERS = ["tsx", "ts-node"];

/** Reads the command line of npx and its like; undefined for another program, and for a script of the user's. */
export function packageOf(program: string, all: string[]): Understood | undefined {
  const runner = Object.hasOwn(RUNNERS, program) ? RUNNERS[program] : undefined;
  const words = runner?.words.find((some) => some.every((word, at) => all[at] === word));
  if (!runner || !words) return undefined;
  const { kind, flags, named: naming = [] } = runner;
  const read = options(all.slice(words.length), { ...flags, valued: [...(flags.valued ?? []), ...naming] });
  if ("unknown" in read) return { why: `the option ${read.unknown} of ${program} is not known here` };
  const given = read.options.filter(({ name }) => naming.includes(name)).map(({ value }) => value);
  const [first = "", ...rest] = read.rest[0] === "--" ? read.rest.slice(1) : read.rest;
  if (given.length > 1) return { why: `${program} with several packages` };
  const [from] = given;
  if (from === undefined) return SCRIPT_RUNNERS.includes(first) ? undefined : packaged(kind, first, rest);
  const start = packaged(kind, from, rest);
  if ("why" in start || start.source.kind === "local" || !("name" in start.source)) return start;
  // The program that is named like its package is the one that gets started anyway.
  const known = start.source.name.replace(/^@[^/]*\//, "");
  return first === known || first === "" ? start : { ...start, source: { ...start.source, program: first } };
}

/** A Deno script may be a package too. */
export function packaged(kind: PackageSource["kind"], named: string, args: string[]): Understood {
  if (named === "") return { why: "it names no package" };
  // uvx writes NAME@VERSION; both mean the newest by `latest`.
  const plain = named.replace(/(?<=.)@latest$/, "");
  const spec = kind === "pypi" ? plain.replace(/(?<=.)@/, "==") : plain;
  try {
    const source = parseSource(`${kind}:${spec}`) as PackageSource;
    if (BRIDGES.includes(source.name)) {
      return { why: `${source.name} is a bridge to an address: \`servers add\` takes the address itself` };
    }
    return { source, args };
  } catch (error) {
    if (error instanceof CliError) return { why: "its package has no exact version, or no name of npm or PyPI" };
    throw error;
  }
}
