import type { Path } from "../lib/findings";
import type { Problem } from "../lib/problems";
import { type CatalogEntry, entryProblem } from "./catalog-entry";
import type { Manifest } from "./types";

/** Something that only one may have, and where a manifest says so. */
interface Claim {
  entry: CatalogEntry;
  key: "name" | "user";
  path: Path;
  value: string | number;
}

/** Reports names and users that several servers, or companions of several, have. */
export function sharedClaims(claims: Claim[], fix: string): Problem[] {
  return claims.flatMap(({ entry, key, path, value }, index) => {
    // Within one manifest that is its own problem (service-rules.ts).
    const first = claims.slice(0, index).find((other) => other.value === value && other.entry !== entry);
    if (!first) return [];
    return entryProblem(entry, path, JSON.stringify(value), `another ${key} than ${first.entry.file} has`, fix);
  });
}

/** What an entry declares, a server or a shared service. */
export interface Declared {
  entry: CatalogEntry;
  manifest?: Pick<Manifest, "name" | "user"> & Partial<Manifest>;
}

export function nameClaims({ entry, manifest }: Declared): Claim[] {
  return manifest ? [{ entry, key: "name", path: ["name"], value: manifest.name }] : [];
}

export function userClaims({ entry, manifest }: Declared): Claim[] {
  if (!manifest) return [];
  const of = (manifest.services ?? []).map(({ user }, index): Claim => {
    return { entry, key: "user", path: ["services", index, "user"], value: user };
  });
  return [{ entry, key: "user", path: ["user"], value: manifest.user }, ...of];
}
