import { compareReleases, pythonFits } from "./python-versions";

/** A package's source, as an index offers it. */
export interface SourceFile {
  /** The file's name. */
  file: string;
  version: string;
}

/** How pip's log names a file that it may not take: pip was asked for wheels alone. */
const SKIPPED =
  /Skipping link: No sources permitted for \S+ (\S+?)(?:#\S*)? \(from [^)]*\)(?: \(requires-python:(.*?)\))?$/gm;
/** A version that no other stands behind: no alpha, beta or the like. */
const RELEASE = /^\d+(\.\d+)*(\.post\d+)?$/;

/**
 * The source of a package that has no wheel: of a version, or the newest that fits the Python.
 * @param log pip's own
 * @param version exact. @default the newest
 */
export function newestSource(log: string, name: string, python: string, version?: string): SourceFile | undefined {
  const own = name.toLowerCase().replace(/[-_.]+/g, "-");
  const found = [...log.matchAll(SKIPPED)].flatMap(([, url = "", wants = ""]): SourceFile[] => {
    const file = decodeURIComponent(url.split("/").at(-1) ?? "");
    const [, of = "", got = ""] = /^(.*)-([^-]+)\.(?:tar\.gz|tar\.bz2|zip)$/.exec(file) ?? [];
    const isOwn = of.toLowerCase().replace(/[-_.]+/g, "-") === own;
    return isOwn && pythonFits(wants, python) ? [{ file, version: got }] : [];
  });
  if (version !== undefined) return found.find((one) => one.version === version);
  return found
    .filter((one) => RELEASE.test(one.version))
    .sort((a, b) => compareReleases(b.version, a.version))
    .at(0);
}
