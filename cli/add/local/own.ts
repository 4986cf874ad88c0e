/** What a manifest takes from a program's own files: texts alone. */
export function ownTexts<Key extends string>(all: Record<Key, unknown>): Partial<Record<Key, string>> {
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => typeof value === "string" && value !== ""),
  ) as Partial<Record<Key, string>>;
}

/** The remark on dependencies that another day's build may take in another version. */
export function unpinned(names: string[], fix: string): string[] {
  if (names.length === 0) return [];
  const shown = names.length > 5 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return [`its dependencies have no exact version (${shown.join(", ")}): each build takes the newest; ${fix}`];
}
