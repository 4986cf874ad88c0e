import type { Settings } from "../config/settings";
import { type Problem, ProblemsError } from "../lib/problems";
import { readCertificates } from "./pem";

/**
 * Private registries with the text of each authority in place of its file's path.
 * @param root the folder that relative paths start from
 * @throws ProblemsError for each that is no certificate
 */
export function withAuthorities(
  registries: Settings["registries"],
  root: string,
  settingsFile: string,
): Settings["registries"] {
  const problems: Problem[] = [];
  const all = Object.entries(registries).map(([host, registry]) => {
    if (registry.ca === undefined) return [host, registry] as const;
    const read = readCertificates(registry.ca, root);
    if (read.got === undefined) return [host, { ...registry, ca: read.pem }] as const;
    const fix = "name the file of the authority that signed the registry's certificate, or put its text there";
    const { got } = read;
    problems.push({ file: settingsFile, path: `registries["${host}"].ca`, got, expected: "PEM certificates", fix });
    return [host, registry] as const;
  });
  if (problems.length > 0) throw new ProblemsError(problems);
  return Object.fromEntries(all);
}
