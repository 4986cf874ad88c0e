import { extname } from "node:path";
import { isMapping } from "../../lib/mapping";
import { ProblemsError } from "../../lib/problems";
import type { Entry } from "../connect/formats/format";
import { FORMATS } from "../connect/formats/index";
import { entrySchema, type Named } from "./client-server";
import { composeServers } from "./compose";

/** Names under which clients keep their servers: most of them, VS Code, Zed, codex, opencode and Crush, goose. */
const CONTAINERS = ["mcpServers", "servers", "context_servers", "mcp_servers", "mcp", "extensions"] as const;
/** More is no file of a person. */
const MOST = 200;

/** An entry in the words of most clients: opencode has the program and its arguments in one list, goose other names. */
function inUsualWords(value: unknown): unknown {
  if (!isMapping(value)) return value;
  const { command, cmd, args = [], env, environment, envs, uri, ...rest } = value;
  const [program, ...first] = Array.isArray(command) ? command : [command ?? cmd];
  const all = Array.isArray(args) ? [...first, ...args] : args;
  return {
    ...rest,
    command: program,
    args: all,
    env: env ?? environment ?? envs,
    ...(uri === undefined ? {} : { url: uri }),
  };
}

/** How a file is written, by its name: JSON, unless it ends otherwise. */
const formatOf = (file: string) =>
  ({ ".toml": FORMATS.toml, ".yaml": FORMATS.yaml, ".yml": FORMATS.yaml })[extname(file).toLowerCase()] ?? FORMATS.json;

/** The object or list that has a file's servers, with each of them. */
function serversIn(text: string, file: string): Entry[] {
  const document = formatOf(file).data(text, file);
  const container = CONTAINERS.find((name) => Object.hasOwn(document, name));
  const fix = "name a client's file, like claude_desktop_config.json, .mcp.json or config.toml";
  const problem = (got: string, expected: string) => [{ file, path: container ?? "(the file)", got, expected, fix }];
  if (!container) throw new ProblemsError(problem("no servers", CONTAINERS.join(", ")));
  const members = document[container];
  if (!Array.isArray(members) && !isMapping(members)) throw new ProblemsError(problem("something else", "an object"));
  // Continue has a list.
  const all = Array.isArray(members)
    ? members.map((value): Entry => {
        const key = isMapping(value) ? String(value.name) : "";
        return { container, key, kind: "item", by: "name", value };
      })
    : Object.entries(members).map(([key, value]): Entry => ({ container, key, kind: "property", value }));
  if (all.length > MOST) throw new ProblemsError(problem(`${all.length} servers`, `at most ${MOST}`));
  return all;
}

/**
 * The servers of a client's configuration. Nothing of it is run.
 * @param file how problems name it; its end tells how it is written
 * @throws ProblemsError when it cannot be read, or holds no servers
 */
export function clientServers(text: string, file: string): Named[] {
  const isJson = formatOf(file) === FORMATS.json;
  const services = /\.ya?ml$/i.test(file) ? composeServers(formatOf(file).data(text, file)) : undefined;
  if (services && services.length <= MOST) return services;
  const ofProjects = isJson ? projectServers(formatOf(file).data(text, file)) : [];
  const own = ofProjects.length > 0 && !hasContainer(text, file) ? [] : serversIn(text, file);
  const all = [...own.map(({ key, value }) => named(key, value)), ...ofProjects];
  if (all.length <= MOST) return all;
  const got = `${all.length} servers`;
  throw new ProblemsError([{ file, path: "projects", got, expected: `at most ${MOST}` }]);
}

function named(name: string, value: unknown): Named {
  const { data: server } = entrySchema.safeParse(inUsualWords(value));
  return { name, ...(server ? { server } : {}) };
}

/** Those that Claude Code keeps in its own file for one project each. */
function projectServers({ projects }: Record<string, unknown>): Named[] {
  if (!isMapping(projects)) return [];
  return Object.entries(projects).flatMap(([project, settings]) => {
    const servers = isMapping(settings) ? settings.mcpServers : undefined;
    if (!isMapping(servers)) return [];
    return Object.entries(servers).map(([name, value]) => ({ ...named(name, value), project }));
  });
}

const hasContainer = (text: string, file: string): boolean => {
  const document = formatOf(file).data(text, file);
  return CONTAINERS.some((name) => Object.hasOwn(document, name));
};

/** The entries of these names, as they stand in the file. */
export function entriesNamed(names: string[], text: string, file: string): Entry[] {
  return serversIn(text, file).filter(({ key }) => names.includes(key));
}
