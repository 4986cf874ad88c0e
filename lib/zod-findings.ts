import type { z } from "zod";
import { type Finding, type Path, shown } from "./findings";
import { knownKeys } from "./schema-keys";

function issueFindings(issue: z.core.$ZodIssue, document: unknown, schema: z.ZodType): Finding[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      got: "an unknown key",
      expected: `one of ${knownKeys(schema, path, document).join(", ")}`,
      fix: "correct the key's spelling, or remove it",
    }));
  }
  // The key itself is wrong: its value says nothing.
  if (issue.code === "invalid_key") {
    const expected = issue.issues[0]?.message ?? issue.message;
    return [{ path, got: JSON.stringify(String(path.at(-1))), expected }];
  }
  return [{ path, got: shown(document, path), expected: issue.message }];
}

/** Everything in a document that a schema does not allow. */
export function zodFindings(error: z.ZodError, document: unknown, schema: z.ZodType): Finding[] {
  return error.issues.flatMap((issue) => issueFindings(issue, document, schema));
}
