import { isMapping } from "../../lib/mapping";

/** What a recipe or the command's options ask for, beyond what the source says. */
export interface Wishes {
  /** Packages of Debian for the image that is built. */
  apt: string[];
  /** Part of a manifest, laid over the one that the source gives. */
  manifest: Record<string, unknown>;
  /** The recipe or the user has decided where the server may go, be it nowhere. */
  toldWaysOut: boolean;
}

/** Where a server may go as a manifest has it: one word alone (`none`, `public`) is no list. */
export function waysOut(hosts: string[]): string | string[] {
  const [only = "none"] = hosts;
  return hosts.length <= 1 && !only.includes(":") ? only : hosts;
}

/** Joins two sets of wishes. The second one wins. */
export function together(first: Wishes, second: Wishes): Wishes {
  return {
    apt: [...new Set([...first.apt, ...second.apt])],
    manifest: overlaid(first.manifest, second.manifest),
    toldWaysOut: first.toldWaysOut || second.toldWaysOut,
  };
}

/**
 * Lays one part of a manifest over another: merges mappings key by key, and joins lists (of items with a `name`, name
 * by name). Anything else replaces what is below it.
 */
export function overlaid(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const all = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = below[key];
    if (isMapping(under) && isMapping(value)) all[key] = overlaid(under, value);
    else if (Array.isArray(under) && Array.isArray(value)) all[key] = joined(under, value);
    else all[key] = value;
  }
  return all;
}

function joined(below: unknown[], above: unknown[]): unknown[] {
  const same =
    (one: unknown) =>
    (other: unknown): boolean =>
      isMapping(one) && isMapping(other) ? "name" in one && one.name === other.name : one === other;
  const kept = below.map((one) => {
    const over = above.find(same(one));
    return isMapping(one) && isMapping(over) ? overlaid(one, over) : one;
  });
  return [...kept, ...above.filter((one) => !below.some(same(one)))];
}

/** The key of a manifest whose image has a browser among these packages of Debian. */
export function roomFor(apt: string[]): { browser?: true } {
  return apt.some((one) => /^(chromium|firefox(-esr)?)$/.test(one)) ? { browser: true } : {};
}

/** A Dockerfile whose image, its last stage, has these packages of Debian, too. */
export function withPackages(dockerfile: string, apt: string[]): string {
  if (apt.length === 0) return dockerfile;
  const install = `apt-get install -y --no-install-recommends ${apt.join(" ")}`;
  const lines = `RUN apt-get update \\\n && ${install} \\\n && rm -rf /var/lib/apt/lists/*\n`;
  return dockerfile.replace(/(?<=^|\n)FROM [^\n]*\n(?![\s\S]*\nFROM )/, (from) => from + lines);
}
