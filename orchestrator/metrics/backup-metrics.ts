import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Registry } from "prom-client";
import { LAST_BACKUP, lastBackupTime } from "../../config/last-backup";
import { PATHS } from "../../config/orchestrator-config";
import type { MetricSources } from "./sources";
import { table } from "./table";

/** Adds the age of the last backup; no series before the first one. @returns a function that updates it at a scrape */
export function backupMetrics(
  registry: Registry,
  { lastBackup = join(PATHS.state, LAST_BACKUP) }: MetricSources,
): () => Promise<void> {
  const age = table(registry, "dind_mcp_backup_age_seconds", "Time since the last backup was begun.");
  return async () => {
    const text = await readFile(lastBackup, "utf8").catch(() => "");
    const time = lastBackupTime(text);
    age(time === undefined ? [] : [[[], Math.max(0, (Date.now() - Date.parse(time)) / 1_000)]]);
  };
}
