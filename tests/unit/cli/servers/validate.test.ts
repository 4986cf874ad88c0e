import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkCatalog, checkNamed } from "../../../../cli/servers/validate";
import { formatProblem } from "../../../../lib/problems";
import { document } from "../../../support/manifest/documents";

describe("servers validate", () => {
  let root: string;
  const at = (path: string) => join(root, path);
  const before_ = { project: process.env.DIND_MCP_PROJECT, stack: process.env.PULUMI_STACK };
  const server = (path: string, user: number) => {
    mkdirSync(at(path), { recursive: true });
    const name = path.split("/").at(-1);
    writeFileSync(at(`${path}/server.yaml`), JSON.stringify(document({ name, user })));
  };
  const named = (...paths: string[]) => checkNamed(paths.map(at));
  const right = (...servers: string[]) => ({ ok: true, servers, problems: [] });

  before(() => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
    Object.assign(process.env, { DIND_MCP_PROJECT: root, PULUMI_STACK: "dev" });
    server("many/one", 11_001);
    server("many/two", 11_002);
    mkdirSync(at("many/one/source"));
    mkdirSync(at("empty/.hidden"), { recursive: true });
    writeFileSync(at("many/two/program.py"), "");
  });
  after(() => {
    rmSync(root, { recursive: true });
    for (const [name, value] of Object.entries({ DIND_MCP_PROJECT: before_.project, PULUMI_STACK: before_.stack })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("takes folders of servers, a server's own folder, whatever else is in it, and its manifest's path", () => {
    assert.deepEqual(named("many"), right("one", "two"));
    assert.deepEqual(named("many/one"), right("one"));
    assert.deepEqual(named("many/one/server.yaml", "many/two"), right("one", "two"));
  });

  it("says what is wrong with a server's own folder", () => {
    writeFileSync(at("many/one/source/server.yaml"), "name: [");
    const { ok, problems } = named("many/one/source");
    assert.equal(ok, false);
    assert.match(
      problems.map(formatProblem).join("\n"),
      /^many\/one\/source\/server\.yaml:1: \(the file\): .*valid YAML/,
    );
  });

  it("never finds nothing right: each named folder has to hold a server, and the catalog one in all", () => {
    const nothing = (path: string) =>
      `${at(path)}: (the folder): got no server.yaml in it or in a folder below, expected a server's folder, or folders of servers`;
    for (const [checked, path] of [
      [named("empty"), "empty"],
      [named("many", "empty"), "empty"],
    ] as const) {
      assert.equal(checked.ok, false);
      assert.deepEqual(checked.servers, []);
      assert.deepEqual(checked.problems.map(formatProblem), [nothing(path)]);
    }
    for (const folders of [[], [at("empty")]])
      assert.deepEqual(checkCatalog(folders).problems.map(formatProblem), [
        `Pulumi.dev.yaml: catalog: got no server in ${JSON.stringify(folders)}, expected folders with one a server`,
      ]);
    assert.deepEqual(checkCatalog([at("many"), at("empty")]), right("one", "two"));
  });

  it("says so when a named folder is none", () => {
    for (const path of ["absent", "many/two/program.py"])
      assert.match(
        named(path).problems.map(formatProblem).join("\n"),
        /: got no such folder, expected a server's folder/,
      );
  });
});
