import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withPart } from "../../../lib/marked-part";
import { type Generated, generate, json } from "../../../toolchain/generate/generate";
import { ROOT } from "../../../toolchain/generate/list";

describe("npm run generate", function () {
  this.timeout(120_000);

  it("has nothing to do in this tree, and takes no other argument than --check", () => {
    const run = (...options: string[]) =>
      spawnSync("npm", ["run", "--silent", "generate", "--", ...options], { cwd: ROOT, encoding: "utf8" });
    const checked = run("--check");
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    assert.match(checked.stdout, /generated files are up to date/);
    const wrong = run("--chek");
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /usage: npm run generate/);
  });

  describe("a list of files", () => {
    let folder: string;
    const at = (file: string) => join(folder, file);
    const list: Generated[] = [
      { file: "new.json", content: () => json({ list: [1, 2], deep: { a: "b" } }) },
      { file: "page.md", content: (page) => withPart(page, "table", "| new |\n") },
    ];
    const page = (part: string) => `before\n<!-- table: who writes it -->\n\n${part}\n\n<!-- end of table -->\nafter\n`;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
      writeFileSync(at("page.md"), page("| old |"));
    });
    after(() => rmSync(folder, { recursive: true }));

    it("is compared without a change, then written once, formatted", async () => {
      assert.deepEqual(await generate(list, folder, true), ["new.json", "page.md"]);
      assert.equal(readFileSync(at("page.md"), "utf8"), page("| old |"));
      assert.deepEqual(await generate(list, folder, false), ["new.json", "page.md"]);
      assert.equal(readFileSync(at("page.md"), "utf8"), page("| new |"));
      assert.equal(readFileSync(at("new.json"), "utf8"), '{ "list": [1, 2], "deep": { "a": "b" } }\n');
      assert.deepEqual(await generate(list, folder, false), []);
    });
  });

  it("refuses a page that has lost a marker", () => {
    for (const page of [
      "",
      "<!-- table: x -->\n",
      "<!-- end of table -->\n",
      "<!-- end of table -->\n<!-- table: x -->\n",
    ])
      assert.throws(() => withPart(page, "table", ""), /lost a marker: expected "<!-- table: /, page);
  });
});
