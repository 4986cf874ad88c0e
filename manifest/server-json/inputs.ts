import { oneLine } from "../../lib/plain-text";
import { looksLikeSecret } from "../secret-names";
import { type ImportNote, note, toFill } from "./notes";
import type { ServerArgument, ServerInput } from "./schema";

/** An input's value as far as it is known: `{variables}` are replaced by their own values. */
function known({ value, default: fallback, variables = {} }: ServerInput): string | undefined {
  const text = value ?? fallback;
  return text?.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    const variable = variables[name];
    return variable?.isSecret ? whole : (variable?.value ?? variable?.default ?? whole);
  });
}

function isOpen(text: string, { variables = {} }: ServerInput): boolean {
  return Object.keys(variables).some((name) => text.includes(`{${name}}`));
}

/** Arguments of the command line. What is secret, or not known, becomes a note. */
export function argumentTexts(list: ServerArgument[], notes: ImportNote[]): string[] {
  return list.flatMap((argument) => {
    const label = argument.type === "named" ? argument.name : (argument.valueHint ?? "an argument");
    const secret = argument.isSecret || Object.values(argument.variables ?? {}).some(({ isSecret }) => isSecret);
    if (secret) {
      const text = `${label} is secret and was left out; arguments are readable in \`docker inspect\``;
      notes.push(note(["packageArguments"], text));
      return [];
    }
    const text = known(argument);
    if (text === undefined && argument.type === "named" && !argument.isRequired) {
      // A flag without a value, or an option nobody needs, of which servers describe dozens.
      if (!argument.description && !argument.format && !argument.placeholder && !argument.choices)
        return [argument.name];
      notes.push(note(["packageArguments"], `${label} has no value and was left out`));
      return [];
    }
    if (text === undefined || isOpen(text, argument)) {
      if (text === undefined && !argument.isRequired) {
        notes.push(note(["packageArguments"], `${label} has no value and was left out`));
        return [];
      }
      notes.push(toFill(["transport", "command"], `fill in ${label}`));
    }
    const filled = text ?? `{${label.replace(/^-+/, "")}}`;
    return argument.type === "named" ? [`${argument.name}=${filled}`] : [filled];
  });
}

interface Environment {
  env?: Record<string, string>;
  secrets?: { name: string; description?: string; required: boolean }[];
}

/** Environment variables: plain ones with their values, secret ones as files. */
export function environment(variables: (ServerInput & { name: string })[], notes: ImportNote[]): Environment {
  const env: Record<string, string> = {};
  const secrets: NonNullable<Environment["secrets"]> = [];
  for (const variable of variables) {
    const { name, description, isRequired = false } = variable;
    const text = known(variable);
    if (variable.isSecret || looksLikeSecret(name, text ?? "?")) {
      const file = name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "");
      const about = oneLine(description ?? "", 200);
      secrets.push({ name: file, ...(about ? { description: about } : {}), required: isRequired });
      const text = `${name} comes as the file /run/secrets/${file}, never as a variable; the server has to read it there`;
      notes.push(note(["secrets"], text));
    } else if (text !== undefined && !isOpen(text, variable)) {
      env[name] = text;
    } else if (isRequired) {
      notes.push(toFill(["env", name], `fill in${description ? ` (${description})` : ""}`));
      env[name] = "";
    } else {
      notes.push(note(["env", name], "has no value and was left out"));
    }
  }
  return { ...(Object.keys(env).length > 0 ? { env } : {}), ...(secrets.length > 0 ? { secrets } : {}) };
}
