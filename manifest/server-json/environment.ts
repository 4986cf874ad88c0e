import { oneLine } from "../../lib/plain-text";
import { looksLikeSecret, secretNameOf } from "../secret-names";
import { doubts, type Filled, hint, isRequiredInput, isSecretInput, known, type Named } from "./inputs";
import { type ImportNote, note, toFill } from "./notes";
import type { ServerInput } from "./schema";

/** An environment variable of a server.json. */
export type ServerVariable = ServerInput & { name: string };

/** The parts of a manifest that environment variables become. */
interface Environment {
  env?: Record<string, string>;
  secrets?: { name: string; env: string; description?: string; required: boolean }[];
  /** Names in `env` that only sound like secrets, as the document says. */
  notSecrets?: string[];
}

/**
 * Reads a runtime's `-e NAME=VALUE` as a variable. `-e NAME`, `NAME={NAME}` and `NAME=${NAME}` pass on a variable of
 * the user's.
 */
export function variableOf(text: string, input: ServerInput): ServerVariable {
  const [name = "", value] = text.split(/=(.*)/s);
  const [, same] = /^\$?\{?(\w+)\}?$/.exec(value ?? "") ?? [];
  const handedOn = same === name && value !== name && !Object.hasOwn(input.variables ?? {}, name);
  const { value: _value, default: _default, ...rest } = input;
  return { ...rest, name, ...(value === undefined || handedOn ? {} : { value }) };
}

/** Returns every variable once. Later entries win, field by field; a flag that one of them sets stays set. */
export function merged(variables: ServerVariable[]): ServerVariable[] {
  const all = new Map<string, ServerVariable>();
  for (const one of variables) {
    const before = all.get(one.name);
    const flag = (key: "isSecret" | "isRequired") => [before, one].map((each) => each?.[key]);
    const flags = (["isSecret", "isRequired"] as const).flatMap((key) => {
      const told = flag(key).filter((value) => value !== undefined);
      return told.length > 0 ? [[key, told.includes(true)]] : [];
    });
    all.set(one.name, { ...before, ...one, ...Object.fromEntries(flags) });
  }
  return [...all.values()];
}

/** The form of a variable's name in a manifest. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Environment variables: plain ones with their values, secret ones from the stack's config. */
export function environment(variables: ServerVariable[], notes: ImportNote[], named?: Named): Environment {
  const env: Record<string, string> = {};
  const secrets: NonNullable<Environment["secrets"]> = [];
  const notSecrets: string[] = [];
  for (const variable of variables) {
    const { name } = variable;
    const required = isRequiredInput(variable);
    const filled = known(variable, named);
    const text = filled && filled.open.length === 0 ? filled.text : undefined;
    const sounds = looksLikeSecret(name, text ?? "?");
    if (!NAME.test(name)) {
      notes.push(note(["environmentVariables"], `${name} was left out: letters, digits and _ make a variable's name`));
    } else if (isSecretInput(variable) || (sounds && variable.isSecret !== false)) {
      const file = fileName(name, secrets);
      const about = oneLine(variable.description ?? described(variable) ?? "", 200);
      secrets.push({ name: file, env: name, ...(about ? { description: about } : {}), required });
      notes.push(note(["secrets"], `${name} is the secret ${file}${form(filled)}: set it in the stack's config`));
    } else {
      if (sounds) notSecrets.push(name);
      if (text !== undefined && filled) {
        env[name] = text;
        notes.push(...doubts(name, variable, filled).map((doubt) => note(["env", name], doubt)));
      } else if (required) {
        notes.push(toFill(["env", name], `fill in${hint(variable)}`));
        env[name] = "";
      } else {
        const what = filled ? `${filled.text} is not known` : "has no value";
        notes.push(note(["env", name], `${what} and was left out${hint(variable)}`));
      }
    }
  }
  const told = notSecrets.filter((name) => name in env);
  return {
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(secrets.length > 0 ? { secrets } : {}),
    ...(told.length > 0 ? { notSecrets: told } : {}),
  };
}

/** How the value has to look when it is more than the secret alone. */
function form(filled: Filled | undefined): string {
  if (!filled) return "";
  if (filled.open.length === 0) return " (the document's own value was left out)";
  return /^\$?\{[^{}]+\}$/.test(filled.text) ? "" : ` (as ${filled.text})`;
}

function described({ variables = {} }: ServerInput): string | undefined {
  return Object.values(variables).find(({ isSecret, description }) => isSecret && description)?.description;
}

/** A secret's name that none of the others has. */
function fileName(variable: string, others: { name: string }[]): string {
  const name = secretNameOf(variable);
  const taken = (one: string): boolean => others.some((other) => other.name === one);
  for (let count = 1; ; count++) {
    const one = count === 1 ? name : `${name}-${count}`;
    if (!taken(one)) return one;
  }
}
