import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { parse } from "yaml";
import { type Fleet, theFleet } from "../../support/fleet/fleet";
import { cli, mustCli } from "../../support/fleet/stack";

interface HttpEntry {
  url: string;
  headers: { Authorization: string };
}

/** Names of the tools that a client of this configuration gets. */
async function toolsBy(transport: Transport): Promise<string[]> {
  const client = new Client({ name: "dind-mcp-test", version: "1" });
  try {
    await client.connect(transport);
    return (await client.listTools()).tools.map(({ name }) => name);
  } finally {
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
    await client.close();
  }
}

function overHttp({ url, headers }: HttpEntry, variables: Record<string, string> = {}): Promise<string[]> {
  const filled = headers.Authorization.replace(
    /\$\{(?:env:|input:)?([^}]+)\}/,
    (_, name: string) => variables[name] ?? "",
  );
  return toolsBy(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: filled } } }),
  );
}

describe("dind-mcp connect and disconnect, on a real stack", function () {
  this.timeout(180_000);
  let fleet: Fleet;
  let folder: string;
  before(async function () {
    this.timeout(600_000); // by itself, this file waits for the whole fleet
    fleet = await theFleet();
    folder = await mkdtemp(join(tmpdir(), "connect-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const read = async (file: string) => JSON.parse(await readFile(file, "utf8"));
  const token = () => fleet.outputs.tokens.mcp as string;

  it("claude-code: the entry works with the token in its variable, and goes again to the byte", async () => {
    const file = join(folder, ".mcp.json");
    const before = '{\n\t"mcpServers": { "other": {"command": "true"} } // mine\n}\n';
    await writeFile(file, before);
    assert.match(
      await mustCli(fleet.stack, "connect", "claude-code", "--file", file),
      /claude-code: .*: added: dind-mcp\n/,
    );
    const text = await readFile(file, "utf8");
    assert.ok(text.includes('"other": {"command": "true"}') && text.includes("// mine") && !text.includes(token()));
    const { mcpServers } = JSON.parse(text.replace("// mine", ""));
    const tools = await overHttp(mcpServers["dind-mcp"], { DIND_MCP_TOKEN: token() });
    assert.ok(tools.includes("files__read_text_file"), String(tools));
    assert.match(await mustCli(fleet.stack, "connect", "claude-code", "--file", file), /nothing to change/);
    assert.match(await mustCli(fleet.stack, "disconnect", "claude-code"), /as it was before/);
    assert.equal(await readFile(file, "utf8"), before);
    assert.match(await mustCli(fleet.stack, "disconnect", "claude-code"), /not connected: nothing to do/);
  });

  it("cursor and vscode: chosen servers, each with its token from where the client has it", async () => {
    const file = join(folder, "cursor.json");
    await mustCli(fleet.stack, "connect", "cursor", "--file", file, "--mode", "each", "--servers", "files,http");
    const { mcpServers } = await read(file);
    assert.deepEqual(Object.keys(mcpServers), ["files", "http"]);
    assert.ok((await overHttp(mcpServers.files, { DIND_MCP_TOKEN: token() })).includes("read_text_file"));

    const code = join(folder, "vscode.json");
    await mustCli(fleet.stack, "connect", "vscode", "--file", code, "--name", "team");
    const { inputs, servers } = await read(code);
    assert.deepEqual(
      inputs.map(({ id, password }: { id: string; password: boolean }) => [id, password]),
      [["team-token", true]],
    );
    assert.ok((await overHttp(servers.team, { "team-token": token() })).includes("files__read_text_file"));

    const done = JSON.parse(await mustCli(fleet.stack, "disconnect", "--all", "--json"));
    assert.deepEqual(
      done.map(({ client, change }: { client: string; change: string }) => `${client} ${change}`).sort(),
      ["cursor removed", "vscode removed"],
    );
  });

  it("claude-desktop: the file holds the token, for its owner alone; the bridge in it works", async () => {
    const file = join(folder, "claude_desktop_config.json");
    const result = await cli(fleet.stack, "connect", "claude-desktop", "--file", file, "--json");
    assert.equal(result.code, 0, result.stderr);
    assert.ok(!(result.stdout + result.stderr).includes(token()), "no token in what is printed");
    assert.equal(JSON.parse(result.stdout).change, "created");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const { command, args, env } = (await read(file)).mcpServers["dind-mcp"];
    const npx = new StdioClientTransport({
      command,
      args,
      env: { ...(process.env as Record<string, string>), ...env },
      stderr: "ignore",
    });
    assert.ok((await toolsBy(npx)).includes("files__read_text_file"));
    await mustCli(fleet.stack, "disconnect", "claude-desktop");
    await assert.rejects(stat(file), /ENOENT/);
  });

  it("a dry run writes nothing and shows no token; the list tells who is connected", async () => {
    const file = join(folder, "mcp.json");
    const shown = await mustCli(fleet.stack, "connect", "cursor", "--file", file, "--with-token", "--dry-run");
    assert.match(shown, /would be: file created[\s\S]*Bearer TOKEN mcp/);
    assert.ok(!shown.includes(token()));
    await assert.rejects(stat(file), /ENOENT/);
    await mustCli(fleet.stack, "connect", "cursor", "--file", file, "--with-token");
    assert.ok((await overHttp((await read(file)).mcpServers["dind-mcp"])).includes("files__read_text_file"));
    assert.match(await mustCli(fleet.stack, "connect"), new RegExp(`^cursor +(yes|no) +yes +${file}$`, "m"));
    await mustCli(fleet.stack, "disconnect", "cursor", "--file", file);
    assert.doesNotMatch(await mustCli(fleet.stack, "connect", "--list"), / yes +\//);
  });

  it("--all: the installed clients and no other, in JSON, TOML and YAML; each is undone to the byte", async () => {
    const home = join(folder, "home");
    const before = {
      ".codex/config.toml": 'model = "m" # mine\n[mcp_servers.mine]\ncommand = "true"\n',
      ".config/goose/config.yaml": "extensions:\n  mine: { enabled: false } # mine\n",
      ".gemini/settings.json": '{ "ui": {} /* mine */ }\n',
      ".config/zed/settings.json": "{",
    };
    for (const [path, text] of Object.entries(before)) {
      await mkdir(dirname(join(home, path)), { recursive: true });
      await writeFile(join(home, path), text);
    }
    const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
    const places = { HOME: home, XDG_CONFIG_HOME: undefined, CODEX_HOME: undefined, GOOSE_PATH_ROOT: undefined };
    const env = { DIND_MCP_CACHE: join(cache, "dind-mcp"), ...fleet.stack.env, ...places };
    const stack = { ...fleet.stack, env };
    const result = await cli(stack, "connect", "--all", "--json");
    assert.equal(result.code, 2, `Zed's file is broken: ${result.stderr}`);
    assert.ok(!(result.stdout + result.stderr).includes(token()), "no token in what is printed");
    const done = JSON.parse(result.stdout) as { client: string; change: string; error?: string }[];
    const changes = new Map(done.map(({ client, change, error }) => [client, error ?? change]));
    for (const client of ["codex", "goose", "gemini-cli"]) assert.equal(changes.get(client), "changed", client);
    assert.match(changes.get("zed") ?? "", /settings\.json:1:2/);
    for (const client of ["roo", "copilot"]) assert.ok(!changes.has(client), `${client} has no folder there`);

    const codex = await readFile(join(home, ".codex/config.toml"), "utf8");
    const url = `${fleet.outputs.endpoints.api}/mcp`;
    const table = `[mcp_servers.dind-mcp]\nurl = "${url}"\nbearer_token_env_var = "DIND_MCP_TOKEN"\n`;
    assert.equal(codex, `${before[".codex/config.toml"]}\n${table}`);
    const goose = await readFile(join(home, ".config/goose/config.yaml"), "utf8");
    const { uri, headers } = parse(goose).extensions["dind-mcp"];
    assert.ok((await overHttp({ url: uri, headers }, { DIND_MCP_TOKEN: token() })).includes("files__read_text_file"));

    await mustCli(stack, "disconnect", "--all");
    for (const [path, text] of Object.entries(before)) assert.equal(await readFile(join(home, path), "utf8"), text);
  });

  it("one of them is at work at a time", async () => {
    const state = fleet.stack.folder;
    const holder = spawn("flock", ["--no-fork", join(state, "connect.lock"), "sh", "-c", "echo held; exec sleep 60"]);
    const env = { ...fleet.stack.env, DIND_MCP_STATE: state, DIND_MCP_STACK: fleet.stack.name };
    try {
      await once(holder.stdout, "data");
      const second = spawn(join(__dirname, "../../../bin/dind-mcp"), ["disconnect", "--all"], { env });
      const [said] = (await once(second.stderr, "data")) as [Buffer];
      assert.match(String(said), /another dind-mcp is at work \(changing a client's configuration\); waiting for it/);
      assert.equal(second.exitCode, null);
      holder.kill();
      assert.deepEqual(await once(second, "close"), [0, null]);
    } finally {
      holder.kill();
    }
  });

  it("bad input is an error that says what to do, and changes nothing", async () => {
    const file = join(folder, "broken.json");
    await writeFile(file, '{\n  "mcpServers": {,}\n}');
    const fails = async (code: number, message: RegExp, ...args: string[]) => {
      const result = await cli(fleet.stack, ...args);
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, message);
      assert.equal(result.stdout, "");
    };
    await fails(2, /broken\.json:2:18: \(the file\): got Value Expected/, "connect", "cursor", "--file", file);
    assert.equal(await readFile(file, "utf8"), '{\n  "mcpServers": {,}\n}');
    await fails(2, /Allowed choices are claude-code, claude-desktop, .*vscode/, "connect", "emacs");
    await fails(
      2,
      /claude-desktop has a file for the whole user alone/,
      "connect",
      "claude-desktop",
      "--scope",
      "project",
    );
    await fails(2, /--name: got "A b"/, "connect", "cursor", "--name", "A b");
    await fails(2, /--mode each/, "connect", "cursor", "--servers", "files");
    await fails(
      5,
      /got gone, expected servers/,
      "connect",
      "cursor",
      "--file",
      file,
      "--mode",
      "each",
      "--servers",
      "gone",
    );
    await fails(5, /--token: got "read"/, "connect", "cursor", "--file", file, "--token", "read");
    await fails(2, /name a client, or --all/, "disconnect");
    await fails(2, /expected one of: a client, --all, --list/, "connect", "cursor", "--all");
  });
});
