import { type Locate, located, type Path } from "../lib/findings";
import type { Problem } from "../lib/problems";

/** One folder of the catalog, as read from the disk. */
export interface CatalogEntry {
  /** Absolute path of the folder; its last part has to be the server's name. */
  folder: string;
  /** How problems name its manifest. */
  file: string;
  /** The manifest's content; absent when it could not be read, and then `problems` has the reason. */
  document?: unknown;
  /** It is a shared service. @default false: it is a server */
  shared?: boolean;
  problems?: Problem[];
  /** Finds the line of a key path. */
  locate?: Locate;
  /** True when a path relative to the folder is there. */
  exists: (path: string) => boolean;
}

/** A problem of an entry's file. */
export function entryProblem(entry: CatalogEntry, path: Path, got: string, expected: string, fix?: string): Problem[] {
  return located([{ path, got, expected, ...(fix ? { fix } : {}) }], entry.file, entry.locate);
}
