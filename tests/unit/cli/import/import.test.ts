import assert from "node:assert/strict";
import type { Recipe } from "../../../../cli/add/recipes";
import type { ClientServer } from "../../../../cli/import/client-server";
import { clientServers } from "../../../../cli/import/entries";
import type { Understood } from "../../../../cli/import/start";
import { understand } from "../../../../cli/import/understand";
import { sortVariables } from "../../../../cli/import/variables";

const server = (command: string, ...args: string[]): ClientServer => ({ command, args, env: {} });

const understood = (one: ClientServer): Understood =>
  understand(one, { home: "/home/nobody-here", folder: "/nowhere" });

describe("servers import: the file", () => {
  it("may have comments, and its servers under any of the usual names", () => {
    const text =
      '{ // mine\n "mcpServers": {"a": {"command": "npx", "args": ["x", 1], "env": {"P": 8080, "D": true}},}, }';
    const a = { command: "npx", args: ["x", "1"], env: { P: "8080", D: "true" } };
    assert.deepEqual(clientServers(text, "f"), [{ name: "a", server: a }]);
    assert.deepEqual(clientServers('{"servers": {"b": {"command": 1}}, "inputs": []}', "f"), [{ name: "b" }]);
  });

  it("may be any client's: codex in TOML, goose and Continue in YAML, opencode with its own words", () => {
    const a = { name: "a", server: { command: "npx", args: ["-y", "x"], env: { KEY: "v" } } };
    for (const [file, text] of [
      ["config.toml", 'model = "m"\n[mcp_servers.a]\ncommand = "npx"\nargs = ["-y", "x"]\nenv = { KEY = "v" }\n'],
      ["config.yaml", "extensions:\n  a: { type: stdio, cmd: npx, args: [-y, x], envs: { KEY: v } }\n"],
      ["c.yml", "mcpServers:\n  - name: a\n    command: npx\n    args: [-y, x]\n    env: { KEY: v }\n"],
      ["o.json", '{"mcp": {"a": {"type": "local", "command": ["npx", "-y", "x"], "environment": {"KEY": "v"}}}}'],
    ] as const) {
      const [{ server: { type: _type, ...server } = {}, ...one } = {}] = clientServers(text, file);
      assert.deepEqual({ ...one, server }, a, file);
    }
    const [builtin] = clientServers("extensions:\n  developer: { type: builtin, enabled: true }\n", "c.yaml");
    assert.deepEqual(builtin?.server && understood(builtin.server), { why: "its entry names no program" });
  });

  it("may be Claude Code's own, with servers of single projects beside those of all", () => {
    const text = JSON.stringify({
      mcpServers: { a: { command: "npx", args: ["a"] } },
      projects: {
        "/home/me/one": { mcpServers: { a: { command: "npx", args: ["other"] }, odd: 1 }, allowedTools: [] },
        "/home/me/two": { mcpServers: {} },
        "/home/me/three": null,
      },
    });
    const told = (file: string) =>
      clientServers(file, ".claude.json").map(({ name, project, server: one }) => [name, project, one?.args]);
    const ofOne = [
      ["a", "/home/me/one", ["other"]],
      ["odd", "/home/me/one", undefined],
    ];
    assert.deepEqual(told(text), [["a", undefined, ["a"]], ...ofOne]);
    assert.deepEqual(told(text.replace("mcpServers", "none")), ofOne);
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`/${n}`, { mcpServers: { a: {} } }]));
    assert.throws(() => clientServers(JSON.stringify({ projects: many }), "f"), /projects: got 201 servers/);
  });

  it("that is none, or has none, is an error that shows nothing of it", () => {
    for (const [text, error] of [
      ["{", /f:1:2: \(the file\): got .*expected JSON/],
      ["[]", /f: \(the file\): got JSON with array at the top/],
      ['{"env": "secret"}', /f: \(the file\): got no servers, expected mcpServers/],
      ['{"mcpServers": "secret"}', /f: mcpServers: got something else, expected an object/],
      [
        JSON.stringify({ mcpServers: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [n, {}])) }),
        /got 201 servers/,
      ],
    ] as const) {
      assert.throws(
        () => clientServers(text, "f"),
        (wrong: Error) => error.test(wrong.message) && !wrong.message.includes("secret"),
      );
    }
  });
});

