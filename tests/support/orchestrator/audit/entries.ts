import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { AuditEntry } from "../../../../orchestrator/audit/entry";

let count = 0;
/** An entry of a call, later and with a higher number than the one before. */
export const entry = (changes: Partial<AuditEntry> = {}): AuditEntry => {
  count += 1;
  return {
    time: 1_000 + count,
    kind: "mcp",
    request: `r${count}`,
    method: "tools/call",
    result: "ok",
    ms: 1.5,
    ...changes,
  };
};

/** The entries of an audit file, which has to end with a whole line. */
export function linesOf(path: string): AuditEntry[] {
  const text = readFileSync(path, "utf8");
  assert.ok(text === "" || text.endsWith("\n"), "the file ends with a whole line");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditEntry);
}
