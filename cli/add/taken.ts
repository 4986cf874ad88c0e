import { isMapping } from "../../lib/mapping";
import type { CatalogEntry } from "../../manifest/catalog";

/** Names and users of the catalog. Invalid manifests count too, as far as they are readable. */
export interface Taken {
  /** User to the manifest that has it. */
  users: Map<number, string>;
  /** Folder of a server of that name, and its manifest. */
  names: Map<string, { folder: string; file: string; user?: number }>;
  /** Manifests whose user nobody can read. */
  unreadable: string[];
}

/** Looks at the names and users of a catalog. */
export function taken(entries: CatalogEntry[]): Taken {
  const all: Taken = { users: new Map(), names: new Map(), unreadable: [] };
  for (const { folder, file, document } of entries) {
    const { user, name, services } = isMapping(document) ? document : {};
    for (const one of Array.isArray(services) ? (services as unknown[]) : [])
      if (isMapping(one) && typeof one.user === "number") all.users.set(one.user, file);
    const known = typeof user === "number" && Number.isInteger(user) ? user : undefined;
    if (known === undefined) all.unreadable.push(file);
    else all.users.set(known, file);
    const own = { folder, file, ...(known === undefined ? {} : { user: known }) };
    if (typeof name === "string" && !all.names.has(name)) all.names.set(name, own);
    all.names.set(folder.split("/").at(-1) ?? "", own);
  }
  return all;
}
