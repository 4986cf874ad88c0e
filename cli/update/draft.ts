import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { isMapping } from "../../lib/mapping";
import type { CatalogEntry } from "../../manifest/catalog-entry";
import { MANIFEST, SERVICE } from "../../manifest/load-catalog";
import type { Update } from "../updates/updates";
import { type Change, changeText, withNewest, withVersion } from "./edit";
import { locked, NotLocked } from "./locks";

/** A server's folder with newer versions in it, not written yet. */
export interface Draft {
  server: string;
  /** Absolute path of the folder. */
  folder: string;
  /** It is a shared service, and no server. @default false */
  shared?: boolean;
  /** What is newer in it, a line each. */
  changes: string[];
  /** The files that change, by their paths in the folder: as they are, and as they would be. */
  files: Record<string, { before: string; after: string }>;
  /** What is newer, and left as it is, with the reason. */
  left: string[];
}

/**
 * Puts the newest versions into the texts of a server's files.
 * @param updates what `updates` found of it
 * @param base true: of base images too
 */
export async function draftOf(entry: CatalogEntry, server: string, updates: Update[], base: boolean): Promise<Draft> {
  const texts = new Texts(entry.folder);
  const [changes, left]: [string[], string[]] = [[], []];
  for (const { newer, newest, ...update } of updates) {
    if (!newer || newest === undefined) continue;
    const change = { ...update, newest } as Change;
    const reason =
      change.base && !base ? "a base image: --base-images takes it too" : await take(change, entry, texts, server);
    if (reason === undefined) changes.push(changeText(change));
    else left.push(`${changeText(change)}: ${reason}`);
  }
  const { folder, shared } = entry;
  return { server, folder, ...(shared ? { shared } : {}), changes, files: texts.changed(), left };
}

/** Puts one thing at its newest version. @returns why it was left; undefined when it was taken */
async function take(
  change: Change,
  { document, shared }: CatalogEntry,
  texts: Texts,
  server: string,
): Promise<string | undefined> {
  if (change.kind === "git") {
    const how = `bin/dind-mcp servers add git+${change.name}#${change.newest} --name ${server} --force`;
    return `its folder is made anew by \`${how}\``;
  }
  const manifest = shared ? SERVICE : MANIFEST;
  const builds = buildsOf(document);
  const draft = texts.copy();
  const files = builds.flatMap(({ context, dockerfile }) => [
    join(context, dockerfile),
    ...(texts.read(join(context, "requirements.in")) === undefined ? [join(context, "requirements.txt")] : []),
  ]);
  for (const file of new Set([manifest, ...files])) draft.edit(file, (text) => withNewest(text, change));
  for (const context of new Set(builds.map((build) => build.context))) {
    const made = await locked(change, (file) => draft.read(join(context, file)));
    if (made instanceof NotLocked) return made.reason;
    for (const [file, text] of Object.entries(made)) draft.put(join(context, file), text);
  }
  if (draft.isSame(texts)) return "its version stands nowhere in one piece: change it by hand";
  draft.edit(manifest, (text) => withVersion(text, change));
  texts.take(draft);
  return undefined;
}

/** The texts of a folder's files, as they are on the disk and as they would be. */
class Texts {
  #now = new Map<string, string>();

  constructor(private readonly folder: string) {}

  read(path: string): string | undefined {
    return this.#now.get(path) ?? this.#disk(path);
  }

  put(path: string, text: string): void {
    this.#now.set(path, text);
  }

  edit(path: string, change: (text: string) => string): void {
    const text = this.read(path);
    if (text !== undefined) this.put(path, change(text));
  }

  copy(): Texts {
    const copy = new Texts(this.folder);
    copy.take(this);
    return copy;
  }

  take(other: Texts): void {
    this.#now = new Map(other.#now);
  }

  isSame(other: Texts): boolean {
    return [...this.#now].every(([path, text]) => text === other.read(path));
  }

  changed(): Draft["files"] {
    const files = [...this.#now].map(([path, after]) => [path, { before: this.#disk(path) ?? "", after }] as const);
    return Object.fromEntries(files.filter(([, { before, after }]) => before !== after));
  }

  #disk(path: string): string | undefined {
    const file = join(this.folder, path);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }
}

/** Where a server and its companions are built: the context's path in its folder, and the Dockerfile's in that. */
function buildsOf(document: unknown): { context: string; dockerfile: string }[] {
  if (!isMapping(document)) return [];
  const companions = Array.isArray(document.services) ? document.services.filter(isMapping) : [];
  return [document, ...companions].flatMap(({ build }) => {
    if (!isMapping(build)) return [];
    const { context = ".", dockerfile = "Dockerfile" } = build;
    return [{ context: normalize(String(context)), dockerfile: String(dockerfile) }];
  });
}
