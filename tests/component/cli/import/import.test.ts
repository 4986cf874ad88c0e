import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "../../../../cli/errors";
import { type Bringing, type Brought, bring } from "../../../../cli/import/bring";
import { clientServers } from "../../../../cli/import/entries";

const SECRET = "sk-value-that-must-not-show-0123456789";
const FILE = JSON.stringify({
  mcpServers: {
    "My Notes": { command: "npx", args: ["-y", "notes-server", "--json"], env: { NOTES_API_KEY: SECRET } },
    again: { command: "npx", args: ["-y", "notes-server"] },
    taken: { command: "npx", args: ["-y", "notes-server"] },
    shell: { command: "sh", args: ["-c", "touch pwned"] },
    package: { command: "npx", args: ["-y", "x;touch pwned"] },
    "../../escape": { command: "npx", args: ["-y", "notes-server"] },
  },
});

describe("servers import: from a client's file to the catalog", () => {
  let root: string;
  const outside = { PATH: process.env.PATH, DIND_MCP_PROJECT: process.env.DIND_MCP_PROJECT };
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "import-")));
    mkdirSync(join(root, "mcp/taken"), { recursive: true });
    const npm = `#!/bin/sh\necho "$@" >>"${root}/asked"\necho '{"version":"1.2.3","bin":{"notes":"n"},"description":"Notes"}'\n`;
    writeFileSync(join(root, "npm"), npm, { mode: 0o755 });
    Object.assign(process.env, { PATH: `${root}:${outside.PATH}`, DIND_MCP_PROJECT: root });
  });
  afterEach(() => {
    process.env.PATH = outside.PATH;
    if (outside.DIND_MCP_PROJECT === undefined) delete process.env.DIND_MCP_PROJECT;
    else process.env.DIND_MCP_PROJECT = outside.DIND_MCP_PROJECT;
    rmSync(root, { recursive: true });
  });

  interface Told {
    all: Brought[];
    kept: string[][];
    config: [string, string][];
  }

  async function importAll(text: string, more: Partial<Bringing> & { failing?: boolean } = {}): Promise<Told> {
    const folder = join(root, "mcp");
    const told: Told = { all: [], kept: [], config: [] };
    const how: Bringing = {
      place: { root, catalog: [folder], folder, force: false },
      ...{ recipes: [], dryRun: false, where: { home: root, folder: root }, folders: {} },
      machine: { homes: [], own: [], project: [folder], dataRoot: "/var/lib/docker", groups: [] },
      changes: {
        set: async (...one) => void told.kept.push(one),
        remove: async (server, secret) => {
          told.kept = told.kept.filter(([a, b]) => a !== server || b !== secret);
        },
        setPlain: async (all) => {
          if (more.failing) throw new CliError("pulumi config: it is broken");
          told.config.push(...all);
        },
      },
      access: async () => "none",
      digest: async () => undefined,
      value: async () => undefined,
      ...more,
    };
    for (const one of clientServers(text, "f")) told.all.push(await bring(one, how));
    return told;
  }
  const tree = () => readdirSync(join(root, "mcp")).sort();

  it("makes a folder of each package, keeps its secrets aside, and runs nothing of it", async () => {
    const { all, kept } = await importAll(FILE);
    const names = all.map(({ entry, name }) => [entry, name]);
    assert.deepEqual(names, [
      ["My Notes", "my-notes"],
      ["again", "again"],
      ["taken", "taken-2"],
      ["shell", undefined],
      ["package", undefined],
      ["../../escape", "escape"],
    ]);
    assert.deepEqual(tree(), ["again", "escape", "my-notes", "taken", "taken-2"]);
    assert.deepEqual(kept, [["my-notes", "notes-api-key", SECRET]]);
    const yaml = readFileSync(join(root, "mcp/my-notes/server.yaml"), "utf8");
    assert.match(yaml, /secrets:\n {2}- name: notes-api-key\n {4}env: NOTES_API_KEY\n/);
    assert.match(yaml, /command:\n {4}- mcp-server\n {4}- --json\n/);
    assert.match(yaml, /version: 1\.2\.3\n/);
    assert.ok(!(yaml + JSON.stringify(all) + readFileSync(join(root, "asked"), "utf8")).includes(SECRET));
    const users = ["my-notes", "again", "escape"].map(
      (name) => /^user: (\d+)$/m.exec(readFileSync(join(root, "mcp", name, "server.yaml"), "utf8"))?.[1],
    );
    assert.equal(new Set(users).size, 3, `each has a user of its own: ${users}`);
    assert.ok(!existsSync(join(root, "pwned")) && !existsSync("pwned"));
    assert.ok(!readFileSync(join(root, "asked"), "utf8").includes("touch"), "nobody is asked for what is no name");
  });

  it("servers of single projects work from their project", async () => {
    const [one, two] = ["one", "two"].map((name) => join(root, "projects", name)) as [string, string];
    mkdirSync(one, { recursive: true });
    writeFileSync(join(one, "server.mjs"), "console.error(1)\n");
    const servers = { mcpServers: { own: { command: "node", args: ["server.mjs"] } } };
    const { all } = await importAll(JSON.stringify({ projects: { [one]: servers, [two]: servers } }));
    assert.deepEqual(
      all.map(({ entry, project, name, why }) => [entry, project, name, why === undefined]),
      [
        ["own", one, "own", true],
        ["own", two, undefined, false],
      ],
    );
  });

  it("a dry run says the same, and leaves no trace", async () => {
    const { all, kept } = await importAll(FILE, { dryRun: true });
    assert.deepEqual(all[0]?.secrets, ["notes-api-key"]);
    assert.deepEqual([tree(), kept], [["taken"], []]);
  });

  it("a second time finds what is there, and makes nothing anew", async () => {
    await importAll(FILE);
    const before = tree();
    const { all, kept } = await importAll(FILE);
    const there = all.filter(({ name }) => name !== undefined);
    assert.deepEqual(
      there.map(({ entry, name, there: isThere }) => [entry, name, isThere]),
      [
        ["My Notes", "my-notes", true],
        ["again", "again", true],
        ["taken", "taken-2", true],
        ["../../escape", "escape", true],
      ],
    );
    assert.deepEqual([tree(), kept], [before, []]);
  });

  const LOCAL = (code: string) =>
    JSON.stringify({
      mcpServers: {
        files: { command: "npx", args: ["-y", "notes-server", code], env: { NOTES_KEY: SECRET } },
        more: { command: "npx", args: ["-y", "notes-server", code] },
        own: { command: "node", args: ["server.mjs", "--fast"], env: { KEY: "$KEY" } },
        image: {
          command: "docker",
          args: ["run", "-i", "-e", "KEY", "-e", "MODE", "me/server", "--x"],
          env: { KEY: SECRET },
        },
        unknown: { command: "docker", args: ["run", "me/other"] },
        tagged: { command: "docker", args: ["run", "me/other:1.2"] },
        remote: { type: "http", url: "https://example.com/mcp?key=SECRET" },
      },
    });
  const digest = async (reference: string) =>
    reference === "me/server" ? `me/server@sha256:${"a".repeat(64)}` : undefined;

  it("lends the folders that arguments name, as the user says; a folder of two servers is one", async () => {
    const code = join(root, "code");
    mkdirSync(code);
    writeFileSync(join(root, "server.mjs"), "");
    const text = LOCAL(code);
    const none = await importAll(text, { digest });
    assert.match(none.all[0]?.why ?? "", /it works on .*code: --folders read-only or read-write lends it/);
    assert.deepEqual([none.config, none.kept.length], [[], 1], "the image's key alone");
    rmSync(join(root, "mcp"), { recursive: true });
    mkdirSync(join(root, "mcp"));

    const { all, kept, config } = await importAll(text, { digest, access: async () => "read-write" });
    assert.deepEqual(
      all.map(({ entry, name, from }) => [entry, name, from]),
      [
        ["files", "files", "npm:notes-server@1.2.3"],
        ["more", "more", "npm:notes-server@1.2.3"],
        ["own", "own", join(root, "server.mjs")],
        ["image", "image", `image:me/server@sha256:${"a".repeat(64)}`],
        ["unknown", undefined, undefined],
        ["tagged", "tagged", "image:me/other:1.2"],
        ["remote", undefined, undefined],
      ],
    );
    assert.match(all[4]?.why ?? "", /nobody here knows the digest of me\/other: after `docker pull me\/other`/);
    assert.match(all[6]?.why ?? "", /at an address with a password or a query in it, which may be a key/);
    assert.deepEqual(config, [
      ["folders.code.path", code],
      ["folders.code.access", "read-write"],
      ["folders.code.servers[0]", "files"],
      ["folders.code.servers[1]", "more"],
    ]);
    assert.deepEqual(kept, [
      ["files", "notes-key", SECRET],
      ["image", "key", SECRET],
    ]);
    const yaml = (name: string) => readFileSync(join(root, "mcp", name, "server.yaml"), "utf8");
    assert.match(yaml("files"), /mounts:\n {2}- folder: code\n {4}path: \/folders\/code\n {4}readOnly: false\n/);
    assert.match(yaml("files"), /- \/folders\/code\n/);
    assert.match(yaml("own"), /- \/app\/server\.mjs\n {4}- --fast\n/);
    assert.match(yaml("image"), /image: me\/server@sha256:a+\n[\s\S]*arguments:\n {4}- --x\n/);
    assert.deepEqual(all[2]?.open, ["key"]);
    assert.deepEqual(all[3]?.open, ["mode"]);
    assert.ok(!(JSON.stringify([all, config]) + yaml("files") + yaml("image")).includes(SECRET));
  });

  it("leaves nothing of a server that cannot be kept whole", async () => {
    const code = join(root, "code");
    mkdirSync(code);
    const { all, kept } = await importAll(LOCAL(code), { access: async () => "read-only", failing: true });
    assert.match(all[0]?.why ?? "", /pulumi config: it is broken/);
    assert.deepEqual([tree().includes("files"), kept], [false, []]);
  });

  it("lends no folder of the system, none that holds everything, and no hidden way to them", async () => {
    symlinkSync("/etc", join(root, "harmless"));
    const at = (...args: string[]) => JSON.stringify({ mcpServers: { a: { command: "npx", args: ["x", ...args] } } });
    for (const place of [
      "/etc",
      "/",
      join(root, "harmless"),
      "../../../../../../../../etc",
      "/etc/passwd",
      "/var/lib/docker",
    ]) {
      const { all, config } = await importAll(at(place), { access: async () => "read-write" });
      assert.match(all[0]?.why ?? "", /cannot be lent|is not there/, place);
      assert.deepEqual([config, tree()], [[], ["taken"]], place);
    }
  });
});
