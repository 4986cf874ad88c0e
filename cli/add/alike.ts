import { packageOf } from "../import/package-of";
import { packagesNamed, type Recipe } from "./recipes";

/**
 * Sources that somebody may have meant who wrote something else: a command that starts a package, as `npx NAME` or `uvx:NAME`;
 * a package's bare name; a word of the name of one with a recipe.
 */
export function alikeSources(from: string, args: string[], recipes: Recipe[]): string[] {
  const [program = "", ...words] = [...from.trim().split(/[\s:]+/), ...args];
  const start = packageOf(program, words);
  if (start && !("why" in start) && "name" in start.source) {
    const { kind, name, version } = start.source;
    const at = kind === "pypi" ? "==" : "@";
    return [`${kind}:${name}${version === undefined ? "" : `${at}${version}`}`];
  }
  const [, image] = /^docker:([\w./:-]+)$/.exec(from) ?? [];
  if (image !== undefined) return [`image:${image}@sha256:DIGEST`];
  const named = packagesNamed(from, recipes);
  if (named.length > 0) return named;
  if (/^@[a-z0-9~-][a-z0-9._~-]*\/[a-z0-9~-][a-z0-9._~-]*$/.test(from)) return [`npm:${from}`];
  return /^[a-z0-9]+(-[a-z0-9]+)+$/.test(from) ? [`npm:${from}`, `pypi:${from}`] : [];
}
