import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import fc from "fast-check";
import { goDuration, goMilliseconds, parseDuration } from "../../../lib/durations";
import { needsNetwork, parseManifest, secretFiles } from "../../../manifest/manifest";
import { document, manifest, problemsOf } from "../../support/manifest/documents";

const SECRET_FIX =
  "got a value that looks like a secret, expected no secret: this is readable in `docker inspect`. " +
  "To fix: use secrets: the value then reaches the server as a file in /run/secrets; if it is none, " +
  "write `# not a secret` behind it, or its name into notSecrets";
const variableFix = (name: string, secret: string) =>
  SECRET_FIX.replace(
    "use secrets: the value then reaches the server as a file in /run/secrets",
    `write \`secrets: [{name: ${secret}, env: ${name}}]\`, and set it: ` + `bin/dind-mcp secrets set echo ${secret}`,
  );
const KEYS =
  "name, title, description, version, image, build, transport, headers, oauth, tls, env, notSecrets, secrets, mounts, storage, home, egress, transparentEgress, " +
  "database, services, uses, resources, browser, scratch, sharedMemory, cacheDir, user, " +
  "health, sessions, tools, timeouts, workdir";

const ABSOLUTE = "an absolute path like /data: letters, digits, '.', '_', '-', no '..', no '/' at the end";
const OTHER_PATH = "To fix: choose another path";

