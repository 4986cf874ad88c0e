import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import type { Settings } from "../config/settings";
import { type Problem, ProblemsError } from "../lib/problems";
import { readText } from "../lib/read-text";

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

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
    const { ca } = registry;
    if (ca === undefined) return [host, registry] as const;
    const read = ca.includes("-----BEGIN") ? ca : textOf(resolve(root, ca));
    const got = read === undefined ? `no file ${resolve(root, ca)}` : certificatesProblem(read);
    const fix = "name the file of the authority that signed the registry's certificate, or put its text there";
    if (got !== undefined)
      problems.push({ file: settingsFile, path: `registries["${host}"].ca`, got, expected: "PEM certificates", fix });
    return [host, { ...registry, ca: (read?.match(PEM) ?? []).join("\n") }] as const;
  });
  if (problems.length > 0) throw new ProblemsError(problems);
  return Object.fromEntries(all);
}

function textOf(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
}

/** What it is instead of certificates; nothing of the text is shown, which may be a key. */
function certificatesProblem(text: string): string | undefined {
  const found = text.match(PEM) ?? [];
  if (found.length === 0) return "text without a certificate";
  try {
    for (const one of found) new X509Certificate(one);
    return undefined;
  } catch {
    return "a certificate that cannot be read";
  }
}
