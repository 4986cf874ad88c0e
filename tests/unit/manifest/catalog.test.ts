import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formatProblem, ProblemsError } from "../../../lib/problems";
import { type CatalogEntry, type CatalogOptions, validateCatalog } from "../../../manifest/catalog";
import { loadCatalog } from "../../../manifest/load-catalog";
import { document } from "../../support/manifest/documents";

function entry(name: string, user: number, more: Record<string, unknown> = {}): CatalogEntry {
  const files = [".", "./Dockerfile"];
  return {
    folder: `/catalog/${name}`,
    file: `mcp/${name}/server.yaml`,
    document: document({ name, user, ...more }),
    exists: (path) => files.includes(path),
  };
}

function problemsOf(entries: CatalogEntry[], options?: CatalogOptions): string[] {
  return validateCatalog(entries, options).problems.map(formatProblem);
}

describe("catalog", () => {
  it("gives the servers by name, whatever the order of the folders", () => {
    const { servers, problems } = validateCatalog([entry("b", 11_001), entry("c", 11_002), entry("a", 11_000)]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      servers.map(({ manifest, folder, file }) => [manifest.name, folder, file]),
      [
        ["a", "/catalog/a", "mcp/a/server.yaml"],
        ["b", "/catalog/b", "mcp/b/server.yaml"],
        ["c", "/catalog/c", "mcp/c/server.yaml"],
      ],
    );
  });

  it("gives the selected servers, and checks the others all the same", () => {
    const both = [entry("a", 11_000), entry("b", 11_001)];
    assert.deepEqual(
      validateCatalog(both, { servers: ["b"] }).servers.map(({ manifest }) => manifest.name),
      ["b"],
    );
    assert.deepEqual(problemsOf([entry("a", 11_000), entry("b", 1)], { servers: ["a"] }), [
      "mcp/b/server.yaml: user: got 1, expected a whole number from 11000 to 14995",
    ]);
    assert.deepEqual(problemsOf(both, { servers: ["a", "x"], settingsFile: "Pulumi.dev.yaml" }), [
      'Pulumi.dev.yaml: servers: got "x", expected servers of the catalog: a, b',
    ]);
  });

  it("reports what does not fit between manifests, with the problems of each", () => {
    const build = { image: undefined, build: { context: "sub" } };
    const file = { image: undefined, build: { dockerfile: "Other" } };
    const twin = { ...entry("a", 11_005), file: "more/a/server.yaml" };
    assert.deepEqual(
      problemsOf([
        entry("a", 11_000),
        entry("b", 11_000, build),
        entry("c", 11_001, file),
        { ...entry("d", 11_002), folder: "/catalog/e" },
        twin,
      ]),
      [
        'mcp/b/server.yaml: build.context: got "sub", expected a folder that exists',
        'mcp/c/server.yaml: build.dockerfile: got "Other", expected a file that exists in the build context',
        'mcp/d/server.yaml: name: got "d", expected the folder\'s name, "e"',
        'more/a/server.yaml: name: got "a", expected another name than mcp/a/server.yaml has. To fix: rename one of the two',
        "mcp/b/server.yaml: user: got 11000, expected another user than mcp/a/server.yaml has. To fix: give each server a user of its own",
      ],
    );
  });

  it("reports secrets without a value and values without a secret, and never asks for the database's address", () => {
    const secrets = {
      secrets: [
        { name: "key", description: "From the vendor" },
        { name: "more", required: false },
      ],
      database: true,
    };
    const entries = [entry("a", 11_000, secrets), entry("b", 11_001)];
    const options = (given: Record<string, string[]>) => ({ secrets: given, settingsFile: "Pulumi.dev.yaml" });
    assert.deepEqual(problemsOf(entries, options({ a: ["key"] })), []);
    assert.deepEqual(problemsOf(entries), []);
    assert.deepEqual(problemsOf(entries, options({ a: ["kye"], b: ["x"], c: ["x"] })), [
      "Pulumi.dev.yaml: secrets.a.key: got nothing, expected a value: From the vendor. To fix: bin/dind-mcp secrets set a key",
      "Pulumi.dev.yaml: secrets.a.kye: got a value, expected one of its secrets: key, more. To fix: correct the spelling, or bin/dind-mcp secrets remove a kye",
      "Pulumi.dev.yaml: secrets.b.x: got a value, expected one of its secrets: it has none. To fix: correct the spelling, or bin/dind-mcp secrets remove b x",
      "Pulumi.dev.yaml: secrets.c.x: got a value, expected the name of a server or a shared service. To fix: correct the spelling, or bin/dind-mcp secrets remove c x",
    ]);
    // A server that does not run needs nothing, and may keep its values.
    assert.deepEqual(problemsOf(entries, { ...options({ a: ["other"] }), servers: ["b"] }), []);
  });
});

