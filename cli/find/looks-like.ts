import type { Recipe } from "../add/recipes";

/** `mcp` as a word of its own: `mcp-server-git`, `weather_mcp`, `@scope/mcp`, `FastMCP`. Not this program's own name. */
const WORD = /(^|[^a-z])(fast)?mcp([^a-z]|$)|modelcontextprotocol/i;
/** Programs that start others: what they start tells, not they. */
const OURS = /dind-mcp/gi;

/** Names of packages that are known to be MCP servers. */
export function knownPackages(recipes: Pick<Recipe, "for">[]): Set<string> {
  return new Set(recipes.map((recipe) => recipe.for.replace(/^\w+:/, "")));
}

/** True when a name of a package, script, image, container or label says that it is an MCP server. */
export function saysMcp(name: string, known: ReadonlySet<string>): boolean {
  return known.has(name.replace(/(?<=.)@[^@/]*$/, "")) || WORD.test(name.replace(OURS, ""));
}

/** How a process was started, in the parts that tell what it is. */
export interface Started {
  /** The program's file name. */
  program: string;
  /** What it runs: a package, a module, a script's path. */
  what: string;
  /** Its command line as a client would write it. */
  command: string;
  args: string[];
}

/** Programs that run a package or a script, and say so. */
const RUNNERS = ["npx", "npm", "bunx", "bun", "pnpm", "yarn", "uvx", "uv", "pipx", "deno", "tsx"];
const isRuntime = (program: string): boolean => /^(node|nodejs|python[\d.]*|pypy[\d.]*)$/.test(program);
const fileName = (path: string): string => path.split("/").at(-1) ?? "";

/** Reads a command line of /proc; undefined for what is no runner and no runtime. */
export function started(words: string[]): Started | undefined {
  // npm writes its command over its own arguments, as one text.
  const all = words.length === 1 && /^npm (exec|x) /.test(words[0] ?? "") ? (words[0] ?? "").split(" ") : words;
  const [first = "", ...rest] = all;
  const program = fileName(first);
  if (program === "npm")
    return { program, what: packageIn(rest.slice(1)), command: "npx", args: ["-y", ...rest.slice(1)] };
  if (isRuntime(program)) return ofRuntime(program, first, rest);
  if (!RUNNERS.includes(program)) return undefined;
  return { program, what: packageIn(rest), command: program, args: rest };
}

function ofRuntime(program: string, command: string, args: string[]): Started | undefined {
  const at = args.findIndex((word) => word === "-m" || !word.startsWith("-"));
  const script = at === -1 ? undefined : args[at];
  // `-c TEXT`, `-e TEXT`: a program without a name.
  if (script === undefined || args.slice(0, at).some((word) => /^(-\w*[ce]|-p|--eval|--print)$/.test(word)))
    return undefined;
  if (script === "-m") return { program, what: args[at + 1] ?? "", command, args };
  // npx, uvx and pipx are themselves scripts of node and python.
  const own = fileName(script).replace(/-cli\.[cm]?js$/, "");
  if (RUNNERS.includes(own)) return started([own, ...args.slice(at + 1)]);
  return { program, what: packageOfPath(script) ?? script, command, args };
}

/** The package of a file that npm or Python installed. */
function packageOfPath(path: string): string | undefined {
  const [, inside] = /.*\/node_modules\/(?!\.bin\/)((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  if (inside !== undefined) return inside;
  return /\/(\.bin|bin)\/[^/.]+$/.test(path) ? fileName(path) : undefined;
}

/** The first word that is no option, and no word of the runner's own. */
function packageIn(args: string[]): string {
  return args.find((word) => !word.startsWith("-") && !/^(exec|x|dlx|run|tool|uvx)$/.test(word)) ?? "";
}

/** What of it may say that it is an MCP server: of a script its name, and those of the folders it is in. */
export function tellingNames({ what, args }: Started): string[] {
  const parts = what.startsWith("/") ? what.split("/").slice(-4) : [what];
  // `mcp run server.py`, `fastmcp run server.py`
  return [...parts.map((part) => part.replace(/\.\w+$/, "")), ...args.filter((word) => /^(fast)?mcp$/.test(word))];
}
