import assert from "node:assert/strict";
import { join } from "node:path";
import { validateCatalog } from "../../../manifest/catalog";
import { entryOf, loadCatalog } from "../../../manifest/load-catalog";
import { readYaml } from "../../../orchestrator/rest/yaml-document";
import { document, problemsOf } from "../../support/manifest/documents";

const HEAD = 'name: a\ndescription: d\nversion: "1"\nimage: a:1\nuser: 11000\n';
const load = (text: string) => validateCatalog([entryOf("/a", "a/server.yaml", HEAD + text, () => true)]);
const where = (text: string) => load(text).problems.map(({ path }) => path);

describe("what only sounds like a secret", () => {
  it("is taken where name and value tell it (B38)", () => {
    const [server] = loadCatalog([join(__dirname, "../../fixtures/cases/B38")]);
    assert.equal(Object.keys(server?.manifest.env ?? {}).length, 11);
    assert.equal(server?.manifest.notSecrets, undefined);
  });

  it("is taken by a comment behind it, which the manifest keeps as a list", () => {
    const text = [
      "transport:",
      "  type: stdio",
      "  command:",
      "    - serve",
      "    - --token=x # not a secret",
      "    - --api-key",
      "    - y # Not a secret: it opens nothing",
      "    - postgres://u:p@h # not a secret",
      "env:",
      "  APP_TOKEN: abc # not a secret",
      '  PASSWORD: "def" # not a secret, everybody has it',
      "  OTHER_TOKEN: abc # what it is for",
      "notSecrets: [--api-key]",
    ].join("\n");
    assert.deepEqual(where(text), ["env.OTHER_TOKEN"]);
    const [server] = load(text.replace(/.*OTHER_TOKEN.*\n/, "")).servers;
    assert.deepEqual(server?.manifest.notSecrets, [
      "--api-key",
      "APP_TOKEN",
      "PASSWORD",
      "--token",
      "postgres://u:p@h",
    ]);
  });

  it("is taken by its name in the list: variables, build arguments, options", () => {
    const build = { args: { NPM_TOKEN: "x" } };
    const transport = { type: "stdio", command: ["a", "--password", "x"] };
    const more = { image: undefined, build, transport, env: { TOKEN: "x" } };
    const open = problemsOf(document(more));
    assert.equal(open.length, 3);
    for (const text of open)
      assert.match(text, /if it is none, write `# not a secret` behind it, or its name into notSecrets$/);
    assert.deepEqual(problemsOf(document({ ...more, notSecrets: ["NPM_TOKEN", "--password", "TOKEN"] })), []);
  });

  it("is refused when the list names nothing, or is none", () => {
    assert.deepEqual(problemsOf(document({ env: { A: "x" }, notSecrets: ["A", "B"] })), [
      'f: notSecrets.1: got "B", expected a variable of env or build.args, or an option of transport.command. To fix: remove it',
    ]);
    assert.match(
      problemsOf(document({ notSecrets: "A" })).join(),
      /^f: notSecrets: got "A", expected a list of names$/,
    );
  });

  it("is taken in a deployment's YAML too, with an envelope and without", () => {
    const read = (text: string): unknown => {
      const body = readYaml(text);
      return "document" in body ? body.document : body.findings;
    };
    const expected = { env: { TOKEN: "x" }, notSecrets: ["TOKEN"] };
    assert.deepEqual(read("env:\n  TOKEN: x # not a secret\n"), expected);
    assert.deepEqual(read("manifest:\n  env:\n    TOKEN: x # not a secret\nsecrets: {}\n"), {
      manifest: expected,
      secrets: {},
    });
    assert.deepEqual(read("arguments:\n  env: x # not a secret\n"), { arguments: { env: "x" } });
  });
});
