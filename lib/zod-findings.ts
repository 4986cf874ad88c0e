import type { z } from "zod";
import { type Finding, type Path, shown } from "./findings";
import { nearest } from "./nearest";
import { knownKeys } from "./schema-keys";

/** Unknown keys of one mapping for which a similar one is looked for; for 50,000 of them it would take seconds. */
const HINTED = 100;

function issueFindings(issue: z.core.$ZodIssue, document: unknown, schema: z.ZodType): Finding[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path, document);
    const expected = `one of ${known.join(", ")}`;
    return issue.keys.map((key, at) => {
      const meant = at < HINTED ? nearest(key, known) : undefined;
      return {
        path: [...path, key],
        got: "an unknown key",
        expected,
        fix: meant ? `call it ${meant}, or remove it` : "correct the key's spelling, or remove it",
      };
    });
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