describe("manifest", () => {
  it("fills in every default", () => {
    assert.deepEqual(parseManifest(document(), "f"), {
      problems: [],
      manifest: {
        name: "echo",
        description: "Says it again",
        version: "1.0.0",
        image: "example/echo:1.0.0",
        transport: { type: "stdio", command: ["/echo"] },
        env: {},
        secrets: [],
        mounts: [],
        storage: [],
        home: false,
        egress: [],
        transparentEgress: false,
        database: false,
        services: [],
        uses: [],
        resources: { cpus: 1, memory: "512m", processes: 128 },
        browser: false,
        scratch: { size: "64m", exec: false },
        sharedMemory: "64m",
        user: 11_000,
        health: { interval: "30s", timeout: "30s", retries: 3, startPeriod: "30s", startInterval: "500ms" },
        sessions: { mode: "per-client", max: 8, idleTimeout: "10m", warmPool: 0, grace: "2s" },
        tools: {},
        timeouts: { call: "60s", start: "30s" },
      },
    });
  });

  it("takes what it gives: a complete manifest is a manifest", () => {
    const complete = manifest({
      image: undefined,
      build: { args: { A: "1" }, target: "server" },
      transport: { type: "streamable-http", port: 8_080 },
      secrets: [{ name: "key", description: "A key" }],
      mounts: [{ volume: "workspace", path: "/data" }],
      storage: [{ name: "kept", path: "/kept", size: "2g", exec: true }],
      home: true,
      egress: ["api.example.com:443", "*.example.org:443"],
      transparentEgress: true,
      database: true,
      browser: true,
      cacheDir: "/var/cache/app",
      workdir: "/app",
    });
    assert.deepEqual(parseManifest(JSON.parse(JSON.stringify(complete)), "f").manifest, complete);
    assert.deepEqual(complete.build, { context: ".", dockerfile: "Dockerfile", args: { A: "1" }, target: "server" });
    assert.deepEqual(complete.transport, { type: "streamable-http", command: [], port: 8_080, path: "/mcp" });
  });

  it("gives a check and a start the time that a client waits for a session, unless it says another", () => {
    const slow = manifest({ timeouts: { start: "2m" } });
    assert.deepEqual([slow.health.timeout, slow.health.startPeriod], ["2m", "2m"]);
    const own = manifest({ timeouts: { start: "2m" }, health: { timeout: "7s" } });
    assert.deepEqual([own.health.timeout, own.health.startPeriod], ["7s", "2m"]);
    const { problems } = parseManifest(document({ timeouts: { start: "soon" } }), "f");
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["timeouts.start"],
    );
  });

  it("reads `egress: public` as a list of that", () => {
    assert.deepEqual(manifest({ egress: "public" }).egress, ["public"]);
    assert.deepEqual(manifest({ egress: ["public", "smtp.example.com:587"] }).egress, [
      "public",
      "smtp.example.com:587",
    ]);
  });

  it("leads no program to a way out that is not there", () => {
    assert.deepEqual(problemsOf(document({ transparentEgress: true })), [
      "f: transparentEgress: got true, without egress, expected hosts in egress to lead to. " +
        "To fix: list the hosts in egress, or remove this line",
    ]);
    assert.deepEqual(problemsOf(document({ transparentEgress: "yes", egress: "public" })), [
      'f: transparentEgress: got "yes", expected true or false',
    ]);
  });

  it("gives a browser more room, and what is written stays", () => {
    const { resources, scratch, sharedMemory } = manifest({ browser: true });
    assert.deepEqual(
      [resources, scratch.size, sharedMemory],
      [{ cpus: 1, memory: "1g", processes: 512 }, "256m", "256m"],
    );
    const own = manifest({
      browser: true,
      resources: { memory: "2g" },
      scratch: { size: "1g", exec: true },
      sharedMemory: "300m",
    });
    assert.deepEqual(own.resources, { cpus: 1, memory: "2g", processes: 512 });
    assert.deepEqual([own.scratch, own.sharedMemory], [{ size: "1g", exec: true }, "300m"]);
  });

  it("reads `egress: none` as no way out", () => assert.deepEqual(manifest({ egress: "none" }).egress, []));

  it("reports everything that is wrong at once, unknown keys at every level", () => {
    const bad = document({
      name: "a/b",
      image: undefined,
      version: "latest",
      descripton: "x",
      transport: { type: "stdio", command: "x", port: 1 },
      sessions: { idle: "1m" },
      user: 14_996,
      timeouts: { call: "3" },
    });
    assert.deepEqual(problemsOf(bad), [
      'f: name: got "a/b", expected a lower-case DNS label of at most 32 characters, no slash',
      `f: version: got "latest", expected an exact version like 1.2.0: no range, not 'latest'`,
      "f: transport.command: got text, expected a list of texts: the program and its arguments",
      "f: transport.port: got an unknown key, expected one of type, command, arguments. To fix: correct the key's spelling, or remove it",
      "f: user: got 14996, expected a whole number from 11000 to 14995",
      "f: sessions.idle: got an unknown key, expected one of mode, max, idleTimeout, warmPool, grace. To fix: correct the key's spelling, or remove it",
      'f: timeouts.call: got "3", expected a duration from 100ms to 24h0m0s, like 500ms, 30s, 5m, 1h',
      `f: descripton: got an unknown key, expected one of ${KEYS}. To fix: call it description, or remove it`,
      "f: image: got neither image nor build, expected exactly one of image and build",
    ]);
  });

  it("refuses what is no mapping", () => {
    assert.deepEqual(problemsOf(null), [
      "f: (the file): got an empty file, expected a mapping with name, description, ...",
    ]);
    assert.deepEqual(problemsOf([]), ["f: (the file): got no mapping, expected a mapping with name, description, ..."]);
  });

  const dns = "expected a DNS name; an address would bypass the check that the name leads to a public place";
  const below = "expected a public DNS name; private names are named one by one";
  const itself = "expected a host elsewhere; this name means the machine itself";
  /** Key, value, and the one problem it makes. */
  const refused: [Record<string, unknown>, string][] = [
    [
      { image: "echo" },
      "image: got \"echo\", expected an image reference with a tag (not 'latest', which changes under the same name) or a digest",
    ],
    [
      { image: "echo:latest" },
      "image: got \"echo:latest\", expected an image reference with a tag (not 'latest', which changes under the same name) or a digest",
    ],
    [
      { build: {} },
      "image: got both image and build, expected exactly one of image and build. To fix: remove one of them",
    ],
    [
      { image: undefined, build: { context: "../x" } },
      "build.context: got \"../x\", expected a path inside the server's folder, without '..'",
    ],
    [{ version: "^1.2.0" }, "version: got \"^1.2.0\", expected an exact version like 1.2.0: no range, not 'latest'"],
    [{ version: "1.x" }, "version: got \"1.x\", expected an exact version like 1.2.0: no range, not 'latest'"],
    [
      { description: "turned \u202e around" },
      'description: got "turned \u202e around", expected text of 1 to 100 characters on one line',
    ],
    [{ description: "two\nlines" }, 'description: got "two\\nlines", expected text of 1 to 100 characters on one line'],
    [
      { transport: { type: "http" } },
      'transport.type: got "http", expected one of stdio, streamable-http, sse, remote',
    ],
    [
      { transport: { type: "streamable-http" } },
      "transport.port: got nothing, expected a whole number from 1 to 65535",
    ],
    [{ env: { PORT: 8080 } }, "env.PORT: got a number, expected text (numbers and true/false go in quotes)"],
    [{ env: { "A-B": "x" } }, "env.A-B: got \"A-B\", expected a name of letters, digits and '_'"],
    [
      { resources: { memory: "16m" } },
      'resources.memory: got "16m", expected more than 16m: less does not hold any server\'s process',
    ],
    [{ resources: { memory: "1024" } }, 'resources.memory: got "1024", expected a size like 256m or 1g'],
    [{ resources: { cpus: 0 } }, "resources.cpus: got 0, expected a number from 0.05 to 64"],
    [
      { resources: { processes: 8 } },
      "resources.processes: got 8, expected at least 19: two for each of sessions.max sessions (mcp-init's and the server's), and 3",
    ],
    [{ sessions: { max: 2, warmPool: 3 } }, "sessions.warmPool: got 3, expected at most sessions.max, 2"],
    [{ sessions: { mode: "pooled" } }, 'sessions.mode: got "pooled", expected one of per-client, shared'],
    [
      { mounts: [{ path: "/d" }] },
      "mounts.0: got neither volume nor folder, expected exactly one of volume and folder",
    ],
    [
      { mounts: [{ volume: "workspace", folder: "code", path: "/d" }] },
      "mounts.0: got both volume and folder, expected exactly one of volume and folder",
    ],
    [
      { mounts: [{ folder: "../code", path: "/d" }] },
      "mounts.0.folder: got \"../code\", expected a name of small letters, digits and '-', at most 32 characters",
    ],
    [{ mounts: [{ volume: "data", path: "/d" }] }, 'mounts.0.volume: got "data", expected a known volume: workspace'],
    [
      { mounts: [{ volume: "workspace", path: "/" }] },
      "mounts.0.path: got \"/\", expected an absolute path like /data: letters, digits, '.', '_', '-', no '..', no '/' at the end",
    ],
    [
      { mounts: [{ volume: "workspace", path: "/a/../b" }] },
      "mounts.0.path: got \"/a/../b\", expected an absolute path like /data: letters, digits, '.', '_', '-', no '..', no '/' at the end",
    ],
    [
      { mounts: [{ volume: "workspace", path: "/run" }] },
      'mounts.0.path: got "/run", expected a path that neither is, holds nor lies in /run/mcp. To fix: choose another path',
    ],
    [
      { mounts: [{ volume: "workspace", path: "/proc/1" }] },
      'mounts.0.path: got "/proc/1", expected a path that neither is, holds nor lies in /proc. To fix: choose another path',
    ],
    [
      { mounts: ["/a", "/a/b"].map((path) => ({ volume: "workspace", path })) },
      'mounts.1.path: got "/a/b", expected a path that neither is, holds nor lies in /a. To fix: choose another path',
    ],
    [
      { secrets: [{ name: "a" }, { name: "a" }] },
      'secrets.1.name: got "a" again, expected each one once. To fix: remove one of them',
    ],
    [
      { secrets: [{ name: "a" }, { name: "b", file: "/run/secrets/a" }] },
      'secrets.1.file: got "/run/secrets/a" again, expected each one once. To fix: remove one of them',
    ],
    [
      { secrets: [{ name: "a", file: "/etc/passwd" }] },
      'secrets.0.file: got "/etc/passwd", expected a file in /run/secrets',
    ],
    [
      { secrets: [{ name: "a", file: "/run/secrets/.." }] },
      'secrets.0.file: got "/run/secrets/..", expected a file in /run/secrets',
    ],
    [
      { database: true, secrets: [{ name: "a", file: "/run/secrets/dsn" }] },
      'secrets.0.file: got "/run/secrets/dsn", expected another file: `database: true` brings this one along. To fix: remove it',
    ],
    [{ secrets: [{ name: "a", env: "A-B" }] }, `secrets.0.env: got "A-B", expected a name of letters, digits and '_'`],
    [
      { secrets: ["a", "b"].map((name) => ({ name, env: "KEY" })) },
      'secrets.1.env: got "KEY" again, expected each variable once. To fix: take one of them out',
    ],
    [
      { secrets: [{ name: "a", env: "MODE" }], env: { MODE: "x" } },
      'secrets.0.env: got "MODE", expected a variable that env does not set as well. To fix: take one of them out',
    ],
    [
      { secrets: [{ name: "a", env: "HTTPS_PROXY" }], egress: ["a.example.com:1"] },
      'secrets.0.env: got "HTTPS_PROXY", expected no proxy variable: egress sets them, and there is no other way out. To fix: take one of them out',
    ],
    [
      { transport: { type: "streamable-http", port: 80, listen: "127.0.0.1" } },
      'transport.listen: got "127.0.0.1", expected one of all, loopback',
    ],
    [{ browser: "yes" }, 'browser: got "yes", expected true or false'],
    [{ scratch: { size: "64" } }, 'scratch.size: got "64", expected a size like 64m or 1g'],
    [
      { scratch: { size: "513m" } },
      'scratch.size: got "513m", expected at most resources.memory, 512m: it is part of it. To fix: make it smaller, or resources.memory larger',
    ],
    [
      { browser: true, sharedMemory: "2g" },
      'sharedMemory: got "2g", expected at most resources.memory, 1g: it is part of it. To fix: make it smaller, or resources.memory larger',
    ],
    [
      { cacheDir: "/tmp/cache" },
      'cacheDir: got "/tmp/cache", expected a path that neither is, holds nor lies in /tmp. To fix: choose another path',
    ],
    [
      { cacheDir: "/data", mounts: [{ volume: "workspace", path: "/data/x" }] },
      'cacheDir: got "/data", expected a path that neither is, holds nor lies in /data/x. To fix: choose another path',
    ],
    [{ egress: ["1.2.3.4:80"] }, `egress.0: got "1.2.3.4:80", ${dns}`],
    [{ egress: ["[::1]:80"] }, `egress.0: got "[::1]:80", ${dns}`],
    [{ egress: ["2130706433:80"] }, `egress.0: got "2130706433:80", ${dns}`],
    [{ egress: ["127.0x1:80"] }, `egress.0: got "127.0x1:80", ${dns}`],
    [{ egress: ["127.0.0.1:80"] }, `egress.0: got "127.0.0.1:80", ${dns}`],
    [{ egress: ["169.254.169.254:80"] }, `egress.0: got "169.254.169.254:80", ${dns}`],
    [{ egress: ["10.214.0.18:18080"] }, `egress.0: got "10.214.0.18:18080", ${dns}`],
    [{ egress: ["localhost:80"] }, `egress.0: got "localhost:80", ${itself}`],
    [{ egress: ["a.localhost:80"] }, `egress.0: got "a.localhost:80", ${itself}`],
    [{ egress: ["egress:3128"] }, `egress.0: got "egress:3128", ${itself}`],
    [{ egress: ["*.corp.internal:80"] }, `egress.0: got "*.corp.internal:80", ${below}`],
    [{ egress: ["database:5432"] }, `egress.0: got "database:5432", ${itself}`],
    [
      { egress: ["*.com:443"] },
      'egress.0: got "*.com:443", expected a wildcard below a name with a dot, like *.example.com',
    ],
    [{ egress: ["a.*.com:443"] }, 'egress.0: got "a.*.com:443", expected a DNS name in lower case'],
    [
      { egress: ["a.example.com\nhttp_access allow all:1"] },
      'egress.0: got "a.example.com\\nhttp_access allow all:1", expected host:port, like api.example.com:443, or public',
    ],
    [{ egress: ["a.example.com:0"] }, 'egress.0: got "a.example.com:0", expected a port from 1 to 65535'],
    [
      { egress: ["a.example.com"] },
      'egress.0: got "a.example.com", expected host:port, like api.example.com:443, or public',
    ],
    [
      { egress: ["a.example.com:1", "a.example.com:1"] },
      'egress.1: got "a.example.com:1" again, expected each one once. To fix: remove one of them',
    ],
    [{ egress: "all" }, 'egress: got "all", expected none, public, or a list of host:port'],
    [
      { egress: ["a.example.com:1"], env: { https_proxy: "x" } },
      "env.https_proxy: got a proxy of its own, expected no proxy variable: egress sets them, and there is no other way out. To fix: remove it",
    ],
    ...["/tmp/x", "/run", "/run/secrets", "/proc", "/"].map((path): [Record<string, unknown>, string] => {
      const reserved: Record<string, string> = { "/tmp/x": "/tmp", "/run": "/run/mcp", "/": "" };
      const expected =
        reserved[path] === ""
          ? ABSOLUTE
          : `a path that neither is, holds nor lies in ${reserved[path] ?? path}. ${OTHER_PATH}`;
      return [{ storage: [{ name: "a", path }] }, `storage.0.path: got "${path}", expected ${expected}`];
    }),
    [
      { storage: [{ name: "a", path: "/usr" }] },
      `storage.0.path: got "/usr", expected a path that hides nothing of the image, like /data. ${OTHER_PATH}`,
    ],
    [
      { storage: [{ name: "a", path: "/data/x" }], mounts: [{ volume: "workspace", path: "/data" }] },
      `storage.0.path: got "/data/x", expected a path that neither is, holds nor lies in /data. ${OTHER_PATH}`,
    ],
    [
      { storage: [{ name: "a", path: "/home/mcp/x" }], home: true },
      `storage.0.path: got "/home/mcp/x", expected a path that neither is, holds nor lies in /home/mcp. ${OTHER_PATH}`,
    ],
    [
      {
        storage: [
          { name: "a", path: "/a" },
          { name: "a", path: "/b" },
        ],
      },
      'storage.1.name: got "a" again, expected each one once. To fix: remove one of them',
    ],
    [
      { storage: [{ name: "home", path: "/a" }], home: true },
      'storage.0.name: got "home" again, expected each one once. To fix: remove one of them',
    ],
    [
      { env: { HOME: "/x" }, home: true },
      'env.HOME: got "/x", expected none: `home: true` sets it, to /home/mcp. To fix: remove one of them',
    ],
    [{ storage: [{ name: "a", path: "/a", size: "1t" }] }, 'storage.0.size: got "1t", expected a size like 256m or 1g'],
    [
      { storage: [{ name: "a.b", path: "/a" }] },
      `storage.0.name: got "a.b", expected lower-case letters, digits, '-' and '_', at most 32`,
    ],
    [
      { name: "carrier" },
      'name: got "carrier", expected a name that nothing of the stack\'s own has in the engine. To fix: choose another name',
    ],
    [
      { name: "x-storage-folders" },
      'name: got "x-storage-folders", expected a name that nothing of the stack\'s own has in the engine. To fix: choose another name',
    ],
    [{ env: { DB_PASSWORD: "hunter2" } }, `env.DB_PASSWORD: ${variableFix("DB_PASSWORD", "db-password")}`],
    [{ env: { githubToken: "hunter2" } }, `env.githubToken: ${variableFix("githubToken", "githubtoken")}`],
    [{ env: { URL: "postgres://u:hunter2@db/x" } }, `env.URL: ${variableFix("URL", "url")}`],
    [{ env: { API_KEY_FILE: "hunter2" } }, `env.API_KEY_FILE: ${variableFix("API_KEY_FILE", "api-key-file")}`],
    [{ image: undefined, build: { args: { NPM_TOKEN: "hunter2" } } }, `build.args.NPM_TOKEN: ${SECRET_FIX}`],
    [{ transport: { type: "stdio", command: ["/x", "--api-key=hunter2"] } }, `transport.command.1: ${SECRET_FIX}`],
    [{ transport: { type: "stdio", arguments: ["--token", "hunter2"] } }, `transport.arguments.1: ${SECRET_FIX}`],
    [
      { transport: { type: "stdio", command: ["/x"], arguments: [] } },
      "transport.arguments: got both command and arguments, expected one of them: arguments are for the image's own entry " +
        "point, which command replaces. To fix: put them into command, or leave command out",
    ],
    [{ transport: { type: "stdio", command: ["/x", "--token", "hunter2"] } }, `transport.command.2: ${SECRET_FIX}`],
    [
      { transport: { type: "stdio", command: ["/x", "postgres://u:hunter2@db/x"] } },
      `transport.command.1: ${SECRET_FIX}`,
    ],
  ];
  for (const [more, problem] of refused) {
    it(`refuses ${JSON.stringify(more)}`, () => assert.deepEqual(problemsOf(document(more)), [`f: ${problem}`]));
  }

  const accepted: Record<string, unknown>[] = [
    { env: { DB_PASSWORD_FILE: "/run/secrets/password", MAX_TOKENS: "100", USE_TOKEN: "true" } },
    { transport: { type: "stdio", command: ["/x", "--token-file", "/run/secrets/token", "--secret=/run/secrets/s"] } },
    { image: `registry.example.com:5000/a/b@sha256:${"0".repeat(64)}` },
    { image: "127.0.0.1:5000/library/a:1" },
    { egress: ["a-b.example.com:1", "*.example.com:65535", "example.test:443"] },
    { egress: ["public", "db.lan:5432", "redis:6379", "192.168.1.5:6443"] },
    { mounts: [{ volume: "workspace", path: "/runs" }] },
    { transport: { type: "stdio" } },
    { resources: { memory: "32m" } },
    { scratch: { size: "512m" }, sharedMemory: "512m" },
    { transport: { type: "stdio", arguments: ["--pad-token", "ab12cd34"] }, notSecrets: ["--pad-token"] },
    { mounts: [{ folder: "code", path: "/projects/code" }] },
    {
      storage: [
        { name: "a", path: "/var/lib/a", size: "16m" },
        { name: "b", path: "/data" },
      ],
      home: true,
    },
    { name: "storage" },
    { title: "Écho 回声", version: "2026.8.31" },
  ];
  for (const more of accepted) {
    it(`takes ${JSON.stringify(more)}`, () => assert.deepEqual(problemsOf(document(more)), []));
  }

  it("never shows what may be a secret, wherever it stands", () => {
    const text = JSON.stringify([
      problemsOf(
        document({ env: { A: { value: "hunter2" }, PASSWORD: "hunter2" }, secrets: [{ name: "a", value: "hunter2" }] }),
      ),
      problemsOf(document({ env: "hunter2", transport: { type: "stdio", command: ["x", 1, "hunter2"] } })),
      problemsOf(
        document({ egress: ["https://u:hunter2@example.com"], transport: { type: "stdio", command: "hunter2" } }),
      ),
      problemsOf(document({ image: undefined, build: { args: { A: 1, TOKEN: "hunter2" } } })),
      problemsOf(document({ secrets: ["hunter2"] })),
      problemsOf(document({ secrets: "hunter2" })),
    ]);
    assert.doesNotMatch(text, /hunter2/);
  });

  it("tells a secret in env although another variable is wrong as well", () =>
    assert.deepEqual(problemsOf(document({ env: { PORT: 80, PASSWORD: "x" } })), [
      "f: env.PORT: got a number, expected text (numbers and true/false go in quotes)",
      `f: env.PASSWORD: ${variableFix("PASSWORD", "password")}`,
    ]));

  it("puts every secret in a file, the database's address too", () => {
    const files = secretFiles(
      manifest({ database: true, secrets: [{ name: "a" }, { name: "b", file: "/run/secrets/B", required: false }] }),
    );
    assert.deepEqual(
      files.map(({ name, file, required }) => [name, file, required]),
      [
        ["a", "/run/secrets/a", true],
        ["b", "/run/secrets/B", false],
        ["dsn", "/run/secrets/dsn", true],
      ],
    );
    const own = secretFiles(manifest({ database: true, secrets: [{ name: "dsn", env: "DATABASE_URL" }] }));
    assert.deepEqual(
      own.map(({ name, env, file, description }) => [name, env, file, description]),
      [["dsn", "DATABASE_URL", "/run/secrets/dsn", "Address of the PostgreSQL database"]],
    );
  });

  it("has a network only when something needs it", () => {
    assert.equal(needsNetwork(manifest()), false);
    assert.equal(needsNetwork(manifest({ database: true })), true);
    assert.equal(needsNetwork(manifest({ egress: ["a.example.com:1"] })), true);
    for (const type of ["streamable-http", "sse"])
      assert.equal(needsNetwork(manifest({ transport: { type, port: 80 } })), true);
  });

  it("survives any document", () =>
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...KEYS.split(", "), "other"), fc.jsonValue()), (more) => {
        const { manifest: parsed, problems } = parseManifest({ ...document(), ...more }, "f");
        assert.equal(parsed === undefined, problems.length > 0);
      }),
      { numRuns: 500 },
    ));
});

