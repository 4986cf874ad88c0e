import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface AtomicWriteOptions {
  /** Permissions, whatever the umask. @default those of the umask */
  mode?: number;
  /** @default the user's own */
  owner?: { uid: number; gid: number };
  /** Waits for the disk, so that the file also survives a power cut. @default false */
  durable?: boolean;
  /** Called right before the new content takes the old one's place. An error leaves everything as it was. */
  check?: () => void;
}

/**
 * Writes a file in one step: a reader sees all of the new content or none, and a killed process leaves the old file.
 * The draft is a hidden file beside it, `.UUID.new`.
 */
export function writeAtomically(
  file: string,
  content: string | Uint8Array,
  { mode, owner, durable = false, check }: AtomicWriteOptions = {},
): void {
  const draft = join(dirname(file), `.${randomUUID()}.new`);
  try {
    writeFileSync(draft, content, { flag: "wx", mode: mode ?? 0o666, flush: durable });
    if (owner) chownSync(draft, owner.uid, owner.gid);
    if (mode !== undefined) chmodSync(draft, mode);
    check?.();
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
