import assert from "node:assert/strict";
import { theFleet } from "../../support/fleet/fleet";
import { mustPulumi } from "../../support/fleet/stack";
import { assertFits, secretPaths } from "../../support/stack/outputs-schema";

/** Paths of what is shown as [secret]. */
function hidden(value: unknown, path: string[] = []): string[] {
  if (value === "[secret]") return [path.join(".")];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => hidden(part, [...path, key]));
}

describe("the outputs of a real stack", function () {
  this.timeout(600_000);

  it("fit their JSON Schema, which describes every one of them", async () => {
    assertFits((await theFleet()).outputs);
  });

  it("hide what the schema calls secret, and nothing else", async () => {
    const { stack, outputs } = await theFleet();
    const shown = await mustPulumi(stack, "stack", "output", "--json");
    assert.deepEqual(hidden(JSON.parse(shown)).sort(), secretPaths(outputs).sort());
    assert.ok(outputs.tokens.admin && !shown.includes(outputs.tokens.admin));
    assert.doesNotMatch(shown, /PRIVATE KEY/);
  });
});
