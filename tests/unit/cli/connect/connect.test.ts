import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { clientConfig, targets } from "../../../../api/client-configs";
import { CLIENTS, type ClientName, type ClientScope, SCOPES } from "../../../../cli/connect/clients";
import { connect, connections, disconnect, entriesOf } from "../../../../cli/connect/connect";
import { fileOf } from "../../../../cli/connect/file-of";
import { clientFile, isInstalled, type Place, placeNote } from "../../../../cli/connect/places";
import { Records } from "../../../../cli/connect/records";
import { clientToken } from "../../../../cli/connect/token";

const TOKEN = "a-token-that-must-not-show";
const all = targets("http://127.0.0.1:18080", [], "all");

/** A file of each kind, with something of its user's. */
const BEFORE = {
  json: '{\n  "other": 1 // mine\n}\n',
  toml: "other = 1 # mine\n",
  yaml: "other: 1 # mine\n",
};

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
        format: "json",
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

  it("of every client: an entry comes, and goes again to the byte; a token is in it only when it was given", () => {
    for (const client of CLIENTS) {
      for (const token of [undefined, TOKEN]) {
        const made = clientConfig(client, all, { token });
        const path = file(`${client}.${made.format}`);
        const before = BEFORE[made.format];
        fs.writeFileSync(path, before, { mode: 0o644 });
        const secret = token !== undefined;
        const one = { client, format: made.format, file: path, stack: "dev", entries: entriesOf(made), secret };
        assert.equal(connect({ ...one, force: false, dryRun: false }, records).change, "changed", client);
        const text = fs.readFileSync(path, "utf8");
        assert.equal(text.includes(TOKEN), secret, text);
        assert.equal(mode(path), secret ? "600" : "644");
        assert.match(text, /127\.0\.0\.1:18080\/mcp/);
        assert.ok(text.includes("mine"), text);
        assert.deepEqual(undo(), ["restored"]);
        assert.equal(fs.readFileSync(path, "utf8"), before);
        assert.equal(mode(path), "644");
      }
    }
  });

  it("a file that is made begins with what its client needs, and goes again whatever the client did to its layout", () => {
    const made = clientConfig("continue", all);
    const { format, begin } = made;
    const one = {
      client: "continue" as const,
      file: file("c.yaml"),
      stack: "dev",
      entries: entriesOf(made),
      format,
      begin,
    };
    connect({ ...one, secret: false, force: false, dryRun: false }, records);
    const text = fs.readFileSync(file("c.yaml"), "utf8");
    assert.match(text, /^name: Local\nversion: 1\.0\.0\nschema: v1\nmcpServers:\n {2}- name: dind-mcp\n/);
    fs.writeFileSync(file("c.yaml"), `${text}\n`);
    assert.deepEqual(undo(), ["removed"]);
    assert.deepEqual(tree(), ["state"]);
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

  it("know the files of every other client, and the variables that move them", () => {
    const linux: Place = { platform: "linux", home: "/h", folder: "/p", env: {}, exists: () => false };
    const files = (client: ClientName, more: Partial<Place> = {}) =>
      SCOPES.map((scope) => clientFile(client, scope, { ...linux, ...more }));
    const user = (client: ClientName, more: Partial<Place>) => clientFile(client, "user", { ...linux, ...more });
    const xdg = { env: { XDG_CONFIG_HOME: "/c" } };

    assert.deepEqual(files("gemini-cli"), ["/h/.gemini/settings.json", "/p/.gemini/settings.json"]);
    assert.equal(user("gemini-cli", { env: { GEMINI_CLI_HOME: "/g" } }), "/g/.gemini/settings.json");
    assert.deepEqual(files("qwen-code"), ["/h/.qwen/settings.json", "/p/.qwen/settings.json"]);
    assert.equal(user("qwen-code", { env: { QWEN_HOME: "/q" } }), "/q/settings.json");
    const cline = "settings/cline_mcp_settings.json";
    assert.deepEqual(files("cline"), [`/h/.cline/data/${cline}`, undefined]);
    assert.equal(user("cline", { env: { CLINE_DIR: "/x" } }), `/x/data/${cline}`);
    assert.equal(user("cline", { env: { CLINE_DIR: "/x", CLINE_DATA_DIR: "/y" } }), `/y/${cline}`);
    assert.equal(user("cline", { env: { CLINE_MCP_SETTINGS_PATH: "/z.json" } }), "/z.json");
    assert.equal(user("mcporter", { env: { MCPORTER_CONFIG: "/m.json" } }), "/m.json");
    assert.deepEqual(files("copilot"), ["/h/.copilot/mcp-config.json", undefined]);
    assert.equal(user("copilot", { env: { COPILOT_HOME: "/o" } }), "/o/mcp-config.json");
    assert.deepEqual(files("opencode"), ["/h/.config/opencode/opencode.json", "/p/opencode.json"]);
    assert.equal(user("opencode", { ...xdg, platform: "darwin" }), "/c/opencode/opencode.json");
    const commented = { exists: (file: string) => file.endsWith(".jsonc") };
    assert.deepEqual(files("opencode", commented), ["/h/.config/opencode/opencode.jsonc", "/p/opencode.jsonc"]);
    assert.deepEqual(files("codex"), ["/h/.codex/config.toml", undefined]);
    assert.equal(user("codex", { env: { CODEX_HOME: "/x" } }), "/x/config.toml");
    assert.deepEqual(files("continue"), ["/h/.continue/config.yaml", undefined]);
    assert.equal(user("continue", { env: { CONTINUE_GLOBAL_DIR: "/x" } }), "/x/config.yaml");
    assert.deepEqual(files("goose", xdg), ["/c/goose/config.yaml", undefined]);
    assert.equal(user("goose", { env: { GOOSE_PATH_ROOT: "/x" } }), "/x/config/config.yaml");
    assert.deepEqual(files("crush"), ["/h/.config/crush/crush.json", "/p/crush.json"]);
    assert.deepEqual(files("zed", xdg), ["/c/zed/settings.json", undefined]);
    assert.deepEqual(files("windsurf"), ["/h/.codeium/windsurf/mcp_config.json", undefined]);
    assert.deepEqual(files("kiro"), ["/h/.kiro/settings/mcp.json", "/p/.kiro/settings/mcp.json"]);
    assert.deepEqual(files("warp"), ["/h/.warp/.mcp.json", "/p/.warp/.mcp.json"]);
    assert.deepEqual(files("lm-studio"), ["/h/.lmstudio/mcp.json", undefined]);
    const roo = "User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json";
    assert.deepEqual(files("roo"), [`/h/.config/Code/${roo}`, "/p/.roo/mcp.json"]);
    assert.equal(user("roo", { platform: "darwin" }), `/h/Library/Application Support/Code/${roo}`);
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

  it("are installed when a program or a folder of theirs is there, and only then", () => {
    const at = (...paths: string[]): Place => ({
      ...{ platform: "linux", home: "/h", folder: "/p" },
      env: { PATH: "/bin:relative::/usr/bin" },
      exists: (path) => paths.includes(path),
    });
    const installed = (...paths: string[]) => CLIENTS.filter((client) => isInstalled(client, at(...paths)));
    assert.deepEqual(installed("/h", "/h/.config", "/p", "relative/codex", "/bin", "/h/.gemini"), []);
    assert.deepEqual(installed("/usr/bin/codex", "/bin/gemini", "/usr/bin/cn"), ["codex", "continue", "gemini-cli"]);
    assert.deepEqual(installed("/h/.claude.json"), ["claude-code"]);
    assert.deepEqual(installed("/h/.codeium/windsurf", "/h/.config/zed"), ["windsurf", "zed"]);
    assert.deepEqual(installed("/h/.config/Code/User"), ["vscode"], "without its extension");
    assert.deepEqual(installed("/bin/goose", "/bin/copilot"), [], "names of other programs");
    const every = CLIENTS.map((client) => dirname(clientFile(client, "user", at()) ?? ""));
    const more = ["/h/.cline", "/h/.kiro", "/h/.claude", "/h/.gemini/settings.json"];
    const extension = "/h/.config/Code/User/globalStorage/rooveterinaryinc.roo-cline";
    assert.deepEqual(installed(...every, ...more, extension), CLIENTS);
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
