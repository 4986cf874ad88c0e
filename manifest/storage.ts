import type { Manifest, Storage } from "./types";

/** What `home: true` stands for: a storage, and HOME is its path. Tools install programs there, and run them. */
export const HOME: Storage = { name: "home", path: "/home/mcp", size: "1g", exec: true };

/** All storage of a server, its home among it. */
export function storageOf({ storage, home }: Pick<Manifest, "storage" | "home">): Storage[] {
  return [...storage, ...(home ? [HOME] : [])];
}

/** A server's storage and its companions', which are called COMPANION.STORAGE. */
export function allStorage(manifest: Pick<Manifest, "storage" | "home" | "services">): Storage[] {
  const theirs = manifest.services.flatMap(({ name, storage }) =>
    storage.map((one) => ({ ...one, name: `${name}.${one.name}` })),
  );
  return [...storageOf(manifest), ...theirs];
}