describe("durations", () => {
  it("are read, and written as Go does", () => {
    const read = ["0s", "500ms", "30s", "90s", "5m", "1h", "90m"].map((text) => [
      text,
      goDuration(parseDuration(text) ?? -1),
    ]);
    assert.deepEqual(read, [
      ["0s", "0s"],
      ["500ms", "500ms"],
      ["30s", "30s"],
      ["90s", "1m30s"],
      ["5m", "5m0s"],
      ["1h", "1h0m0s"],
      ["90m", "1h30m0s"],
    ]);
    for (const [text = "", go = ""] of read) assert.equal(goMilliseconds(go), parseDuration(text));
    assert.equal(goMilliseconds("1m1.5s"), 61_500);
    for (const text of ["", "5", "1x", "s", "1s1h"]) assert.throws(() => goMilliseconds(text), RangeError, text);
    for (const text of ["", "5", "1.5s", "-1s", "01s", "1s ", "1d", "5M"])
      assert.equal(parseDuration(text), undefined, text);
  });
});

describe("server.schema.json", () => {
  const stored = JSON.parse(readFileSync(join(__dirname, "../../../manifest/server.schema.json"), "utf8")) as Record<
    string,
    unknown
  >;

  it("describes every key and agrees with the program", () => {
    const properties = stored.properties as Record<string, { description?: string }>;
    assert.deepEqual(Object.keys(properties), KEYS.split(", "));
    assert.deepEqual(
      Object.keys(properties).filter((key) => !properties[key]?.description),
      [],
    );
    const validate = new Ajv({ strict: false }).compile(stored);
    for (const egress of ["none", "public", ["public", "example.com:22"]]) {
      assert.ok(validate(document({ egress })), JSON.stringify(validate.errors));
    }
    assert.ok(validate(manifest()), JSON.stringify(validate.errors));
    assert.ok(!validate(document({ unknown: 1 })));
    assert.ok(!validate(document({ transport: { type: "stdio", command: [1] } })));
  });
});
