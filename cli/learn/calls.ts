import { isMapping } from "../../lib/mapping";
import { type Problem, ProblemsError } from "../../lib/problems";
import { parseYaml } from "../../lib/yaml";

/** A call of a tool. */
export interface Call {
  tool: string;
  arguments: Record<string, unknown>;
}

/**
 * Reads a list of calls, YAML or JSON: `[{tool: NAME, arguments: {...}}]`.
 * @throws ProblemsError with every problem at once
 */
export function readCalls(text: string, file: string): Call[] {
  const parsed = parseYaml(text);
  if (parsed.findings)
    throw new ProblemsError(parsed.findings.map((one) => ({ file, ...one, path: one.path.join(".") })));
  const { document } = parsed;
  const wrong = (path: string, got: string, expected: string): Problem => ({ file, path, got, expected });
  if (!Array.isArray(document) || document.length === 0)
    throw new ProblemsError([wrong("(the file)", "no list", "a list like [{tool: fetch, arguments: {url: ...}}]")]);
  const problems: Problem[] = [];
  const calls = document.map((one: unknown, index): Call => {
    const { tool, arguments: given = {}, ...others } = isMapping(one) ? one : {};
    if (typeof tool !== "string")
      problems.push(wrong(`${index}.tool`, JSON.stringify(tool) ?? "nothing", "a tool's name"));
    if (!isMapping(given)) problems.push(wrong(`${index}.arguments`, JSON.stringify(given), "a mapping"));
    for (const key of Object.keys(others))
      problems.push(wrong(`${index}.${key}`, "an unknown key", "tool or arguments"));
    return { tool: String(tool), arguments: isMapping(given) ? given : {} };
  });
  if (problems.length > 0) throw new ProblemsError(problems);
  return calls;
}
