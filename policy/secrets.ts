import { looksLikeSecret, secretArguments } from "../manifest/secret-names";
import { shellWords } from "./arguments";

/** Keys and tokens known by their shape, wherever they are. */
const SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}/,
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\b(sk-|sk_live_|rk_live_|npm_|hf_|pul-)[A-Za-z0-9_-]{20,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
  /\b(Bearer|Basic) [A-Za-z0-9+/=._~-]{16,}/,
];
const NAME = "(?:password|passwd|passphrase|pwd|secret|token|(?:api|access|private|secret)[_-]?key)";
/** One inside a longer text: password=..., ?api_key=..., "token": "...". A `$` or a `/` says where it is, not what. */
const ASSIGNED = new RegExp(`(?:${NAME}=|"[\\w-]*${NAME}"\\s*:\\s*)["']?[^\\s"'&;,{}$\`/<]{4,}`, "i");

/** A key in base64, as text. */
function decoded(value: string): string {
  return value.replace(/\bLS0tLS1CRUdJTi[A-Za-z0-9+/=]+/g, (key) => Buffer.from(key, "base64").toString());
}

function hasShape(value: string): boolean {
  return [...SHAPES, ASSIGNED].some((shape) => shape.test(decoded(value)));
}

/** True when the text looks like a secret written down, by the name it has or by its shape. */
export function isSecret(name: string, value: string): boolean {
  // A revision or a hash of secrets tells nothing of them.
  const told = /[._-](revision|hash|sha256)$/i.test(name) ? "" : name;
  return looksLikeSecret(told, value) || hasShape(value);
}

/** The places, from 1, of a command's words that look like secrets; a shell's script is looked at word by word. */
export function secretWords(command: string[]): number[] {
  const options = secretArguments(command);
  return command.flatMap((word, index) => {
    const script = /\s/.test(word) ? shellWords([word]) : [];
    const found = options.includes(index) || hasShape(word) || isAssignment(word) || script.some(isAssignment);
    return found || secretArguments(script).length > 0 ? [index + 1] : [];
  });
}

/** True for API_KEY=x, but not for API_KEY=$(cat /run/secrets/key) and API_KEY=/run/secrets/key. */
function isAssignment(word: string): boolean {
  const [, name = "", value = ""] = /^(\w+)=([^$`/].*)$/s.exec(word) ?? [];
  return looksLikeSecret(name, value);
}
