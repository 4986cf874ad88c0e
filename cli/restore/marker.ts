import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeAtomically } from "../../lib/atomic-file";
import type { Hashes } from "../backup/format/manifest";
import { stackName } from "../project";

/** A file below the launcher's state that says which backup is being restored: until that has ended, it may be begun again. */
const file = (): string => join(process.env.DIND_MCP_STATE ?? "", "restoring", stackName());

const idOf = (hashes: Hashes): string => createHash("sha256").update(JSON.stringify(hashes)).digest("hex");

/** True when this very backup was being restored, and that was interrupted. */
export function isUnderWay(hashes: Hashes): boolean {
  return existsSync(file()) && readFileSync(file(), "utf8") === idOf(hashes);
}

/** From now on things change. */
export function begin(hashes: Hashes): void {
  mkdirSync(dirname(file()), { recursive: true });
  writeAtomically(file(), idOf(hashes), { durable: true });
}

/** All is in its place. */
export function end(): void {
  rmSync(file(), { force: true });
}
