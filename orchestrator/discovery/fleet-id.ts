import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeAtomically } from "../../lib/atomic-file";

/** 64 bits: two fleets that register at one agent never have the same. */
const FORM = /^[0-9a-f]{16}$/;

/**
 * This fleet's own id, by which it knows what it registered itself; two stacks may have the same name on two machines.
 * Made at the first call, kept in the file.
 * @param failed called when it cannot be kept: it then holds until the orchestrator ends
 */
export function fleetId(file: string, failed: (error: Error) => void): string {
  try {
    const kept = readFileSync(file, "utf8").trim();
    if (FORM.test(kept)) return kept;
  } catch {
    // the first start
  }
  const made = randomBytes(8).toString("hex");
  try {
    writeAtomically(file, `${made}\n`, { mode: 0o600, durable: true });
  } catch (error) {
    failed(error as Error);
  }
  return made;
}
