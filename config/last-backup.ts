import { z } from "zod";
import { parseJson } from "../lib/json";

/** File on the orchestrator's volume that says when the stack was last backed up; `backup` leaves it there. */
export const LAST_BACKUP = "last-backup.json";

const schema = z.object({ time: z.iso.datetime() });

/** What the file holds. @param time RFC 3339, of the moment at which the backup was begun */
export function lastBackupJson(time: string): string {
  return JSON.stringify({ time });
}

/** Reads it. @returns the time, RFC 3339; undefined when the text is something else */
export function lastBackupTime(text: string): string | undefined {
  return schema.safeParse(parseJson(text)).data?.time;
}
