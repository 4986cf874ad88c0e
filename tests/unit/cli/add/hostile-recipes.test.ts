import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { plan } from "../../../../cli/add/plan";
import { type Recipe, readRecipes, wishesOf } from "../../../../cli/add/recipes";
import { packageJson } from "../../../../cli/add/server-json";
import { parseSource } from "../../../../cli/add/source";
import { writeFolder } from "../../../../cli/add/write";

/** Text of a recipe, right but for what is given. */
const recipe = (more: string, source = "pypi:kettle") => `for: ${source}\ndocs: https://example.com/\n${more}\n`;

describe("servers add, with a hostile recipe", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-recipe-"));
    for (const folder of ["recipes", "mcp"]) mkdirSync(join(root, folder));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Adds a server by the recipe. @returns what was written, and where */
  function added(text: string) {
    writeFileSync(join(root, "recipes/a.yaml"), text);
    const [one] = readRecipes(root) as [Recipe];
    const source = parseSource(one.for);
    assert.ok(source.kind === "npm" || source.kind === "pypi");
    const document = packageJson(source, { version: "1.2.3" }, one.arguments, { name: one.name, beside: one.with });
    const origin = { document, from: one.for, notes: [], ask: one.ask };
    const place = { root, catalog: [join(root, "mcp")], folder: join(root, "mcp"), force: false };
    const { target, files } = plan(origin, { ...place, wishes: wishesOf(one) });
    writeFolder(target, files);
    return { target, files };
  }

  const refused: [what: string, text: string, problem: RegExp][] = [
    ["a name that is a path", recipe("name: ../../etc/cron.d/x"), /name: got ".*\.\.\/\.\.\/etc/],
    ["a manifest's name that is a path", recipe("manifest: {name: ../x}"), /name: got "\.\.\/x"/],
    ["a package that is a path", recipe("", "npm:../../x"), /got "\.\.\/\.\.\/x", expected a package's name/],
    ["a version that is an address", recipe("", "pypi:kettle@https://a.example/x.whl"), /got the version "https:/],
    ["a build of what is above", recipe("manifest: {build: {context: ../..}}"), /build\.context: got "\.\.\/\.\."/],
    ["a Dockerfile of elsewhere", recipe("manifest: {build: {dockerfile: ../x}}"), /build\.dockerfile: got "\.\.\/x"/],
    ["an image in the package's place", recipe("manifest: {image: 'evil:1'}"), /got both image and build/],
    ["mounts of the engine's folders", recipe("manifest: {mounts: [{volume: /, path: /x}]}"), /mounts\.0\.volume/],
    ["a mount over what is ours", recipe("manifest: {storage: [{name: a, path: /run/secrets}]}"), /storage\.0\.path/],
    ["a script among Debian's packages", recipe("apt: ['git; reboot']"), /apt\.0: got "git; reboot"/],
    ["an option among them", recipe("apt: [-o]"), /apt\.0: got "-o"/],
    ["a line of a Dockerfile among them", recipe('apt: ["git\\nRUN id"]'), /apt\.0: got "git\\nRUN id"/],
    ["a script among PyPI's packages", recipe("with: ['a==1;reboot']"), /with\.0: got "a==1;reboot"/],
    ["pip's options among them", recipe("with: ['--index-url=https://a.example==1']"), /with\.0: got "--index-url/],
    ["a command among them", recipe("with: ['$(id)==1']"), /with\.0: got "\$\(id\)==1"/],
    ["the same to build from source", recipe("fromSource: ['x --pre']"), /fromSource\.0: got "x --pre"/],
    ["a program that is a script", recipe('program: "x; reboot"'), /program: got "x; reboot"/],
    ["a program of elsewhere", recipe("program: ../../bin/sh"), /program: got "\.\.\/\.\.\/bin\/sh"/],
    ["a variable that is a line", recipe('ask: {"A\\nRUN id": what}'), /ask\.A/],
    ["a version that is a line", recipe('manifest: {version: "1\\nRUN id"}'), /version: got "1\\nRUN id"/],
    ["keys of no recipe", recipe("scripts: {postinstall: reboot}"), /scripts: got an unknown key/],
    ["keys of no manifest", recipe("manifest: {privileged: true}"), /manifest.*privileged/],
    ["pages over plain HTTP", recipe("").replace("https:", "file:"), /docs/],
    ["tags that make objects", recipe('notes: !!js/function "x"'), /notes/],
    [
      "aliases that grow without end",
      recipe(
        `notes:\n${[..."abcdefghi"].map((name, at, all) => `  - &${name} [${Array(9).fill(at === 0 ? "x" : `*${all[at - 1]}`)}]`).join("\n")}`,
      ),
      /expected YAML without so many aliases/,
    ],
    ["more than anybody writes", recipe(`notes: [${"x".repeat(70_000)}]`), /got \d+ bytes, expected a file of at most/],
  ];
  for (const [what, text, problem] of refused) {
    it(`refuses ${what}, and writes nothing`, () => {
      assert.throws(() => added(text), problem);
      assert.deepEqual(readdirSync(join(root, "mcp")), []);
    });
  }

  it("refuses a link to elsewhere and a folder, without showing what is there", () => {
    writeFileSync(join(root, "passwd"), "root: hunter2\n");
    symlinkSync(join(root, "passwd"), join(root, "recipes/a.yaml"));
    mkdirSync(join(root, "recipes/b.yaml"));
    assert.throws(
      () => readRecipes(root),
      ({ message }: Error) => {
        for (const name of ["a", "b"])
          assert.match(message, new RegExp(`recipes/${name}\\.yaml: .*no file of its own`));
        return !message.includes("hunter2");
      },
    );
  });

  it("writes arguments and notes as words, and neither the user nor prototypes of its choice", () => {
    const words = ["$(id)", "`id`", "\nUSER root", "; reboot", '"; RUN id'];
    const more = `arguments: ${JSON.stringify(words)}\nnotes: ["\\nuser: 0"]\nmanifest: {user: 0, __proto__: {user: 0}}`;
    const { target, files } = added(recipe(more));
    assert.equal(target, join(root, "mcp/kettle"));
    assert.deepEqual(Object.keys(files).sort(), [".dockerignore", "Dockerfile", "server.yaml"]);
    const { user, transport } = parse(files["server.yaml"] ?? "") as { user: number; transport: { command: string[] } };
    assert.deepEqual([user, transport.command.slice(1)], [11_001, words]);
    assert.doesNotMatch(files.Dockerfile ?? "", /reboot|\bid\b|USER root/);
    assert.equal(({} as { user?: number }).user, undefined);
  });
});
