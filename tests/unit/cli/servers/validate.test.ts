import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkCatalog, checkNamed, summary, validateManifestsCommand } from "../../../../cli/servers/validate";
import { formatProblem, ProblemsError } from "../../../../lib/problems";
import { document } from "../../../support/manifest/documents";

describe("servers validate", () => {
  let root: string;
  const at = (path: string) => join(root, path);
  const before_ = { project: process.env.DIND_MCP_PROJECT, stack: process.env.PULUMI_STACK };
  const server = (path: string, user: number, more: object = {}) => {
    mkdirSync(at(path), { recursive: true });
    const name = path.split("/").at(-1);
    writeFileSync(at(`${path}/server.yaml`), JSON.stringify(document({ name, user, ...more })));
  };
  const named = (...paths: string[]) => checkNamed(paths.map(at));
  const right = (...servers: string[]) => ({
    ok: true,
    servers,
    services: [],
    limits: { cpus: servers.length, memory: servers.length * 512 * 2 ** 20 }, // the defaults
    problems: [],
  });

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
    assert.equal(
      summary(named("many")),
      "2 manifests are right: one, two\nTheir limits together: 2 processors and 1 GB of memory",
    );
    assert.deepEqual(named("many/one"), right("one"));
    assert.deepEqual(named("many/one/server.yaml", "many/two"), right("one", "two"));
  });

  it("takes shared services too, by folder or file, and tells them apart", () => {
    const redis = { name: "redis", description: "For two", image: "redis:8", user: 11_900, health: { port: 6_379 } };
    for (const folder of ["shared/redis", "shared/uses"]) mkdirSync(at(folder), { recursive: true });
    writeFileSync(at("shared/redis/service.yaml"), JSON.stringify(redis));
    assert.deepEqual(named("shared/redis/service.yaml").services, ["redis"]);
    assert.equal(summary(named("shared/redis")), "1 manifest is right: redis (shared service)");
    server("shared/uses", 11_003, { uses: ["redis"] });
    assert.match(summary(named("shared")), /^2 manifests are right: uses, redis \(shared service\)\n/);
    writeFileSync(at("shared/redis/service.yaml"), JSON.stringify({ ...redis, user: 1 }));
    assert.match(named("shared/uses").problems.map(formatProblem).join(), /redis\/service\.yaml.*user: got 1,/);
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
      assert.deepEqual(checkCatalog({ catalog: folders, folders: {}, privateHosts: {} }).problems.map(formatProblem), [
        `Pulumi.dev.yaml: catalog: got no server in ${JSON.stringify(folders)}, expected folders with one a server`,
      ]);
    assert.deepEqual(
      checkCatalog({ catalog: [at("many"), at("empty")], folders: {}, privateHosts: {} }),
      right("one", "two"),
    );
  });

  it("ends the command with the exit code of wrong use, not with 0, when there is nothing to check", async () => {
    const { exitCode } = process;
    const write = process.stdout.write;
    for (const folder of ["empty", "many/two/absent", "absent", "many/two/program.py"]) {
      const command = () => validateManifestsCommand().exitOverride();
      await assert.rejects(command().parseAsync([at(folder)], { from: "user" }), ProblemsError); // main.ts: code 2
      let printed = "";
      process.stdout.write = (text: string | Uint8Array) => {
        printed += text;
        return true;
      };
      try {
        await command().parseAsync([at(folder), "--json"], { from: "user" });
        assert.equal(process.exitCode, 2, folder);
      } finally {
        process.stdout.write = write;
        process.exitCode = exitCode;
      }
      const { ok, servers, problems } = JSON.parse(printed);
      assert.deepEqual([ok, servers, problems.length], [false, [], 1], folder);
    }
  });

  it("holds the catalog against the folders of the host that the config lends; manifests that somebody named, against none", () => {
    const catalog = [at("lent")];
    server("lent/one", 11_001, { mounts: [{ folder: "code", path: "/code" }] });
    const lent = (...servers: string[]) => ({
      code: { path: "/code", access: "read-only", servers, wholeHome: false } as const,
    });
    assert.match(
      checkCatalog({ catalog, folders: {}, privateHosts: {} }).problems.map(formatProblem).join(),
      /one\/server\.yaml:\d+: mounts\.0\.folder: got "code", expected a folder that the stack lends to one: .*Pulumi\.dev\.yaml/,
    );
    assert.deepEqual(checkCatalog({ catalog, folders: lent("one"), privateHosts: {} }), right("one"));
    assert.match(
      checkCatalog({ catalog, folders: lent("one", "two"), privateHosts: {} })
        .problems.map(formatProblem)
        .join(),
      /^Pulumi\.dev\.yaml: folders\.code\.servers\.1: got "two"/,
    );
    assert.deepEqual(named("lent"), right("one"));
  });

  it("says so when a named folder is none", () => {
    for (const path of ["absent", "many/two/program.py"])
      assert.match(
        named(path).problems.map(formatProblem).join("\n"),
        /: got no such folder, expected a server's folder/,
      );
  });
});
