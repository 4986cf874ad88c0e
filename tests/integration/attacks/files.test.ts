import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/client";
import { inside } from "../../support/attacks/probe";
import { connect, type Fleet, theFleet, transport } from "../../support/fleet/fleet";

/** Only these tests' own: inside the workspace, and what their links lead to. */
const ID = `attack-${process.pid}-${Date.now()}`;
const OWN = `/workspace/${ID}`;
/** Writable for the server's user, outside the workspace: what an attack could really change. */
const VICTIM = `/tmp/${ID}`;
const SECRET = `secret of ${ID}`;

/** Links and files that somebody with access to the volume may have put there. */
const PREPARE = `
const fs = require("node:fs");
fs.mkdirSync("${OWN}/inner", { recursive: true });
fs.writeFileSync("${OWN}/allowed.txt", "allowed");
fs.mkdirSync("${VICTIM}/folder", { recursive: true });
fs.writeFileSync("${VICTIM}/file.txt", "${SECRET}");
fs.symlinkSync("${VICTIM}/file.txt", "${OWN}/to-file");
fs.symlinkSync("${VICTIM}", "${OWN}/to-folder");
fs.symlinkSync("../../tmp/${ID}/file.txt", "${OWN}/relative");
fs.symlinkSync("${OWN}/to-file", "${OWN}/chain");
fs.symlinkSync("${VICTIM}/new.txt", "${OWN}/dangling");
fs.symlinkSync("/", "${OWN}/root");
fs.symlinkSync("/proc/self/environ", "${OWN}/environ");
fs.symlinkSync("allowed.txt", "${OWN}/good");`;

const REMOVE = `
const fs = require("node:fs");
for (const path of ["${OWN}", "${VICTIM}"]) fs.rmSync(path, { recursive: true, force: true });`;

/** What is in the folder that no attack may touch. */
const LOOK = `
const fs = require("node:fs");
const names = fs.readdirSync("${VICTIM}", { recursive: true }).sort();
console.log(JSON.stringify([names, fs.readFileSync("${VICTIM}/file.txt", "utf8")]));`;

/** Paths that lead outside, however they are written. */
const PATHS: Record<string, string> = {
  "an absolute path": "/etc/passwd",
  "the parent folder": "/workspace/../etc/passwd",
  "many parents": `${OWN}/../../../../../../etc/passwd`,
  "dots between": "/workspace/./inner/.././../etc/passwd",
  "a relative path": "../etc/passwd",
  "a prefix twin": "/workspace-evil",
  "a prefix twin through a parent": "/workspace/../workspace-evil/x",
  "a link to a file": `${OWN}/to-file`,
  "a relative link": `${OWN}/relative`,
  "a link to a link": `${OWN}/chain`,
  "a link to a folder": `${OWN}/to-folder`,
  "a file behind a link": `${OWN}/to-folder/file.txt`,
  "a link to the root": `${OWN}/root/etc/passwd`,
  "a link to the root, and back again": `${OWN}/root/workspace/../etc/passwd`,
  "a link to the environment": `${OWN}/environ`,
  "the process's environment": "/proc/self/environ",
  "the process's root": "/proc/self/root/etc/passwd",
  "the process's folder": "/proc/self/cwd/../etc/passwd",
  "the session's socket": "/run/mcp/session.sock",
  "a NUL byte": "/workspace/\0/../../etc/passwd",
  "a NUL byte at the end": "/etc/passwd\0/workspace",
  "the home folder": "~/../etc/passwd",
  "a double slash": "//etc/passwd",
  "the server's own program": "/app/dist/start.js",
  "the victim itself": `${VICTIM}/file.txt`,
};

/** Every tool that takes a path, with that path. */
const TOOLS: Record<string, (path: string) => Record<string, unknown>> = {
  read_text_file: (path) => ({ path }),
  read_file: (path) => ({ path }),
  read_media_file: (path) => ({ path }),
  get_file_info: (path) => ({ path }),
  list_directory: (path) => ({ path }),
  list_directory_with_sizes: (path) => ({ path }),
  directory_tree: (path) => ({ path }),
  search_files: (path) => ({ path, pattern: "*" }),
  write_file: (path) => ({ path, content: "overwritten" }),
  edit_file: (path) => ({ path, edits: [{ oldText: "secret", newText: "overwritten" }] }),
  create_directory: (path) => ({ path: `${path}/made` }),
};

const LEAKS = new RegExp(`root:x:0|${SECRET}|HOME=/tmp|-----BEGIN|overwritten`);

