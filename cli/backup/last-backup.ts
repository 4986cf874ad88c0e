import { Readable } from "node:stream";
import type Docker from "dockerode";
import { LAST_BACKUP, lastBackupJson, lastBackupTime } from "../../config/last-backup";
import { within } from "../../lib/within";
import { execIn } from "../stack/converge/observe";
import { type OnVolume, runOnVolume, VOLUME } from "./source/on-volume";

/** In one step, and into a file that is new and root's: the folder is the orchestrator's too. */
const SCRIPT = `set -e
draft=$(mktemp "$1/.last-backup.XXXXXX")
printf %s "$3" >"$draft"
chmod 0644 "$draft"
mv -f "$draft" "$1/$2"`;

/** The command that writes down when the last backup was begun. @param time RFC 3339 */
export function noteCommand(folder: string, time: string): string[] {
  return ["sh", "-c", SCRIPT, "note", folder, LAST_BACKUP, lastBackupJson(time)];
}

/**
 * Writes down on the orchestrator's volume when the last backup was begun: for its metric, and for `status`.
 * @param time RFC 3339
 */
export async function noteLastBackup(
  docker: Docker,
  { image, volume }: Pick<OnVolume, "image" | "volume">,
  time: string,
): Promise<void> {
  const input = Readable.from([]); // nothing to read, but something to write
  const command = noteCommand(VOLUME, time);
  for await (const _ of runOnVolume(docker, { image, volume, command, what: `volume ${volume}`, input }));
}

/** When the stack was last backed up. */
export interface LastBackup {
  /** RFC 3339: when that backup was begun. */
  time: string;
  ageSeconds: number;
}

/** Where the engine has the orchestrator's volume. */
const FOLDER = "/srv/mcp/orchestrator";
const PATIENCE_MS = 3_000;

/**
 * Asks the running engine.
 * @param engine name of its container
 * @returns null when there never was a backup; undefined when that cannot be told. Never rejects
 */
export async function lastBackup(docker: Docker, engine: string, now: number): Promise<LastBackup | null | undefined> {
  const read = execIn(docker, engine, ["cat", `${FOLDER}/${LAST_BACKUP}`]);
  const answer = await within(PATIENCE_MS, read).catch(() => undefined);
  return answer && lastBackupIn(answer.code === 0 ? answer.output : "", now);
}

/** What the file says; null when it is none. */
export function lastBackupIn(text: string, now: number): LastBackup | null {
  const time = lastBackupTime(text);
  if (time === undefined) return null;
  return { time, ageSeconds: Math.max(0, Math.round((now - Date.parse(time)) / 1_000)) };
}

const SIZES = [
  [2 * 86_400, 86_400, "days"],
  [3_600, 3_600, "h"],
  [60, 60, "min"],
] as const;

/** As one line for people: `3 h ago (2026-12-01T03:30:00.000Z)`. */
export function lastBackupText(last: LastBackup | null | undefined): string {
  if (last === undefined) return "unknown: the engine does not answer";
  if (last === null) return "never";
  const [, size = 1, unit = "s"] = SIZES.find(([least]) => last.ageSeconds >= least) ?? [];
  return `${Math.floor(last.ageSeconds / size)} ${unit} ago (${last.time})`;
}
