import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientConfig, targets } from "../../../../api/client-configs";
import { type ClientName, type ClientScope, clientFile, type Place, placeNote } from "../../../../cli/connect/clients";
import { connect, connections, disconnect, entriesOf } from "../../../../cli/connect/connect";
import { fileOf } from "../../../../cli/connect/file-of";
import { Records } from "../../../../cli/connect/records";
import { clientToken } from "../../../../cli/connect/token";

const TOKEN = "a-token-that-must-not-show";
const all = targets("http://127.0.0.1:18080", [], "all");

describe("connect: files", () => {
  let folder: string;
  let records: Records;
  beforeEach(() => {
    folder = fs.mkdtempSync(join(tmpdir(), "connect-"));
    records = new Records(join(folder, "state"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const file = (...parts: string[]) => join(folder, ...parts);
  const mode = (path: string) => (fs.statSync(path).mode & 0o777).toString(8);
  const go = (path: string, more: { token?: string; dryRun?: boolean; stack?: string; force?: boolean } = {}) =>
    connect(
      {
        client: "cursor",
        file: path,
        stack: more.stack ?? "dev",
        entries: entriesOf(clientConfig("cursor", all, more.token ? { token: more.token } : {})),
        secret: more.token !== undefined,
        force: more.force ?? false,
        dryRun: more.dryRun ?? false,
      },
      records,
    ).change;
  const undo = (stack = "dev") =>
    connections(stack, records).map((one) => disconnect(one, stack, false, records).change);
  const tree = () => fs.readdirSync(folder, { recursive: true }).sort();

  it("makes the file with its folders, and removes them again", () => {
    assert.equal(go(file("a/b/mcp.json")), "created");
    assert.equal(go(file("a/b/mcp.json")), "none");
    assert.ok("dind-mcp" in JSON.parse(fs.readFileSync(file("a/b/mcp.json"), "utf8")).mcpServers);
    assert.deepEqual(undo(), ["removed"]);
    assert.deepEqual(tree(), ["state"]);
    assert.deepEqual(undo(), [], "twice is once");
  });

  it("leaves a folder that somebody else uses since", () => {
    go(file("a/b/mcp.json"));
    fs.writeFileSync(file("a/other"), "");
    undo();
    assert.deepEqual(tree(), ["a", "a/other", "state"]);
  });

  it("with a token the file and the record are their owner's alone; the permissions come back", () => {
    fs.writeFileSync(file("mcp.json"), '{"x": 1}', { mode: 0o644 });
    assert.equal(go(file("mcp.json"), { token: TOKEN }), "changed");
    assert.match(fs.readFileSync(file("mcp.json"), "utf8"), new RegExp(`Bearer ${TOKEN}`));
    assert.equal(mode(file("mcp.json")), "600");
    const [record = ""] = fs.readdirSync(file("state"));
    assert.equal(mode(file("state", record)), "600");
    assert.equal(mode(file("state")), "700");
    assert.deepEqual(undo(), ["restored"]);
    assert.equal(fs.readFileSync(file("mcp.json"), "utf8"), '{"x": 1}');
    assert.equal(mode(file("mcp.json")), "644");
    assert.deepEqual(fs.readdirSync(file("state")), []);
  });

  it("keeps permissions, owner and links", () => {
    fs.mkdirSync(file("dotfiles"));
    fs.writeFileSync(file("dotfiles/mcp.json"), "{}", { mode: 0o640 });
    fs.chmodSync(file("dotfiles/mcp.json"), 0o664); // wider than the umask lets a new file be
    if (process.getuid?.() === 0) fs.chownSync(file("dotfiles/mcp.json"), 12_345, 12_346);
    fs.symlinkSync("dotfiles/mcp.json", file("mcp.json"));
    const owner = fs.statSync(file("mcp.json")).uid;
    go(file("mcp.json"));
    assert.equal(go(file("dotfiles/mcp.json")), "none", "by any of its names");
    assert.ok(fs.lstatSync(file("mcp.json")).isSymbolicLink());
    assert.match(fs.readFileSync(file("dotfiles/mcp.json"), "utf8"), /dind-mcp/);
    assert.equal(mode(file("dotfiles/mcp.json")), "664");
    assert.equal(fs.statSync(file("mcp.json")).uid, owner);
    undo();
    assert.equal(fs.readFileSync(file("mcp.json"), "utf8"), "{}");
    assert.equal(fs.statSync(file("mcp.json")).uid, owner);
  });

  it("a link whose file is not there yet, and a linked folder", () => {
    fs.mkdirSync(file("real"));
    fs.symlinkSync("real/mcp.json", file("mcp.json"));
    fs.symlinkSync("real", file("linked"));
    assert.equal(go(file("mcp.json")), "created");
    assert.equal(go(file("linked/mcp.json")), "none");
    assert.deepEqual(undo(), ["removed"]);
    assert.deepEqual(fs.readdirSync(file("real")), []);
    assert.ok(fs.lstatSync(file("mcp.json")).isSymbolicLink());
  });

  it("changes nothing when it is broken, not UTF-8, a folder, or just looked at", () => {
    fs.mkdirSync(file("folder"));
    for (const [bytes, error] of [
      [Buffer.from('{"a": '), /mcp\.json:1:7: \(the file\): got Value Expected, expected JSON/],
      [Buffer.from("\uFEFF{}", "utf16le"), /bytes that are not UTF-8/],
    ] as const) {
      fs.writeFileSync(file("mcp.json"), bytes);
      assert.throws(() => go(file("mcp.json")), error);
      assert.deepEqual(fs.readFileSync(file("mcp.json")), bytes);
    }
    assert.throws(() => go(file("folder")), /got a folder, expected a text file/);
    assert.equal(go(file("new/mcp.json"), { dryRun: true }), "created");
    assert.deepEqual(tree(), ["folder", "mcp.json"]);
  });

  it("remembers nothing of a file that could not be written", () => {
    fs.mkdirSync("/proc/self", { recursive: true });
    assert.throws(() => go("/proc/self/nowhere/mcp.json"));
    assert.deepEqual(connections("dev", records), []);
  });

  it("a broken file is not undone, and stays connected", () => {
    go(file("mcp.json"));
    fs.appendFileSync(file("mcp.json"), "}");
    assert.throws(() => undo(), /End Of File Expected/);
    assert.equal(connections("dev", records).length, 1);
  });

  it("a crash between the record and the file does no harm", () => {
    fs.writeFileSync(file("mcp.json"), "{ }");
    go(file("mcp.json"));
    fs.writeFileSync(file("mcp.json"), "{ }"); // as if it had not come to it
    assert.deepEqual(undo(), ["none"]);
    assert.equal(fs.readFileSync(file("mcp.json"), "utf8"), "{ }");
  });
});

describe("connect: clients and tokens", () => {
  it("know where each client has its file", () => {
    const linux: Place = { platform: "linux", home: "/h", folder: "/p", env: {}, exists: () => false };
    assert.equal(clientFile("claude-desktop", "user", linux), "/h/.config/Claude/claude_desktop_config.json");
    assert.equal(clientFile("claude-desktop", "project", linux), undefined);
    assert.equal(clientFile("vscode", "user", { ...linux, env: { XDG_CONFIG_HOME: "/c" } }), "/c/Code/User/mcp.json");
    assert.equal(clientFile("vscode", "project", linux), "/p/.vscode/mcp.json");
    assert.equal(clientFile("claude-code", "user", linux), "/h/.claude.json");
    assert.equal(clientFile("claude-code", "project", linux), "/p/.mcp.json");
    assert.equal(clientFile("cursor", "user", linux), "/h/.cursor/mcp.json");
    const mac: Place = { ...linux, platform: "darwin", env: { XDG_CONFIG_HOME: "/c" } };
    assert.equal(
      clientFile("claude-desktop", "user", mac),
      "/h/Library/Application Support/Claude/claude_desktop_config.json",
    );
  });

  it("go by the client's own variables, for the user's file alone (B36)", () => {
    const at = (client: ClientName, env: NodeJS.ProcessEnv, more: Partial<Place> = {}, scope: ClientScope = "user") =>
      clientFile(client, scope, { platform: "linux", home: "/h", folder: "/p", env, exists: () => false, ...more });
    assert.equal(at("claude-code", { CLAUDE_CONFIG_DIR: "/c" }), "/c/.claude.json");
    assert.equal(at("claude-code", { CLAUDE_CONFIG_DIR: "" }), "/h/.claude.json");
    assert.equal(at("claude-code", { CLAUDE_CONFIG_DIR: "/c" }, {}, "project"), "/p/.mcp.json");
    const has = (file: string) => ({ exists: (one: string) => one === file });
    assert.equal(at("claude-code", {}, has("/h/.claude/.config.json")), "/h/.claude/.config.json", "the older file");
    assert.equal(at("claude-code", { CLAUDE_CONFIG_DIR: "/c" }, has("/c/.config.json")), "/c/.config.json");
    assert.equal(at("claude-code", { CLAUDE_CONFIG_DIR: "/c" }, has("/h/.claude/.config.json")), "/c/.claude.json");
    for (const platform of ["linux", "darwin"] as const) {
      const place = { platform };
      assert.equal(at("claude-desktop", { CLAUDE_USER_DATA_DIR: "/d" }, place), "/d/claude_desktop_config.json");
      assert.equal(at("vscode", { VSCODE_PORTABLE: "/v" }, place), "/v/user-data/User/mcp.json");
      assert.equal(at("vscode", { VSCODE_APPDATA: "/a", XDG_CONFIG_HOME: "/c" }, place), "/a/Code/User/mcp.json");
    }
    assert.equal(at("cursor", { CURSOR_CONFIG_DIR: "/c" }), "/h/.cursor/mcp.json");
  });

  it("say which variable it was", () => {
    assert.match(placeNote("claude-code", "user", { CLAUDE_CONFIG_DIR: "/c" }) ?? "", /^CLAUDE_CONFIG_DIR says where/);
    assert.match(
      placeNote("vscode", "user", { VSCODE_PORTABLE: "/v", VSCODE_APPDATA: "/a" }) ?? "",
      /^VSCODE_PORTABLE/,
    );
    assert.match(placeNote("cursor", "user", { CURSOR_CONFIG_DIR: "/c" }) ?? "", /give --file/);
    assert.equal(placeNote("claude-code", "project", { CLAUDE_CONFIG_DIR: "/c" }), undefined);
    assert.equal(placeNote("cursor", "user", { CLAUDE_CONFIG_DIR: "/c" }), undefined);
  });

  it("are looked for where the environment says", () => {
    const { CLAUDE_CONFIG_DIR: before } = process.env;
    process.env.CLAUDE_CONFIG_DIR = "profile";
    try {
      assert.equal(fileOf("claude-code", { scope: "user" }), join(process.cwd(), "profile/.claude.json"));
    } finally {
      if (before === undefined) delete process.env.CLAUDE_CONFIG_DIR;
      else process.env.CLAUDE_CONFIG_DIR = before;
    }
  });

  it("prefer the token that sees all and may do the least", () => {
    const admin = { name: "admin", scopes: ["mcp", "read", "admin"] };
    const some = { name: "some", scopes: ["mcp"], servers: ["files"] };
    const mcp = { name: "mcp", scopes: ["mcp"] };
    const read = { name: "read", scopes: ["read"] };
    const pick = (tokens: object[], wanted?: string) =>
      clientToken(tokens as Parameters<typeof clientToken>[0], wanted).name;
    assert.equal(pick([admin, some, read, mcp]), "mcp");
    assert.equal(pick([some, admin]), "admin");
    assert.equal(pick([some, admin], "some"), "some");
    assert.throws(() => pick([some, read], "read"), /--token: got "read", expected a token with the scope mcp: some/);
    assert.throws(() => pick([read]), /no token of the stack has the scope mcp/);
  });
});