describe("catalog files", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "catalog-test-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  function failure(folders: string[]): string[] {
    try {
      loadCatalog(folders, {}, root);
    } catch (error) {
      assert.ok(error instanceof ProblemsError, String(error));
      return error.problems.map(formatProblem);
    }
    return [];
  }

  it("are read, with the build context looked up", () => {
    write(
      "mcp/a/server.yaml",
      "name: a\ndescription: d\nversion: 1.0.0\nbuild: {}\ntransport: {type: stdio, command: [/a]}\nuser: 11000\n",
    );
    write("mcp/a/Dockerfile", "FROM scratch\n");
    write("mcp/.hidden/x", "");
    write("manifest/catalog.ts", "");
    const [server, ...others] = loadCatalog(["mcp"], {}, root);
    assert.deepEqual(
      [server?.manifest.name, server?.folder, server?.file],
      ["a", join(root, "mcp/a"), "mcp/a/server.yaml"],
    );
    assert.deepEqual(others, []);
  });

  it("are read with a byte order mark and CRLF, as UTF-16 too, and their lines are told right", () => {
    const [found] = loadCatalog([join(__dirname, "../../fixtures/cases/B35/b35-yaml")]);
    assert.equal(found?.manifest.name, "b35-yaml");
    const text = `\uFEFF${["name: a", "description: |", "  one", "  two", "colour: red"].join("\r\n")}\r\n`;
    for (const encoding of ["utf8", "utf16le"] as const) {
      write("mcp/a/server.yaml", "");
      writeFileSync(join(root, "mcp/a/server.yaml"), text, encoding);
      assert.match(failure(["mcp"]).join("\n"), /^mcp\/a\/server\.yaml:5: colour: got an unknown key/m, encoding);
    }
    const document =
      "name: a\ndescription: |-\n  one\nversion: 1.0.0\nimage: x:1\ntransport: {type: stdio, command: [/a]}\nuser: 11000\n";
    write("mcp/a/server.yaml", `\uFEFF${document.replaceAll("\n", "\r\n")}`);
    assert.equal(loadCatalog(["mcp"], {}, root)[0]?.manifest.description, "one");
  });

  it("may be a server's own folder", () => {
    write("mcp/a/server.yaml", "name: [\n");
    write("mcp/a/source/main.py", "");
    assert.match(failure(["mcp/a"]).join("\n"), /^mcp\/a\/server\.yaml:\d: [^\n]*$/);
  });

  it("are reported with the lines of all problems of all files", () => {
    write(
      "mcp/a/server.yaml",
      "name: a\ndescription: d\nversion: 1.0\n\nimage: x:1\ntransport:\n  type: stdio\n  command: /a\nuser: 11000\negress:\n  - a.example.com:1\n  - 1.2.3.4:1\n",
    );
    write("mcp/b/server.yaml", "name: b\nname: c\n");
    write("mcp/c/server.yaml", "name: [\n");
    write("mcp/d/Dockerfile", "FROM scratch\n");
    write("mcp/e/server.yaml", "");
    assert.deepEqual(failure(["mcp", "absent"]), [
      'the stack\'s config: catalog: got "absent", expected a folder that exists',
      "mcp/a/server.yaml:3: version: got 1, expected an exact version like 1.2.0: no range, not 'latest'",
      "mcp/a/server.yaml:8: transport.command: got text, expected a list of texts: the program and its arguments",
      'mcp/a/server.yaml:12: egress.1: got "1.2.3.4:1", expected a DNS name; an address would bypass the check that the name leads to a public place',
      "mcp/b/server.yaml:2: (the file): got Map keys must be unique, expected valid YAML",
      ...failure(["mcp"]).filter((problem) => problem.startsWith("mcp/c/")),
      "mcp/d/server.yaml: (the file): got no such file, expected a server's manifest. To fix: write one, or move the folder out of the catalog",
      "mcp/e/server.yaml: (the file): got an empty file, expected a mapping with name, description, ...",
    ]);
    assert.match(
      failure(["mcp"]).find((problem) => problem.startsWith("mcp/c/")) ?? "",
      /^mcp\/c\/server\.yaml:\d: \(the file\): got .*, expected valid YAML$/,
    );
  });

  it("of this project are right", () => {
    const servers = loadCatalog(["mcp"], {}, join(__dirname, "../../.."));
    assert.deepEqual(servers.map(({ manifest }) => manifest.name).slice(0, 3), ["files", "http", "postgres"]);
  });
});
