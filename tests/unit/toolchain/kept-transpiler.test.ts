import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";

/** Plain JavaScript: ts-node loads it before it can load anything else. */
const { create } = require("../../../toolchain/kept-transpiler.js") as {
  create(given: { folder: string }): {
    transpile(text: string, of: { fileName: string }): { outputText: string };
  };
};

const FILE = "/project/one.ts";
const TEXT = "const one: number = 1;";

describe("ts-node's transpiler", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-kept-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const transpile = (text = TEXT, at = folder): string =>
    create({ folder: at }).transpile(text, { fileName: FILE }).outputText;
  const kept = () => readdirSync(folder).map((name) => join(folder, name));
  /** Makes what is kept another text, by which one knows that it was taken. */
  const mark = () => {
    for (const file of kept())
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), outputText: "kept" }));
  };

  it("keeps what it made of a text", () => {
    const made = transpile();
    assert.match(made, /^(var|const) one = 1;/);
    assert.equal(transpile(), made);
    mark();
    assert.equal(transpile(), "kept");
  });

  it("makes it anew of another text, and keeps that in its place", () => {
    transpile();
    mark();
    assert.match(transpile("const two: number = 2;"), /two = 2/);
    assert.match(transpile(), /one = 1/);
    assert.equal(kept().length, 1);
  });

  it("makes it anew when what was kept is damaged, or nothing can be kept", () => {
    transpile();
    for (const file of kept()) writeFileSync(file, '{"made":');
    assert.match(transpile(), /one = 1/);
    mark();
    assert.equal(transpile(), "kept", "it is whole again");
    assert.match(transpile(TEXT, kept()[0]), /one = 1/);
  });

  it("keeps nothing of a text that is no TypeScript, and says where it is wrong", () => {
    assert.throws(() => transpile("const const"), /project\/one\.ts:1:6/);
    assert.deepEqual(kept(), []);
  });

  it("leaves exports so that they can be mocked", () => {
    const module = { exports: {} as { one: number } };
    new Function("module", transpile("export const one: number = 1;"))(module);
    mock.getter(module.exports, "one", () => 2);
    assert.equal(module.exports.one, 2);
  });
});
