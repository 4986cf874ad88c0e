/** Options of a program that are known. */
export interface Flags {
  /** Those that stand alone. */
  alone?: readonly string[];
  /** Those with a value: `--name value`, `--name=value`, `-nvalue`. */
  valued?: readonly string[];
}

/** An option as it was given. */
export interface GivenOption {
  name: string;
  value: string;
}

/** What stands before the first word that is no option, and that word with all behind it; or an option nobody knows. */
export type CommandLine = { options: GivenOption[]; rest: string[] } | { unknown: string };

/** Reads a command line. Several letters behind one dash are several options. */
export function options(words: string[], { alone = [], valued = [] }: Flags): CommandLine {
  const found: GivenOption[] = [];
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === "--" || !word.startsWith("-") || word === "-") return { options: found, rest: [word, ...left] };
    const [name = "", inline] = word.startsWith("--")
      ? word.split(/=(.*)/s)
      : [word.slice(0, 2), word.slice(2) || undefined];
    if (alone.includes(word)) found.push({ name: word, value: "" });
    else if (valued.includes(name)) found.push({ name, value: inline?.replace(/^=/, "") ?? left.shift() ?? "" });
    else if (alone.includes(name) && inline !== undefined && !word.startsWith("--")) {
      found.push({ name, value: "" });
      left.unshift(`-${inline}`);
    } else if (alone.includes(name) && /^(true|false)$/.test(inline ?? "")) found.push({ name, value: inline ?? "" });
    else return { unknown: name };
  }
  return { options: found, rest: [] };
}
