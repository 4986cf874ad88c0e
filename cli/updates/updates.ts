import { basename, join } from "node:path";
import { eachOf } from "../../lib/each-of";
import { nearest } from "../../lib/nearest";
import { oneLine } from "../../lib/plain-text";
import { readText } from "../../lib/read-text";
import type { CatalogEntry } from "../../manifest/catalog-entry";
import { catalogEntries, MANIFEST, SERVICE } from "../../manifest/load-catalog";
import { shownUrl } from "../add/git/source";
import { CliError, ExitCode } from "../errors";
import { type ImageSources, type Newest, newestOf } from "./newest";
import { keyOf, type Pin } from "./pin";
import { pinsOf } from "./pins";

/** One thing that a server is made of, and the newest of it. */
export interface Update extends Omit<Pin, "kind">, Partial<Newest> {
  server: string;
  /** `manifest`: it could not be read, so nobody knows what the server is made of. */
  kind: Pin["kind"] | "manifest";
  /** Why nobody said what is newest. @default somebody did */
  unasked?: string;
}

/** What `updates` found. */
export interface Updates {
  /** All servers and shared services that were looked at; one of which nothing is pinned has no item. */
  servers: string[];
  items: Update[];
  /** How many items have a newer version, and of how many nobody said. */
  counts: { newer: number; unasked: number };
}

/** Questions at the same time. */
const AT_ONCE = 4;

/**
 * Asks what is newer of everything that servers are made of; the same thing once. Changes nothing.
 * @param catalog folders of the catalog, relative to `root`
 * @param names servers and shared services to look at; none: all of the catalog
 * @throws CliError when the catalog has none of such a name
 */
export async function findUpdates(
  { root, catalog, ...images }: { root: string; catalog: string[] } & ImageSources,
  names: string[] = [],
): Promise<Updates> {
  const entries = chosen(catalogEntries(catalog, root), names);
  const found = entries.map((entry) => ({ entry, pins: pinsIn(entry) }));
  const pins = new Map(found.flatMap((one) => one.pins ?? []).map((pin) => [keyOf(pin), pin]));
  const answers = new Map<string, Newest | { unasked: string }>();
  await eachOf(pins, AT_ONCE, async ([key, pin]) => {
    const answer = newestOf(pin, images).catch((error: Error) => ({ unasked: oneLine(error.message, 400) }));
    answers.set(key, await answer);
  });
  const items = found.flatMap(({ entry, pins: own }): Update[] => {
    const server = nameOf(entry);
    // An address of a repository may hold more than is to be seen.
    const shown = ({ kind, name }: Pin): string => (kind === "git" ? shownUrl(name) : name);
    if (own) return own.map((pin) => ({ server, ...pin, name: shown(pin), ...answers.get(keyOf(pin)) }));
    const unasked = "it cannot be read; bin/dind-mcp servers validate says why";
    return [{ server, kind: "manifest", name: entry.file, have: "", unasked }];
  });
  const count = (fits: (item: Update) => boolean): number => items.filter(fits).length;
  const counts = {
    newer: count(({ newer }) => newer === true),
    unasked: count(({ unasked }) => unasked !== undefined),
  };
  return { servers: entries.map(nameOf), items, counts };
}

function nameOf({ folder }: CatalogEntry): string {
  return basename(folder);
}

function chosen(entries: CatalogEntry[], names: string[]): CatalogEntry[] {
  const sorted = entries.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const all = sorted.map(nameOf);
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    const [first = ""] = unknown;
    const meant = nearest(first, all);
    const expected = `servers of the catalog: ${all.join(", ") || "it has none"}`;
    const fix = meant ? `bin/dind-mcp updates ${meant}` : undefined;
    throw new CliError(`got ${unknown.join(", ")}, expected ${expected}`, ExitCode.NotFound, fix);
  }
  return names.length === 0 ? sorted : sorted.filter((entry) => names.includes(nameOf(entry)));
}

/** What a server is made of; undefined when its manifest cannot be read. */
function pinsIn(entry: CatalogEntry): Pin[] | undefined {
  if (entry.document === undefined) return undefined;
  return pinsOf(entry, read(join(entry.folder, entry.shared ? SERVICE : MANIFEST)) ?? "", read);
}

function read(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
}
