import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseSettings } from "../../config/parse-settings";
import type { Settings } from "../../config/settings";
import { located } from "../../lib/findings";
import { isMapping } from "../../lib/mapping";
import { ProblemsError } from "../../lib/problems";
import { readText } from "../../lib/read-text";
import { parseYaml } from "../../lib/yaml";
import { CliError, ExitCode } from "../errors";
import { projectFolder, stackName } from "../project";
import { askPulumi } from "./workspace";

const NAMESPACE = "dind-mcp:";

/** The stack's config, checked as the program checks it. @throws ProblemsError with every problem at once */
export async function stackSettings(): Promise<Settings> {
  const all = Object.entries(await askPulumi((project, stack) => project.getAllConfig(stack))).filter(([key]) =>
    key.startsWith(NAMESPACE),
  );
  const raw = Object.fromEntries(all.map(([key, { value }]) => [key.slice(NAMESPACE.length), value]));
  const secret = all.filter(([, value]) => value.secret).map(([key]) => key.slice(NAMESPACE.length));
  return parseSettings(raw, secret, `Pulumi.${stackName()}.yaml`);
}

/** The stack's config; before there is a stack, what the project's file says it would be. */
export async function settingsOrDefaults(): Promise<Settings> {
  try {
    return await stackSettings();
  } catch (error) {
    if (!(error instanceof CliError && error.code === ExitCode.NotFound)) throw error;
    return fileSettings(projectFolder(), stackName());
  }
}

/**
 * What a stack's file in the project says, without its encrypted values.
 * @throws ProblemsError with every problem at once
 */
export function fileSettings(root: string, stack: string): Settings {
  const name = `Pulumi.${stack}.yaml`;
  const path = join(root, name);
  const parsed = parseYaml(existsSync(path) ? readText(path) : "");
  if (parsed.findings) throw new ProblemsError(located(parsed.findings, name));
  return settingsIn(parsed.document, name);
}

/**
 * What a stack's parsed file says, without its encrypted values.
 * @param name for an error
 * @throws ProblemsError with every problem at once
 */
export function settingsIn(document: unknown, name: string): Settings {
  const config = isMapping(document) && isMapping(document.config) ? document.config : {};
  const raw = Object.entries(config).flatMap(([key, value]): [string, string][] => {
    if (!key.startsWith(NAMESPACE) || hasEncrypted(value)) return [];
    return [[key.slice(NAMESPACE.length), typeof value === "string" ? value : JSON.stringify(value)]];
  });
  return parseSettings(Object.fromEntries(raw), [], name);
}

/** True for a value that Pulumi encrypted, `{secure: ...}`, and for one that holds such a value. */
function hasEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "secure") || Object.values(value).some(hasEncrypted);
}
