import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { plan } from "../../../../cli/add/plan";
import { writeFolder } from "../../../../cli/add/write";
import { oneLine } from "../../../../lib/plain-text";
import { ProblemsError } from "../../../../lib/problems";
import { loadCatalog } from "../../../../manifest/load-catalog";
import { looksLikeSecret, secretArguments } from "../../../../manifest/secret-names";
import { anyCharacter } from "../../../support/characters";

/** What YAML, a shell, a Dockerfile or a terminal might take for something else. */
const INJECTIONS = [
  ...[
    "\nuser: 0",
    "\r\nimage: evil:1",
    "\u2028egress: ['*:443']",
    "# x",
    ": ",
    "- a",
    "&a",
    "*a",
    "!!js/function x",
    "%YAML 1.1",
    "---",
    "...",
  ],
  ...[
    "yes",
    "null",
    "~",
    "1.0",
    "0x1f",
    "1e3",
    "2026-01-01",
    "<<",
    "'",
    '"',
    "\\",
    "\\U0000000a",
    "|",
    ">",
    "{a: b}",
    "[a",
    "$A",
    "$(id)",
    "`id`",
  ],
  ...[
    '"; RUN id',
    "\\\nRUN id",
    "\u001b[2J\u001b]0;x\u0007",
    "\u009b31m",
    "\u0085",
    "\u202eevil",
    "\u200b\ufeff",
    "\ud800",
    "\udc00x",
    "\u{e0041}",
    " ",
    "\t",
    "__proto__",
  ],
];
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...INJECTIONS),
      fc.string({ unit: anyCharacter, maxLength: 12 }),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(""));
const line = fc.tuple(fc.constantFrom("A ", "x"), text).map((parts) => parts.join("").slice(0, 100));
/** Without NUL, which no program can be given. */
const value = text.map((one) => one.replaceAll("\0", ""));
const variable = fc.record(
  {
    name: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,9}$/),
    value,
    description: text,
    isRequired: fc.boolean(),
    isSecret: fc.boolean(),
  },
  { requiredKeys: ["name"] },
);
const documents = fc.record({
  name: fc.stringMatching(/^[a-zA-Z0-9.-]{1,9}\/[a-z][a-zA-Z0-9._-]{0,40}$/),
  title: line,
  description: line,
  version: fc.constantFrom("1.0.0", "2026.1.1-rc.1+b"),
  packages: fc.tuple(
    fc.record({
      registryType: fc.constantFrom("npm", "pypi"),
      identifier: fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?$/),
      version: fc.constantFrom("1.0.0", "2.0"),
      transport: fc.constant({ type: "stdio" }),
      runtimeHint: text,
      runtimeArguments: fc.array(fc.record({ type: fc.constant("positional"), value: text }), { maxLength: 1 }),
      packageArguments: fc.array(fc.record({ type: fc.constant("positional"), value }), { maxLength: 3 }),
      environmentVariables: fc.uniqueArray(variable, {
        maxLength: 3,
        selector: ({ name }) => name.replace(/[^A-Z0-9]+/g, ""),
      }),
    }),
  ),
});

describe("servers add, with a hostile server.json", function () {
  this.timeout(120_000);
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-add-"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it("writes what it says and nothing else, each value where it belongs", () => {
    let written = 0;
    const property = fc.property(documents, text, (document, from) => {
      const folder = mkdtempSync(join(root, "catalog-"));
      mkdirSync(folder, { recursive: true });
      // As it comes from a file.
      const origin = { document: JSON.parse(JSON.stringify(document)) as unknown, from, notes: [] };
      const [one] = document.packages;
      const args = one.packageArguments.map((argument) => argument.value);
      const place = { root, catalog: [folder], folder, force: false };
      if (secretArguments(["mcp-server", ...args]).length > 0)
        return assert.throws(() => plan(origin, place), ProblemsError);
      const { target, files } = plan(origin, place);
      writeFolder(target, files);
      written++;

      assert.deepEqual(readdirSync(folder), [target.slice(folder.length + 1)]);
      const [server, ...others] = loadCatalog([folder], {}, root);
      assert.ok(server && others.length === 0);
      const { manifest } = server;
      const variables = one.environmentVariables.filter(
        (v) => v.value !== undefined && !v.isSecret && !looksLikeSecret(v.name, v.value),
      );
      const expected = Object.fromEntries(variables.map((v) => [v.name, v.value]));
      const open = one.environmentVariables.filter(
        (v) => v.isRequired && v.value === undefined && !v.isSecret && !looksLikeSecret(v.name, "?"),
      );
      assert.deepEqual(manifest.env, { ...expected, ...Object.fromEntries(open.map((v) => [v.name, ""])) });
      assert.deepEqual(manifest.transport.command, ["mcp-server", ...args]);
      assert.equal(manifest.description, oneLine(document.description));
      assert.equal(manifest.title, oneLine(document.title));
      assert.deepEqual([manifest.user, manifest.egress, manifest.mounts, manifest.database], [11_001, [], [], false]);
      // No hidden character reaches the file, so none reaches a terminal that shows it.
      assert.doesNotMatch(
        readFileSync(join(target, "server.yaml"), "utf8").replaceAll("\n", ""),
        /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,
      );
      const dockerfile = readFileSync(join(target, "Dockerfile"), "utf8");
      assert.equal(dockerfile.split("\n").filter((row) => /^\S/.test(row)).length, one.registryType === "npm" ? 5 : 4);
      rmSync(folder, { recursive: true });
    });
    fc.assert(property, { numRuns: 150 });
    assert.ok(written > 90, `only ${written} were written`);
  });

  it("keeps other people's text on one line of what it is", () => {
    const property = fc.property(text, fc.integer({ min: 1, max: 50 }), (given, max) => {
      const shown = oneLine(given, max);
      assert.ok(shown.length <= max);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202e\ufeff]/u);
      assert.equal(oneLine(shown, max), shown);
    });
    fc.assert(property, { numRuns: 500 });
    assert.equal(
      oneLine("a\u202eb\n\u001b[31mc \ud83d\udc69\u200d\ud83d\ude80"),
      "ab [31mc \ud83d\udc69\u200d\ud83d\ude80",
    );
  });
});
