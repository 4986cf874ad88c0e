import { statSync } from "node:fs";
import { join, resolve } from "node:path";

const TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const END = ".backup";

/** The name that a stack's backup has in a folder: `dev-20261201T033000Z.backup`. */
export function nameAt(stack: string, time: Date): string {
  return `${stack}-${time.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z${END}`;
}

/** When a backup was begun, by its name. @returns milliseconds since 1970; undefined when it is no such name of the stack's */
export function timeIn(name: string, stack: string): number | undefined {
  const text = name.slice(stack.length + 1, -END.length);
  const [, year, month, day, hour, minute, second] = TIME.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // The way back finds out everything else: another stack's name, a 31st of February.
  return !Number.isNaN(time) && nameAt(stack, new Date(time)) === name ? time : undefined;
}

/** Where a backup goes. */
export interface Destination {
  file: string;
  /** It is for a folder of backups, and got its name there; absent: the file was named. */
  folder?: string;
}

/**
 * @param path a file, or a folder: one that is there, or any with a slash at its end
 * @param name gives the name in a folder
 */
export function destination(path: string, name: () => string): Destination {
  const isFolder = path.endsWith("/") || statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (!isFolder) return { file: resolve(path) };
  return { file: join(resolve(path), name()), folder: resolve(path) };
}