describe("servers import: how a server is started", () => {
  it("by npx, uvx and the like: a package, its version, its arguments", () => {
    for (const [one, expected] of [
      [server("npx", "-y", "@scope/a@1.2.3", "--mode", "x"), ["npm", "@scope/a", "1.2.3", "--mode", "x"]],
      [server("npx", "--yes", "@scope/a@latest"), ["npm", "@scope/a", undefined]],
      [server("/usr/bin/npx", "a"), ["npm", "a", undefined]],
      [server("cmd", "/c", "npx.cmd", "-y", "a"), ["npm", "a", undefined]],
      [server("C:\\node\\npx.exe", "a"), ["npm", "a", undefined]],
      [server("uvx", "mcp-server-time@2026.10.19"), ["pypi", "mcp-server-time", "2026.10.19"]],
      [server("uv", "tool", "run", "a==1.0", "-v"), ["pypi", "a", "1.0", "-v"]],
      [server("pipx", "run", "a"), ["pypi", "a", undefined]],
      [server("pnpm", "dlx", "a"), ["npm", "a", undefined]],
      [server("npm", "exec", "-y", "--", "a", "-v"), ["npm", "a", undefined, "-v"]],
      [server("npx", "-y", "--package=@scope/a@1.2.3", "a", "x"), ["npm", "@scope/a", "1.2.3", "x"]],
      [server("uvx", "--python", "3.12", "--from", "a==1.0", "a"), ["pypi", "a", "1.0"]],
      [server("deno", "run", "-A", "npm:@scope/a@1.2.3", "x"), ["npm", "@scope/a", "1.2.3", "x"]],
      [
        server("python3", "-m", "mcp_server_time", "--local-timezone", "UTC"),
        ["pypi", "mcp-server-time", undefined, "--local-timezone", "UTC"],
      ],
    ] as const) {
      const got = understood(one);
      assert.ok("source" in got && "name" in got.source, JSON.stringify({ one, got }));
      const { kind, name, version } = got.source;
      assert.deepEqual([kind, name, version, ...got.args], expected);
    }
  });

  it("in any other way: why not, without a value", () => {
    for (const [one, why] of [
      [{ ...server("npx", "x"), url: "https://user:secret@h/mcp" }, /at an address/],
      [
        server("npx", "-y", "mcp-remote", "http://secret"),
        /mcp-remote is a bridge to an address, and this is none by https/,
      ],
      [server("npx", "-y", "mcp-remote", "https://a.example", "--strange"), /the option --strange of mcp-remote/],
      [server("npx", "-y", "supergateway", "--sse", "https://secret"), /supergateway is a bridge/],
      [server("docker", "exec", "secret"), /docker without run/],
      [server("sh", "-c", "secret"), /a program of this machine/],
      [server("node", "/home/me/server.js"), /server\.js is not there/],
      [server("node", "--require", "/secret.js", "a.js"), /the option --require of node/],
      [server("python", "-c", "secret"), /the option -c of python/],
      [server("python", "-m", "http.server"), /a module installed on this machine/],
      [server("constructor", "secret"), /a program of this machine/],
      [server("npx", "--node-options=--require=secret", "a"), /the option --node-options of npx/],
      [server("npx", "-c", "secret"), /the option -c of npx/],
      [server("uvx", "--from", "git+https://secret", "a"), /no name of npm or PyPI/],
      [server("uv", "pip", "secret"), /uv without run or tool run/],
      [server("npx", "-y"), /names no package/],
      [server("npx", "-y", "$(secret)"), /no name of npm/],
      [server("npx", "-y", "git+ssh://secret"), /no name of npm/],
      [server("npx", "-y", "a@^1.0.0"), /no exact version/],
      [server("npx", "-y", "a", "--api-key", "sk-secret-0123456789abcdef"), /an argument looks like a secret/],
      [server("npx", "-y", "a", "postgres://u:secret@h/d"), /an argument looks like a secret/],
      [server("npx", "-y", "a", "/home/not-here"), /its argument \/home\/not-here is not there/],
      [server("npx", "-y", "a", "--root=~/not-here"), /its argument ~\/not-here is not there/],
      [server("npx", "-y", "a", "C:\\Users\\me"), /a path that this machine does not know/],
    ] as const) {
      const got = understood(one);
      assert.ok(
        "why" in got && why.test(got.why) && !got.why.includes("secret ") && !/sk-|:secret/.test(got.why),
        JSON.stringify({ one, got }),
      );
    }
  });
});

describe("servers import: variables", () => {
  it("are secrets, by the names of their variables; what is filled in elsewhere has no value", () => {
    const { wishes, values, open, notes } = sortVariables(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as a client has it
      { API_KEY: "v1", LOG_LEVEL: "debug", ASKED: "${input:key}", HERE: "$HERE", OPEN: "{env:X}" },
      undefined,
    );
    assert.deepEqual(values, { "api-key": "v1", "log-level": "debug" });
    assert.deepEqual(open, ["asked", "here", "open"]);
    const made = ["API_KEY", "LOG_LEVEL", "ASKED", "HERE", "OPEN"].map((env) => ({
      name: env.toLowerCase().replace("_", "-"),
      env,
    }));
    assert.deepEqual(wishes.manifest, { secrets: made });
    assert.deepEqual(notes, []);
  });

  it("that would change what runs are left out", () => {
    const { wishes, values, notes } = sortVariables(
      {
        PATH: "/evil",
        LD_PRELOAD: "/evil",
        NODE_OPTIONS: "-r evil",
        PYTHONPATH: "/evil",
        "A B": "evil",
        https_proxy: "evil",
      },
      undefined,
    );
    assert.deepEqual([wishes.manifest, values, notes.length], [{}, {}, 6]);
    assert.ok(!notes.join().includes("evil"));
  });

  it("go by the package's recipe: its names of secrets, its variables that are none", () => {
    const manifest = { env: { REGION: "eu" }, secrets: [{ name: "token", env: "MY_TOKEN" }] };
    const recipe = { ask: { HOST_URL: "where it is" }, manifest } as unknown as Recipe;
    const { wishes, values } = sortVariables({ MY_TOKEN: "v", REGION: "us", HOST_URL: "https://h" }, recipe);
    assert.deepEqual(values, { token: "v" });
    assert.deepEqual(wishes.manifest, {
      env: { REGION: "us", HOST_URL: "https://h" },
      secrets: [{ name: "token", env: "MY_TOKEN" }],
    });
  });
});
