import { packageOf } from "../import/package-of";
import type { PackageSource } from "./source";

/** Options of `servers add` that have no value behind them. */
const FLAGS = ["--dry-run", "--force", "--json"];

/**
 * `servers add npx -y PACKAGE ARGUMENT`, as a server's own page writes it, becomes `servers add npm:PACKAGE -- ARGUMENT`; so
 * do uvx, pipx and the others that `servers import` knows. Any other command line stays as it is.
 */
export function asSource(line: string[]): string[] {
  const command = line.indexOf("add");
  if (command < 1 || line[command - 1] !== "servers") return line;
  const at = line.findIndex((word, index) => {
    const before = index > command + 1 ? (line[index - 1] ?? "") : "";
    const isValue = /^--[a-z-]+$/.test(before) && !FLAGS.includes(before);
    return index > command && !isValue && !word.startsWith("-");
  });
  const start = at < 0 ? undefined : packageOf(line[at] ?? "", line.slice(at + 1));
  if (!start || "why" in start) return line;
  const { source, args } = start;
  if (source.kind !== "npm" && source.kind !== "pypi") return line;
  const options = source.program === undefined ? [] : ["--program", source.program];
  const behind = args.length > 0 ? ["--", ...args] : [];
  return [...line.slice(0, at), ...options, spec(source), ...behind];
}

function spec({ kind, name, version, extras = [] }: PackageSource): string {
  const some = extras.length > 0 ? `[${extras.join(",")}]` : "";
  const exact = version === undefined ? "" : `${kind === "pypi" ? "==" : "@"}${version}`;
  return `${kind}:${name}${some}${exact}`;
}
