import assert from "node:assert/strict";
import { formatProblem } from "../../../lib/problems";
import { type CatalogEntry, type CatalogOptions, validateCatalog } from "../../../manifest/catalog";
import type { LentFolder } from "../../../manifest/lent-folders";
import { document } from "../../support/manifest/documents";

const entry = (name: string, user: number, mounts: object[] = []): CatalogEntry => ({
  folder: `/catalog/${name}`,
  file: `mcp/${name}/server.yaml`,
  document: document({ name, user, mounts }),
  exists: () => true,
});
const CODE = { folder: "code", path: "/projects/code" };
const code = (more: Partial<LentFolder> = {}): Record<string, LentFolder> => ({
  code: { access: "read-only", servers: ["git"], ...more },
});

const check = (entries: CatalogEntry[], folders: CatalogOptions["folders"], servers?: string[]) =>
  validateCatalog(entries, { folders, settingsFile: "Pulumi.dev.yaml", servers });
const problems = (...args: Parameters<typeof check>) => check(...args).problems.map(formatProblem);

describe("folders of the host, in config and manifests", () => {
  const git = entry("git", 11_000, [CODE]);
  const other = entry("other", 11_001);

  it("go together when each is lent to a server that mounts it", () => {
    assert.deepEqual(problems([git, other], code()), []);
    assert.deepEqual(problems([other], {}), []);
  });

  it("a manifest names one that nobody lends: says how to lend it", () => {
    assert.deepEqual(problems([git], {}), [
      'mcp/git/server.yaml: mounts.0.folder: got "code", expected a folder that the stack lends to git: it lends it none. ' +
        "To fix: lend it in Pulumi.dev.yaml: folders: {code: {path: /the/folder, access: read-only, servers: [git]}}",
    ]);
  });

  it("a manifest names another server's: says where to add it, and which it may have", () => {
    const thief = entry("other", 11_001, [
      { folder: "docs", path: "/docs" },
      { ...CODE, path: "/code" },
    ]);
    const docs: LentFolder = { access: "read-only", servers: ["other"] };
    assert.deepEqual(problems([git, thief], { ...code(), docs }), [
      'mcp/other/server.yaml: mounts.1.folder: got "code", expected a folder that the stack lends to other: docs. ' +
        "To fix: add other to folders.code.servers in Pulumi.dev.yaml",
    ]);
  });

  it("the config lends to nobody: a name that no server has, one that mounts it nowhere", () => {
    assert.deepEqual(problems([git, other], code({ servers: ["git", "gti", "other"] })), [
      'Pulumi.dev.yaml: folders.code.servers.1: got "gti", expected servers of the catalog: git, other. ' +
        "To fix: correct the spelling, or remove it",
      'Pulumi.dev.yaml: folders.code.servers.2: got "other", expected a server that mounts it. ' +
        "To fix: add `mounts: [{folder: code, path: /code}]` to mcp/other/server.yaml, or remove it here",
    ]);
  });

  it("servers that do not run are left alone", () => {
    assert.deepEqual(problems([git, other], {}, ["other"]), []);
    assert.deepEqual(problems([git, other], code({ servers: ["git", "other"] }), ["git"]), []);
  });

  it("the config's access wins over the manifest's", () => {
    const writer = entry("git", 11_000, [
      { ...CODE, readOnly: false },
      { volume: "workspace", path: "/w", readOnly: false },
    ]);
    const readOnly = (access: LentFolder["access"]) =>
      check([writer], code({ access })).servers[0]?.manifest.mounts.map((mount) => mount.readOnly);
    assert.deepEqual(readOnly("read-write"), [false, false]);
    assert.deepEqual(readOnly("read-only"), [true, false]);
    assert.deepEqual(
      check([git], code({ access: "read-write" })).servers[0]?.manifest.mounts,
      [{ ...CODE, readOnly: true }],
      "read-write is what a server may ask for, not what it gets",
    );
  });

  it("without a config nothing is said of them, and nothing changed", () => {
    const writer = entry("git", 11_000, [{ ...CODE, readOnly: false }]);
    const { servers, problems: none } = validateCatalog([writer]);
    assert.deepEqual([none, servers[0]?.manifest.mounts], [[], [{ ...CODE, readOnly: false }]]);
  });
});
