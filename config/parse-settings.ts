import { firstHost } from "../lib/addresses";
import { type Finding, located } from "../lib/findings";
import { parseJson } from "../lib/json";
import { isMapping } from "../lib/mapping";
import { ProblemsError } from "../lib/problems";
import { zodFindings } from "../lib/zod-findings";
import { aboutKey } from "./key";
import { KEYS } from "./keys";
import { type Settings, settingsSchema } from "./settings";

/** Keys whose values must be stored encrypted. */
const SECRET_KEYS = Object.entries(KEYS).flatMap(([name, schema]) => (aboutKey(schema).secret ? [name] : []));

/** Of those, mappings: how one value in them is set. */
const PARTS: Record<string, string> = {
  secrets: "--path 'secrets.SERVER.SECRET'",
  registries: "--path 'registries[\"HOST\"].password'",
  kong: "--path kong.admin",
  secretSources: "--path secretSources.vault.token",
};

/** Keys that hold text, whose value must not be read as JSON ("12376" may be a name). */
const TEXT_KEYS = new Set(
  Object.entries(KEYS).flatMap(([name, { def }]) => (def.innerType.def.type === "string" ? [name] : [])),
);

/**
 * Checks one stack's config.
 * @param raw values by key, without the namespace, as Pulumi holds them
 * @param secretKeys the keys that are stored encrypted
 * @param file where they come from, for messages
 * @throws ProblemsError with every problem at once
 */
export function parseSettings(raw: Record<string, string>, secretKeys: string[], file: string): Settings {
  const values = Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, TEXT_KEYS.has(name) ? value : spelledOut(name, decode(value))]),
  );
  const plain = plainSecrets(raw, secretKeys);
  const { success, data, error } = settingsSchema.safeParse(values);
  if (success && plain.length === 0) return { ...data, networkGateway: firstHost(data.networkCidr) };
  const visible = { ...values, ...Object.fromEntries(SECRET_KEYS.map((name) => [name, {}])) };
  const findings = [...plain, ...(error ? zodFindings(error, visible, settingsSchema) : [])];
  throw new ProblemsError(
    located(
      findings.map((finding) => ({ ...finding, path: ["dind-mcp", ...finding.path] })),
      file,
    ),
  );
}

/** A value that may be written as a word. */
function spelledOut(name: string, written: unknown): unknown {
  return isWord(name, written) ? wordsOf(name)[written] : written;
}

function isWord(name: string, written: unknown): written is string {
  return typeof written === "string" && Object.hasOwn(wordsOf(name), written);
}

function wordsOf(name: string): Record<string, unknown> {
  const schema = Object.entries(KEYS).find(([key]) => key === name)?.[1];
  return (schema && aboutKey(schema).words) ?? {};
}

/** Pulumi hands config over as strings: JSON for anything but strings. */
function decode(value: string): unknown {
  const parsed = parseJson(value);
  return parsed === undefined || typeof parsed === "string" ? value : parsed;
}

/** Secrets that are stored in plain text. */
function plainSecrets(raw: Record<string, string>, secretKeys: string[]): Finding[] {
  const given = SECRET_KEYS.filter((name) => raw[name] && !isEmpty(decode(raw[name])));
  return given
    .filter((name) => !secretKeys.includes(name) && !isWord(name, raw[name]))
    .map((name) => ({
      path: [name],
      got: "a value stored in plain text",
      expected: "an encrypted value",
      fix: `pulumi config set --secret ${PARTS[name] ?? name}`,
    }));
}

/** `{}` or `{"server":{}}`: what `pulumi config rm` leaves of the last secret. */
function isEmpty(value: unknown): boolean {
  return isMapping(value) && Object.values(value).every(isEmpty);
}
