import assert from "node:assert/strict";
import { join } from "node:path";
import { buildSync } from "esbuild";

describe("the command line's start", () => {
  it("waits for no SDK of Pulumi's and no cryptography: they are loaded by those commands that need them", () => {
    const { metafile } = buildSync({
      absWorkingDir: join(__dirname, "../../../.."),
      entryPoints: ["cli/main.ts"],
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      packages: "external",
    });
    const needs = (kind: "static" | "dynamic"): string[] =>
      Object.values(metafile.inputs)
        .flatMap(({ imports }) => imports)
        .filter((one) => one.external && (one.kind === "dynamic-import") === (kind === "dynamic"))
        .map(({ path }) => path);
    assert.deepEqual(
      needs("static").filter((path) => path.startsWith("@pulumi/")),
      [],
    );
    assert.deepEqual([...new Set(needs("dynamic"))].sort(), ["@pulumi/pulumi/automation/index.js", "age-encryption"]);
  });
});
