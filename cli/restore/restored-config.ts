import { located } from "../../lib/findings";
import { isMapping } from "../../lib/mapping";
import { ProblemsError } from "../../lib/problems";
import { parseYaml } from "../../lib/yaml";

/** A stack's config file. */
export type StackFile = Record<string, unknown> & { config?: Record<string, unknown> };

/** @param text of a stack's file. @param name for an error @throws ProblemsError */
export function parseStackFile(text: string, name: string): StackFile {
  const parsed = parseYaml(text);
  if (parsed.findings) throw new ProblemsError(located(parsed.findings, name));
  return isMapping(parsed.document) ? (parsed.document as StackFile) : {};
}

const MIRRORS = "dind-mcp:registryMirrors";

/**
 * The config of a stack of another name (a rehearsal): the backup's, with what the other stack's own file in the project
 * says on top: names, ports, a subnet, for the two may be on one machine. Pure.
 * @param copy the backup's
 * @param base what that was made of: a mirror that stands there too is the other machine's
 * @param own the other stack's file
 * @returns the copy, and what it says it was made of (toolchain/stack-config.mts): only what `own` says follows its edits
 */
export function rehearsalConfig(
  copy: StackFile,
  base: StackFile,
  own: StackFile,
): { copy: StackFile; base: StackFile } {
  const config = { ...copy.config, ...own.config };
  const mirror = JSON.stringify(copy.config?.[MIRRORS]) === JSON.stringify(base.config?.[MIRRORS]);
  const following = Object.keys(config).filter(
    (key) => Object.hasOwn(own.config ?? {}, key) || (mirror && key === MIRRORS),
  );
  return {
    copy: { ...copy, config },
    base: { config: Object.fromEntries(following.map((key) => [key, config[key]])) },
  };
}
