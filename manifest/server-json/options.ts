import type { ServerArgument } from "./schema";

/** One word of a command line; without text when the document leaves that to the user. */
export interface Word {
  text?: string;
  argument: ServerArgument;
}

/** An option of a runtime's command line. */
export interface Option extends Word {
  /** Without dashes. */
  name: string;
  /** As it was written. */
  shown: string;
}

/** A runtime's arguments: its options, and what follows from the first word that is none. */
export interface CommandLine {
  options: Option[];
  words: Word[];
}

/** Turns a word of a runtime's command line into an argument of the program that it starts. */
export function asArgument({ text, argument }: Word): ServerArgument {
  const { valueHint = "an argument", ...rest } = { valueHint: undefined, ...argument };
  return { ...rest, type: "positional", ...(text === undefined ? { valueHint } : { value: text }) };
}

/** The syntax of a runtime's command line. */
export interface Syntax {
  /** Options that take no value, without dashes; every other one takes one. */
  flags: Flags;
  /** Words that stand before the options: the runtime itself and its commands. */
  commands: ReadonlySet<string>;
  /** The option that is the last one: what follows it is for the program. */
  last?: string;
}

type Flags = Pick<ReadonlySet<string>, "has">;

/** Reads a runtime's arguments, `--name=value`, `--name value`, `-nvalue` and `-abc` alike. */
export function commandLine(list: ServerArgument[], { flags, commands, last: final }: Syntax): CommandLine {
  const words = list.flatMap((argument) => wordsOf(argument, flags));
  const options: Option[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as Word;
    const { text } = word;
    if (text === undefined || !/^-./.test(text)) {
      if (text !== undefined && options.length === 0 && commands.has(text)) continue;
      return { options, words: words.slice(at) };
    }
    if (text === "--") return { options, words: words.slice(at + 1) };
    const found = text.startsWith("--") ? [long(word)] : short(word, flags);
    const last = found.at(-1);
    const next = words[at + 1];
    if (last && last.text === undefined && !flags.has(last.name) && next && isValue(next, word)) {
      found[found.length - 1] = { ...last, ...next };
      at++;
    }
    options.push(...found);
    if (last?.name === final) return { options, words: words.slice(at + 1) };
  }
  return { options, words: [] };
}

/** An option's value stands beside it, or is a word of its own that is no option. */
function isValue({ text = "", argument }: Word, option: Word): boolean {
  return argument === option.argument || (argument.type === "positional" && !text.startsWith("-"));
}

function wordsOf(argument: ServerArgument, flags: Flags): Word[] {
  const value = argument.value ?? argument.default;
  if (argument.type === "positional") {
    const [, option, rest] = /^(--?[\w-]+)\s+(.*)$/s.exec(value ?? "") ?? [];
    return option ? [word(option, argument), word(rest, argument)] : [word(value, argument)];
  }
  const [name = "", more] = argument.name.split(/\s+(.*)/s);
  const option = name.startsWith("-") ? name : `${name.length > 1 ? "--" : "-"}${name}`;
  const given = more || value;
  if (name.includes("=") || given === undefined) return [word(option, argument)];
  if (!flags.has(bare(option))) return [word(option, argument), word(given, argument)];
  return /^(true|false)?$/.test(given) ? [word(option, argument)] : [word(option, argument), word(given, argument)];
}

const word = (text: string | undefined, argument: ServerArgument): Word => ({
  argument,
  ...(text === undefined ? {} : { text }),
});
const bare = (option: string): string => option.replace(/^-+/, "");

function long({ text = "", argument }: Word): Option {
  const [shown = "", value] = text.split(/=(.*)/s);
  return { name: bare(shown), shown, ...word(value, argument) };
}

/** `-it` is two, `-eA=1` is one with its value. */
function short({ text = "", argument }: Word, flags: Flags): Option[] {
  const options: Option[] = [];
  for (let at = 1; at < text.length; at++) {
    const name = text.charAt(at);
    const rest = text.slice(at + 1).replace(/^=/, "");
    const isFlag = flags.has(name);
    options.push({ name, shown: `-${name}`, ...word(isFlag || rest === "" ? undefined : rest, argument) });
    if (!isFlag) break;
  }
  return options;
}
