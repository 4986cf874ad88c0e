import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

const ROOT = join(__dirname, "../../../..");
/** Enough of the project to bundle the orchestrator. */
const COPIED = [
  "api",
  "components/inner",
  "config",
  "lib",
  "manifest",
  "orchestrator",
  "package-lock.json",
  "tsconfig.json",
];

describe("the orchestrator's bundle", function () {
  this.timeout(120_000);
  let project: string;
  let folder: string;
  let bundleOrchestrator: (folder: string) => void;
  const at = (file: string) => join(folder, file);
  const source = (file: string) => join(project, file);
  const append = (file: string, text: string) => writeFileSync(source(file), text, { flag: "a" });
  const recipe = () => JSON.parse(readFileSync(at("inputs"), "utf8")) as { options: string; files: object };

  before(() => {
    project = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
    folder = source("app");
    for (const path of COPIED)
      cpSync(join(ROOT, path), source(path), { recursive: true, filter: (name) => !name.includes("node_modules") });
    for (const path of ["node_modules", "orchestrator/node_modules"]) symlinkSync(join(ROOT, path), source(path));
    ({ bundleOrchestrator } = require(source("components/inner/orchestrator-bundle")));
    bundleOrchestrator(folder);
  });
  after(() => rmSync(project, { recursive: true }));

  it("is a program, its threads and both pages' files, readable for another user", () => {
    assert.deepEqual(readdirSync(folder).sort(), [
      "inputs",
      "main.js",
      "page",
      "page-inputs",
      "static",
      "yaml-worker.js",
    ]);
    const docs = ["swagger-ui-bundle.js", "swagger-ui.css"];
    assert.deepEqual(readdirSync(at("static")).sort(), docs);
    for (const file of ["main.js", "yaml-worker.js", "page/index.html", ...docs.map((name) => `static/${name}`)])
      assert.equal(statSync(at(file)).mode & 0o777, 0o644, file);
  });

  it("runs by itself, without the packages it was made of, and says what is wrong with its input", () => {
    const tokens = at("tokens.json");
    writeFileSync(tokens, '[{"name":"a"}]');
    const env = { PATH: process.env.PATH, ORCHESTRATOR_CONFIG: '{"colour":"red"}', ORCHESTRATOR_TOKENS: tokens };
    const { status, stdout, stderr } = spawnSync(process.execPath, ["main.js"], { cwd: folder, env, encoding: "utf8" });
    rmSync(tokens);
    assert.equal(status, 1, stdout + stderr);
    const told = stdout + stderr;
    for (const problem of [/the orchestrator's configuration is wrong/, /colour/, /publicUrl/, /sha256/])
      assert.match(told, problem);
    assert.doesNotMatch(told, /Cannot find module/);
  });

  it("has threads that run by themselves too", async () => {
    const worker = new Worker(at("yaml-worker.js"), { workerData: "a: 1" });
    const said: unknown[] = [];
    worker.on("message", (message) => said.push(message));
    await once(worker, "exit");
    assert.deepEqual(said, ["begun", { document: { a: 1 } }]);
  });

  it("names what it is made of: our own files that esbuild read, and the settings around them", () => {
    const files = Object.keys(recipe().files);
    for (const file of ["orchestrator/main.ts", "manifest/manifest.ts", "package-lock.json", "tsconfig.json"])
      assert.ok(files.includes(file), file);
    assert.deepEqual(
      files.filter((file) => file.includes("node_modules") || file.startsWith("..")),
      [],
    );
  });

  /** Runs it once more. @returns whether it made the bundle anew */
  function madeAnew(): boolean {
    writeFileSync(at("main.js"), "as it was");
    bundleOrchestrator(folder);
    return readFileSync(at("main.js"), "utf8") !== "as it was";
  }

  it("is left alone, and esbuild is not loaded, when nothing has changed or what it is not made of", () => {
    const esbuild = require.resolve("esbuild");
    delete require.cache[esbuild];
    writeFileSync(source("orchestrator/nobody-imports-it.ts"), "export {};\n");
    assert.equal(madeAnew(), false);
    assert.equal(require.cache[esbuild], undefined);
  });

  it("follows a source file, an import that comes, what that imports, and an import that goes", () => {
    const main = readFileSync(source("orchestrator/main.ts"));
    writeFileSync(source("lib/added.ts"), 'console.log("zebra, first");\n');
    append("orchestrator/main.ts", 'import "../lib/added";\n');
    assert.equal(madeAnew(), true);
    assert.match(readFileSync(at("main.js"), "utf8"), /zebra, first/);
    append("lib/added.ts", 'console.log("zebra, second");\n');
    assert.equal(madeAnew(), true);
    assert.match(readFileSync(at("main.js"), "utf8"), /zebra, second/);
    writeFileSync(source("orchestrator/main.ts"), main);
    rmSync(source("lib/added.ts"));
    assert.equal(madeAnew(), true);
    assert.doesNotMatch(readFileSync(at("main.js"), "utf8"), /zebra, /);
    assert.equal(madeAnew(), false);
  });

  it("follows the page's files, also new ones, and takes away what an earlier page left", () => {
    // The page's first script; others are loaded when they are needed.
    const scripts = () => readdirSync(at("page/assets")).filter((name) => /^index-.*\.js$/.test(name));
    const [first] = scripts();
    append("orchestrator/web/src/main.tsx", 'import "./added";\n');
    writeFileSync(source("orchestrator/web/src/added.ts"), 'console.log("another page");\n');
    assert.equal(madeAnew(), false, "the orchestrator is the same");
    assert.equal(scripts().length, 1);
    assert.notEqual(scripts()[0], first);
    writeFileSync(at(`page/assets/${scripts()[0]}`), "as it was");
    bundleOrchestrator(folder);
    assert.equal(readFileSync(at(`page/assets/${scripts()[0]}`), "utf8"), "as it was");
  });

  it("has a page that two runs may build at once, and says why it cannot be built", async () => {
    const build = (folder: string) => {
      const program = "require(process.argv[1]).bundlePage(process.argv[2])";
      const args = [
        "-r",
        "ts-node/register/transpile-only",
        "-e",
        program,
        source("components/inner/page-bundle"),
        folder,
      ];
      return spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
    };
    const ends = await Promise.all(["one", "other"].map((name) => once(build(at(name)), "exit")));
    assert.deepEqual(ends.flat(), [0, null, 0, null]);
    for (const name of ["one", "other"]) rmSync(at(name), { recursive: true });
    const main = readFileSync(source("orchestrator/web/src/main.tsx"));
    append("orchestrator/web/src/main.tsx", 'import "./missing";\n');
    assert.throws(() => bundleOrchestrator(folder), /the page cannot be built:[\s\S]*missing/);
    writeFileSync(source("orchestrator/web/src/main.tsx"), main);
  });

  it("follows the lock file, and what another version of the bundling asked for or left behind", () => {
    append("package-lock.json", "\n");
    assert.equal(madeAnew(), true);
    writeFileSync(at("inputs"), JSON.stringify({ ...recipe(), options: "of another version" }));
    assert.equal(madeAnew(), true);
    for (const foreign of ["a hash, as it once was", "{}", JSON.stringify({ options: recipe().options })]) {
      writeFileSync(at("inputs"), foreign);
      assert.equal(madeAnew(), true, foreign);
    }
    assert.deepEqual(readdirSync(folder).sort(), [
      "inputs",
      "main.js",
      "page",
      "page-inputs",
      "static",
      "yaml-worker.js",
    ]);
  });
});
