import type { PackageInfo } from "./ask";
import { askNpm } from "./npm";
import { askPip } from "./pip";
import type { PackageSource } from "./source";

/**
 * Asks npm or pip, as this machine is set up, for a package of that version, or for the newest one. Nothing of it is run.
 * @returns undefined when that tool is not on this machine
 * @throws CliError when there is no such package, or the tool failed
 */
export function packageInfo(source: PackageSource): Promise<PackageInfo | undefined> {
  return source.kind === "npm" ? askNpm(source) : askPip(source);
}
