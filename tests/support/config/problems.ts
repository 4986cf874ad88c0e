import assert from "node:assert/strict";
import { parseSettings } from "../../../config/parse-settings";
import { ProblemsError } from "../../../lib/problems";

const LINE = "  - Pulumi.t.yaml: dind-mcp.";

/** What is wrong with the config of a stack, a line each, from the key on. */
export function problemsOf(raw: Record<string, string>, secretKeys: string[] = []): string[] {
  try {
    parseSettings(raw, secretKeys, "Pulumi.t.yaml");
  } catch (error) {
    assert.ok(error instanceof ProblemsError, String(error));
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => {
        assert.ok(line.startsWith(LINE), line);
        return line.slice(LINE.length);
      });
  }
  return [];
}
