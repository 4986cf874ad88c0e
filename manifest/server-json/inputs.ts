import { type ImportNote, note, toFill } from "./notes";
import type { ServerArgument, ServerInput } from "./schema";

/** A text of the document, with its `{variables}` replaced as far as they are known. */
export interface Filled {
  /** Unknown variables stay in braces. */
  text: string;
  /** Variables that have no value. */
  open: string[];
  /** Braces that name nothing; by the format's rule they stay as they are. */
  unknown: string[];
}

/** Values that a URL or a variable may name besides its own variables. */
export type Named = ReadonlyMap<string, string>;

const SHELL_NAME = /^\w+(:?[-+?=].*)?$/s;
const BRACES = /(\$?)\{([^{}]+)\}/g;

/** Puts an input's variables into a text. Secret ones stay open, and so does `${NAME}`, which only a shell would know. */
export function fill(template: string, { variables = {} }: ServerInput, named: Named = new Map()): Filled {
  const open: string[] = [];
  const unknown: string[] = [];
  const text = template.replace(BRACES, (whole, dollar: string, name: string) => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    const value = variable ? (variable.value ?? variable.default) : named.get(name);
    if (value !== undefined && !variable?.isSecret) return value;
    if (variable || (dollar && SHELL_NAME.test(name))) open.push(name);
    else unknown.push(whole);
    return whole;
  });
  return { text, open: [...new Set(open)], unknown: [...new Set(unknown)] };
}

/** An input's own value, filled in; undefined when it has none. */
export function known(input: ServerInput, named?: Named): Filled | undefined {
  const text = input.value ?? input.default;
  return text === undefined ? undefined : fill(text, input, named);
}

const withVariables = (input: ServerInput): ServerInput[] => [input, ...Object.values(input.variables ?? {})];

/** True when an input or one of its variables is secret. */
export const isSecretInput = (input: ServerInput): boolean => withVariables(input).some(({ isSecret }) => isSecret);

/** True when an input or one of its variables has to have a value. */
export const isRequiredInput = (input: ServerInput): boolean =>
  withVariables(input).some(({ isRequired }) => isRequired);

/** Returns what the document says about a value to fill in, in brackets; empty when it says nothing. */
export function hint(input: ServerInput): string {
  const words = withVariables(input).flatMap(({ description, choices, placeholder, format }) => [
    ...(description ? [description] : []),
    ...(choices?.length ? [`one of ${choices.join(", ")}`] : []),
    ...(placeholder ? [`like ${placeholder}`] : []),
    ...(format && FORMATS[format] ? [FORMATS[format]] : []),
  ]);
  return words.length > 0 ? ` (${words.join("; ")})` : "";
}

const FORMATS: Record<string, string> = {
  number: "a number",
  boolean: "true or false",
  filepath: "a path in the container: of your files it sees what mounts give it",
};

const FITS: Record<string, (text: string) => boolean> = {
  number: (text) => text.trim() !== "" && Number.isFinite(Number(text)),
  boolean: (text) => text === "true" || text === "false",
};

/** Notes on values that do not fit the document's own description, and on paths of another machine. */
export function doubts(label: string, input: ServerInput, filled: Filled): string[] {
  const own = { ...input, value: input.value ?? input.default };
  const values = [...(filled.open.length > 0 || input.variables ? [] : [own]), ...Object.values(input.variables ?? {})];
  const texts = values.flatMap(({ value, default: fallback, choices, format, isSecret }) => {
    const text = value ?? fallback;
    if (text === undefined || isSecret) return [];
    const fits = FITS[format ?? ""]?.(text) ?? true;
    return [
      ...(choices?.length && !choices.includes(text)
        ? [`${label}: ${text} is none of its choices, ${choices.join(", ")}`]
        : []),
      ...(fits ? [] : [`${label}: ${text} is not ${FORMATS[format ?? ""]}, which the document asks for`]),
      ...(format === "filepath"
        ? [
            `${label}: ${text} is a path of a user's machine; here it is one in the container, which sees what mounts give it`,
          ]
        : []),
    ];
  });
  const braces = filled.unknown.map(
    (whole) => `${label}: ${whole} names no variable of the document and stays as it is`,
  );
  return [...texts, ...braces];
}

const KEY = "packageArguments";

/** Every name that a URL may call an argument by. */
export function argumentNames(argument: ServerArgument): string[] {
  const name = argument.type === "named" ? argument.name : argument.valueHint;
  return name === undefined ? [] : [name, name.replace(/^-+/, "")];
}

/** Arguments of the command line. What is secret, or not known, becomes a note. */
export function argumentTexts(
  list: ServerArgument[],
  notes: ImportNote[],
  named: Named = new Map(),
  path: ImportNote["path"] = ["transport", "command"],
): string[] {
  return list.flatMap((argument) => {
    const label = argument.type === "named" ? argument.name : (argument.valueHint ?? "an argument");
    const { isRepeated } = argument;
    const required = isRequiredInput(argument);
    if (isSecretInput(argument)) {
      const needed = required
        ? `; the server needs it${hint(argument)}: see whether it reads a file or a variable`
        : "";
      const text = `${label} is secret and was left out; arguments are readable in \`docker inspect\`${needed}`;
      notes.push(note([KEY], text));
      return [];
    }
    if (isRepeated) notes.push(note([KEY], `${label} may be given more than once`));
    const filled = known(argument, named);
    const isFlag = argument.type === "named" && (argument.value === "" || (!filled && !required && isBare(argument)));
    if (isFlag && argument.type === "named") return [argument.name];
    if (!required && !filled) {
      notes.push(note([KEY], `${label} has no value and was left out${hint(argument)}`));
      return [];
    }
    if (!filled || filled.open.length > 0) {
      notes.push(toFill(path, `fill in ${label}${hint(argument)}`));
    } else {
      notes.push(...doubts(label, argument, filled).map((text) => note([KEY], text)));
    }
    return written(argument, filled?.text ?? `{${label.replace(/^-+/, "")}}`);
  });
}

/** True when nothing describes the option: then it is a flag. One with a description takes an optional value. */
function isBare({ description, format, placeholder, choices }: ServerArgument): boolean {
  return !description && !format && !placeholder && !choices;
}

/** `--name=value`; `-n value`, as no short option takes an equals sign. */
function written(argument: ServerArgument, text: string): string[] {
  if (argument.type === "positional") return [text];
  const { name } = argument;
  if (name.endsWith("=")) return [name + text];
  return /^-[A-Za-z]$/.test(name) ? [name, text] : [`${name}=${text}`];
}
