import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Keep } from "./keep";
import { kept } from "./kept";
import { timeIn } from "./names";

/** What became of the backups in a folder: their names, oldest first. */
export interface Pruned {
  kept: string[];
  removed: string[];
  /** Those that had to go and are still there, with the reason. */
  failed: { name: string; reason: string }[];
}

/**
 * Removes a stack's backups that need not stay. Nothing else in the folder is touched: no file of another name, no other
 * stack's backup, no link, no folder.
 * @param written name of the backup that was just written: it stays, also beside one of a clock that was ahead
 */
export function prune(folder: string, stack: string, keep: Keep, written: string): Pruned {
  const backups = readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const time = entry.isFile() ? timeIn(entry.name, stack) : undefined;
      return time === undefined ? [] : [{ name: entry.name, time }];
    })
    .sort((one, other) => one.time - other.time);
  const stay = kept(
    backups.map(({ time }) => time),
    keep,
  );
  const pruned: Pruned = { kept: [], removed: [], failed: [] };
  for (const { name, time } of backups) {
    if (stay.has(time) || name === written) pruned.kept.push(name);
    else removeOne(join(folder, name), name, pruned);
  }
  return pruned;
}

function removeOne(file: string, name: string, { removed, failed }: Pruned): void {
  try {
    rmSync(file, { force: true });
    removed.push(name);
  } catch (error) {
    failed.push({ name, reason: (error as Error).message });
  }
}

/** What was removed, a line each, and how many stay. */
export function prunedText({ kept, removed, failed }: Pruned): string {
  return [
    ...removed.map((name) => `removed ${name}`),
    ...failed.map(({ name, reason }) => `not removed: ${name}: ${reason}`),
    `${kept.length} ${kept.length === 1 ? "backup stays" : "backups stay"}`,
  ].join("\n");
}
