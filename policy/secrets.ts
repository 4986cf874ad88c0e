import { isMapping } from "../lib/mapping";
import { looksLikeSecret, secretArguments } from "../manifest/secret-names";
import { hasSecretShape } from "../manifest/secret-values";
import { shellWords } from "./arguments";

const NAME = "(?:password|passwd|passphrase|pwd|secret|token|(?:api|access|private|secret)[_-]?key)";
/** One inside a longer text: password=..., ?api_key=..., "token": "...". A `$` or a `/` says where it is, not what. */
const ASSIGNED = new RegExp(`(?:${NAME}=|"[\\w-]*${NAME}"\\s*:\\s*)["']?[^\\s"'&;,{}$\`/<]{4,}`, "i");

function hasShape(value: string): boolean {
  return hasSecretShape(value) || ASSIGNED.test(value);
}

/**
 * True when the text looks like a secret written down, by the name it has or by its shape.
 * @param plain names that only sound like one
 */
export function isSecret(name: string, value: string, plain: string[] = []): boolean {
  // A revision or a hash of a secret does not give it away.
  const told = /[._-](revision|hash|sha256)$/i.test(name) || plain.includes(name) ? "" : name;
  return looksLikeSecret(told, value) || hasShape(value);
}

/** The names in a manifest's `notSecrets`, as its label has it. */
export function plainNames(manifest: string | undefined): string[] {
  const { notSecrets } = jsonMapping(manifest ?? "");
  return Array.isArray(notSecrets) ? notSecrets.filter((name) => typeof name === "string") : [];
}

/** Returns a label's manifest without the values of these names. */
export function withoutPlain(manifest: string, plain: string[]): string {
  if (plain.length === 0) return manifest;
  const isPlain = (key: string, value: unknown): boolean =>
    plain.includes(key) || (typeof value === "string" && plain.includes(value.split("=")[0] ?? ""));
  const rest = jsonMapping(manifest, (key, value) => (isPlain(key, value) ? undefined : value));
  return JSON.stringify(rest);
}

/** A JSON text that is a mapping; an empty one for any other. */
export function jsonMapping(text: string, reviver?: (key: string, value: unknown) => unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text, reviver);
    return isMapping(value) ? value : {};
  } catch {
    return {};
  }
}

/** Returns the positions, from 1, of a command's words that look like secrets. Checks a shell's script word by word. */
export function secretWords(command: string[], plain: string[] = []): number[] {
  const options = secretArguments(command, plain);
  return command.flatMap((word, index) => {
    const script = /\s/.test(word) ? shellWords([word]) : [];
    const isPlain = plain.includes(word.split("=")[0] ?? "");
    const found =
      options.includes(index) ||
      (isPlain ? hasSecretShape(word) : hasShape(word)) ||
      isAssignment(word) ||
      script.some(isAssignment);
    return found || secretArguments(script).length > 0 ? [index + 1] : [];
  });
}

/** True for API_KEY=x, but not for API_KEY=$(cat /run/secrets/key) and API_KEY=/run/secrets/key. */
function isAssignment(word: string): boolean {
  const [, name = "", value = ""] = /^(\w+)=([^$`/].*)$/s.exec(word) ?? [];
  return looksLikeSecret(name, value);
}
