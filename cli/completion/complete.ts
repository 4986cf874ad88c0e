import type { Command, Option } from "commander";
import { paths } from "../../api/paths";
import { Scope } from "../../api/scopes";
import { openApi } from "../api/open";
import { toolsOf } from "../servers/tools";

/** Commands of the launcher itself. */
const LAUNCHER = ["test", "clean", "doctor", "env", "help"];

/**
 * What may stand at the end of a command line.
 * @param words all words after `dind-mcp`, the last one as far as it is typed
 * @param names gives the names of servers, or of a server's tools; never fails
 */
export async function candidates(
  root: Command,
  words: string[],
  names: (server?: string) => Promise<string[]>,
): Promise<string[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  let command = root;
  const operands: string[] = [];
  let values: string[] | undefined;
  for (const word of before) {
    if (values || word.startsWith("-")) {
      values = values ? undefined : valuesOf(command, word);
      continue;
    }
    const next = operands.length === 0 ? find(command, word) : undefined;
    if (next) command = next;
    else operands.push(word);
  }
  const all = values ?? (typed.startsWith("-") ? options(command) : await operandsOf(command, operands, names));
  return all
    .filter((candidate) => candidate.startsWith(typed) && (typed.startsWith("-") || WORD.test(candidate)))
    .sort();
}

function find(command: Command, word: string): Command | undefined {
  return command.commands.find((one) => one.name() === word || one.aliases().includes(word));
}

/** The launcher's own option is no command's. */
const STACK = ["-s", "--stack"];

/** The stack that a command line is about, where it says so: words come after the `--` at which the launcher stops to look. */
export function stackOf(words: string[]): string | undefined {
  const before = words.slice(0, -1);
  const at = before.findLastIndex((word) => STACK.includes(word) || word.startsWith("--stack="));
  if (at === -1) return undefined;
  return before[at]?.startsWith("--stack=") ? before[at].slice("--stack=".length) : before[at + 1];
}

/** What may come after an option whose value is the next word, as far as that is known; undefined for any other. */
function valuesOf({ options: own }: Command, word: string): string[] | undefined {
  const option = own.find(({ short, long }) => [short, long].includes(word));
  return option?.required || option?.optional || STACK.includes(word) ? (option?.argChoices ?? []) : undefined;
}

function options(command: Command): string[] {
  const own = command.options.map(({ long }: Option) => long ?? "").filter(Boolean);
  return [...own, "--help", "--stack"];
}

async function operandsOf(
  command: Command,
  before: string[],
  names: (server?: string) => Promise<string[]>,
): Promise<string[]> {
  if (command.commands.length > 0) {
    const visible = command.commands.filter((one) => !one.name().startsWith("__")).map((one) => one.name());
    return command.parent ? visible : [...visible, ...LAUNCHER];
  }
  const { registeredArguments: wanted } = command;
  const argument = wanted[before.length] ?? (wanted.at(-1)?.variadic ? wanted.at(-1) : undefined);
  if (argument?.argChoices) return argument.argChoices;
  if (argument?.name() === "tool") return await names(before[0]);
  if (["name", "names", "server"].includes(argument?.name() ?? "")) {
    return command.parent?.name() === "servers" ? (await names()).filter((name) => !before.includes(name)) : [];
  }
  return [];
}

/**
 * Matches text that is harmless in a shell. bash puts a candidate on the command line as it is, and a server may name
 * its tools as it likes.
 */
const WORD = /^[A-Za-z0-9_][\w./:@-]*$/;

/** Names from the API; none when it does not answer, because a completion cannot show an error. */
export async function namesFromApi(server?: string): Promise<string[]> {
  try {
    const api = await openApi(Scope.Read);
    const all = server === undefined ? await api.list<{ name: string }>(paths.servers) : await toolsOf(api, server);
    return all.map(({ name }) => name);
  } catch {
    return [];
  }
}
