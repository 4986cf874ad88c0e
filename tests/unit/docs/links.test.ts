import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { longLines, paddedTables } from "../../support/docs/form";
import { brokenLinks, missingPaths } from "../../support/docs/links";
import { type Page, pageOf, pages, ROOT } from "../../support/docs/pages";

/** Folders that pages make up, to show how one is added. */
const EXAMPLES = ["mcp/time", "mcp/weather", "mcp/web"];
/** Pages that tell how things were: what they name may be gone. */
const HISTORY = ["CHANGELOG.md"];

describe("pages", () => {
  const all = pages();
  const wrong = (check: (page: Page) => string[], of = all): void => assert.deepEqual(of.flatMap(check), []);

  it("link to files and headings that are there", () => {
    wrong(brokenLinks);
    const page = pageOf(
      "docs/x.md",
      "# A `b` & C\n[](#a-b--c) [](#no) [](../README.md#two-commands) [](no.md) [](https://x.y/z)",
    );
    assert.deepEqual(brokenLinks(page), [
      "docs/x.md:2: got a link to #no of docs/x.md, expected one of its headings",
      "docs/x.md:2: got a link to docs/no.md, expected a file that is there",
    ]);
  });

  it("name files that are there", () => {
    wrong(
      (page) => missingPaths(page, EXAMPLES),
      all.filter(({ path }) => !HISTORY.includes(path)),
    );
    const page = pageOf(
      "docs/x.md",
      "`lib/sizes.ts` `lib/no.ts` `npm x orchestrator/no/` `front.ts` `no.sh` `v1/no` `mcp/NAME/`\n    `lib/no2.ts`",
    );
    assert.deepEqual(
      missingPaths(page),
      ["lib/no.ts", "orchestrator/no/", "no.sh"].map(
        (word) => `docs/x.md:1: got ${word}, expected a file of the project`,
      ),
    );
  });

  it("have no line that is too long, but in code", () => {
    wrong(longLines);
    const long = "x".repeat(161);
    assert.equal(longLines(pageOf("x.md", `${long}\n    ${long}\n\`\`\`\n${long}\n\`\`\`\n[x](${long})`)).length, 1);
  });

  it("have tables without padding", () => {
    wrong(paddedTables);
    assert.equal(
      paddedTables(pageOf("x.md", "| a |  b |\n| --- | ---- |\n| a | b  |\n| a | b |\n| `x  y` | |")).length,
      3,
    );
  });

  it("begin with a README of one sitting: at most 12 kB", () => {
    const { size } = statSync(join(ROOT, "README.md"));
    assert.ok(size <= 12_000, `got ${size} bytes, expected at most 12000`);
  });
});
