import assert from "node:assert/strict";
import { z } from "zod";
import { located } from "../../../lib/findings";
import { formatProblem } from "../../../lib/problems";
import { parseYaml } from "../../../lib/yaml";
import { zodFindings } from "../../../lib/zod-findings";

/** What is wrong with a text, as people read it. */
function wrong(text: string, schema: z.ZodType = z.unknown()): string[] {
  const parsed = parseYaml(text);
  if (parsed.findings) return located(parsed.findings, "f.yaml").map(formatProblem);
  const { error } = schema.safeParse(parsed.document);
  const findings = error ? zodFindings(error, parsed.document, schema) : [];
  return located(findings, "f.yaml", parsed.locate).map(formatProblem);
}

describe("YAML", () => {
  it("that is none is told with the line of every mistake", () => {
    assert.deepEqual(wrong("a: 1\nb: 2\na: 3\nb: 4\n"), [
      "f.yaml:3: (the file): got Map keys must be unique, expected valid YAML",
      "f.yaml:4: (the file): got Map keys must be unique, expected valid YAML",
    ]);
  });

  it("that is not what a schema wants is told with lines; a missing key with the line of what should hold it", () => {
    const schema = z.strictObject({
      list: z.array(z.strictObject({ name: z.string("a name"), size: z.int("a size") })),
    });
    assert.deepEqual(wrong("list:\n  - name: a\n    size: big\n  - size: 1\n    nam: b\n", schema), [
      'f.yaml:3: list.0.size: got "big", expected a size',
      "f.yaml:4: list.1.name: got nothing, expected a name",
      "f.yaml:5: list.1.nam: got an unknown key, expected one of name, size. To fix: call it name, or remove it",
    ]);
    assert.deepEqual(wrong("list: []\n", schema), []);
  });

  it("that is a bomb of aliases does not go off", () => {
    const levels = Array.from({ length: 8 }, (_, n) => `l${n}: &l${n} [${Array(10).fill(n ? `*l${n - 1}` : "x")}]`);
    assert.match(
      wrong(levels.join("\n")).join(),
      /^f\.yaml: \(the file\): got .*, expected YAML without so many aliases$/,
    );
  });
});