describe("attacks on the files server", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  let client: Client;
  let untouched: string;

  const call = async (name: string, args: Record<string, unknown>, by = client) => {
    const result = await by.callTool({ name, arguments: args });
    const content = result.content as { text?: string }[];
    return { text: content.map((part) => part.text ?? "").join("\n"), isError: result.isError === true };
  };
  const victim = (): Promise<string> => inside(fleet, "mcp-files", "node", LOOK);

  before(async () => {
    fleet = await theFleet();
    await inside(fleet, "mcp-files", "node", PREPARE);
    untouched = await victim();
    client = await connect(fleet, "files");
  });
  after(async () => {
    await client?.close();
    if (fleet) await inside(fleet, "mcp-files", "node", REMOVE);
  });

  it("the tools work where they may, a link that stays inside too", async () => {
    assert.equal((await call("read_text_file", { path: `${OWN}/good` })).text, "allowed");
    assert.match((await call("list_directory", { path: OWN })).text, /allowed\.txt/);
    assert.equal((await call("create_directory", { path: `${OWN}/inner/made` })).isError, false);
  });

  it("what the attacks aim at is there, readable and writable for the server's user", async () => {
    const read = `console.log(require("node:fs").readFileSync("${OWN}/to-folder/file.txt", "utf8"))`;
    assert.equal(await inside(fleet, "mcp-files", "node", read), SECRET);
    const write = `require("node:fs").writeFileSync("${OWN}/dangling", ""); require("node:fs").rmSync("${VICTIM}/new.txt")`;
    await inside(fleet, "mcp-files", "node", write);
    assert.match(
      await inside(fleet, "mcp-files", "node", 'process.stdout.write(require("fs").readFileSync("/etc/passwd"))'),
      LEAKS,
    );
  });

  for (const [what, path] of Object.entries(PATHS)) {
    it(`refuses ${what}: ${JSON.stringify(path.replaceAll(ID, "ID"))}, with every tool`, async () => {
      for (const [tool, args] of Object.entries(TOOLS)) {
        const { text, isError } = await call(tool, args(path));
        assert.ok(isError, `${tool} answered: ${text}`);
        // Not just: no such file. Below what is a file there can be no folder, whatever the rights.
        assert.match(text, tool === "create_directory" ? /Access denied|ENOTDIR/ : /Access denied/, `${tool}: ${text}`);
        assert.doesNotMatch(text, LEAKS, tool);
      }
      const many = await call("read_multiple_files", { paths: [path, `${OWN}/allowed.txt`] });
      assert.match(many.text, /allowed/); // one refused file does not hide the others
      assert.doesNotMatch(many.text, LEAKS);
      for (const move of [
        { source: path, destination: `${OWN}/stolen` },
        { source: `${OWN}/allowed.txt`, destination: path },
      ]) {
        const { text, isError } = await call("move_file", move);
        assert.ok(isError, `move_file answered: ${text}`);
      }
      assert.equal(await victim(), untouched);
    });
  }

  it("refuses to write through a link that leads to no file yet", async () => {
    const { text, isError } = await call("write_file", { path: `${OWN}/dangling`, content: "overwritten" });
    assert.ok(isError, text);
    assert.equal(await victim(), untouched);
  });

  it("takes what only looks like a way out for a name", async () => {
    assert.ok((await call("read_text_file", { path: "file:///etc/passwd" })).isError);
    assert.equal((await call("create_directory", { path: `${OWN}/%2e%2e/%2e%2e/..\\made` })).isError, false);
    const look = `console.log(require("node:fs").readdirSync("${OWN}/%2e%2e/%2e%2e").join())`;
    assert.equal(await inside(fleet, "mcp-files", "node", look), "..\\made");
  });

  it("does not follow links when it searches or draws the tree", async () => {
    const tree = await call("directory_tree", { path: OWN });
    assert.doesNotMatch(tree.text, /file\.txt|passwd/);
    const found = await call("search_files", { path: OWN, pattern: "**/file.txt" });
    assert.doesNotMatch(found.text, /to-folder/);
  });

  it("keeps to its folder when the client names roots of its own", async () => {
    const asked: string[] = [];
    const rooted = new Client(
      { name: "dind-mcp-test", version: "1" },
      { capabilities: { roots: { listChanged: true } } },
    );
    rooted.setRequestHandler("roots/list", async ({ method }) => {
      asked.push(method);
      return { roots: [{ uri: "file:///etc" }, { uri: "file:///" }] };
    });
    try {
      await rooted.connect(transport(fleet, "files"));
      await rooted.sendRootsListChanged();
      await new Promise((resolve) => setTimeout(resolve, 1_000)); // time enough to follow them
      assert.equal((await call("list_allowed_directories", {}, rooted)).text, "Allowed directories:\n/workspace");
      const { text, isError } = await call("read_text_file", { path: "/etc/passwd" }, rooted);
      assert.ok(isError, text);
      assert.deepEqual(asked, []);
    } finally {
      await rooted.close();
    }
  });
});
