import assert from "node:assert/strict";
import { formatProblem, ProblemsError } from "../../../../lib/problems";
import { parseManifest } from "../../../../manifest/manifest";
import { formatNote, fromServerJson, serverJsonSchema, toServerJson } from "../../../../manifest/server-json";
import type { Manifest } from "../../../../manifest/types";
import { manifest } from "../../../support/manifest/documents";

const EGRESS_NOTE = "egress: server.json does not tell what a server reaches; it has no way out until you list it";

function serverJson(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: "io.github.user/Weather_Server", description: "Weather", version: "1.2.0", ...more };
}

function problemsOf(document: unknown, user?: number): string[] {
  try {
    fromServerJson(document, { user });
  } catch (error) {
    assert.ok(error instanceof ProblemsError, String(error));
    return error.problems.map(formatProblem);
  }
  return [];
}

describe("server.json", () => {
  const full: Record<string, unknown> = {
    title: "Echo",
    transport: { type: "stdio", command: ["/echo", "--loud", "x y"] },
    env: { A: "1" },
    secrets: [{ name: "key", required: false, description: "A key" }],
    mounts: [{ volume: "workspace", path: "/data" }],
    egress: ["*.example.com:443"],
    database: true,
    resources: { cpus: 2 },
    health: { retries: 9 },
    sessions: { mode: "shared", idleTimeout: "1h" },
    tools: { deny: ["rm"] },
    timeouts: { call: "5m" },
    workdir: "/app",
  };
  const built = {
    image: undefined,
    build: { args: { A: "1" }, target: "x" },
    transport: { type: "streamable-http", port: 8_080 },
  };
  const secrets = [{ name: "password", env: "REDIS_PASSWORD", from: "redis.password" }];
  const services = [{ name: "cache", image: "c:1", user: 11_501, egress: true, health: { port: 11_211 } }];
  const manifests: [string, Manifest][] = [
    ["the least", manifest()],
    ["everything", manifest(full)],
    ["what only sounds like a secret", manifest({ env: { A_TOKEN: "x" }, notSecrets: ["A_TOKEN"] })],
    ["one that is built", manifest({ ...full, ...built })],
    ["one with services beside it", manifest({ ...full, secrets, uses: ["redis"], services })],
    ["one of 2024", manifest({ transport: { type: "sse", port: 8_080, path: "/events", arguments: ["--sse"] } })],
  ];
  for (const [what, one] of manifests) {
    it(`gives back ${what}, nothing lost`, () => {
      const exported = JSON.parse(JSON.stringify(toServerJson(one))) as unknown;
      assert.ok(serverJsonSchema.safeParse(exported).success);
      const { manifest: draft, notes, dockerfile } = fromServerJson(exported, {});
      assert.deepEqual(parseManifest(draft, "f"), { manifest: one, problems: [] });
      const open = one.build
        ? ["build.dockerfile: server.json does not hold it; put the server's own beside this file"]
        : [];
      assert.deepEqual([notes.map(formatNote), dockerfile], [open, undefined]);
    });
  }

  it("is exported in the registry's words, our own part without defaults", () => {
    assert.deepEqual(
      toServerJson(manifest({ ...full, secrets: [], mounts: [], tools: {} }), { namespace: "com.example" }),
      {
        $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        name: "com.example/echo",
        title: "Echo",
        description: "Says it again",
        version: "1.0.0",
        packages: [
          {
            registryType: "oci",
            identifier: "example/echo:1.0.0",
            runtimeHint: "docker",
            transport: { type: "stdio" },
            runtimeArguments: [{ type: "named", name: "--entrypoint", value: "/echo" }],
            packageArguments: [
              { type: "positional", value: "--loud" },
              { type: "positional", value: "x y" },
            ],
            environmentVariables: [{ name: "A", value: "1" }],
          },
        ],
        _meta: {
          "io.modelcontextprotocol.registry/publisher-provided": {
            "io.github.dind-mcp": {
              image: "example/echo:1.0.0",
              transport: { type: "stdio", command: ["/echo", "--loud", "x y"] },
              user: 11_000,
              env: { A: "1" },
              egress: ["*.example.com:443"],
              database: true,
              resources: { cpus: 2 },
              health: { retries: 9 },
              sessions: { mode: "shared", idleTimeout: "1h" },
              timeouts: { call: "5m" },
              workdir: "/app",
            },
          },
        },
      },
    );
  });

  it("is not exported when our part is larger than the registry takes", () => {
    const egress = Array.from({ length: 200 }, (_, index) => `host-${index}.example.com:443`);
    assert.throws(
      () => toServerJson(manifest({ egress })),
      /echo: \(the manifest\): got \d{4} bytes, expected at most 4096 bytes/,
    );
  });

  it("imports an image of others: what is secret becomes a file, what is missing a note", () => {
    const oci = {
      registryType: "oci",
      identifier: "registry.example.com/user/weather:1.2.0",
      transport: { type: "stdio" },
      runtimeArguments: [
        { type: "named", name: "--entrypoint", value: "/weather" },
        { type: "named", name: "-v", value: "/a:/b" },
      ],
      packageArguments: [
        { type: "positional", value: "serve" },
        { type: "named", name: "--units", value: "{system}", variables: { system: { default: "metric" } } },
        { type: "named", name: "--api-key", isSecret: true, valueHint: "key" },
        { type: "named", name: "--quiet" },
        { type: "positional", valueHint: "folder", isRequired: true },
      ],
      environmentVariables: [
        { name: "WEATHER_API_KEY", isSecret: true, isRequired: true, description: "From the\nvendor" },
        { name: "LEVEL", default: "info" },
        { name: "CITY", isRequired: true, description: "Where" },
        { name: "EXTRA" },
      ],
    };
    const npm = { registryType: "npm", identifier: "weather", version: "1.2.0", transport: { type: "stdio" } };
    const input = serverJson({
      title: "Weather",
      packages: [npm, oci],
      remotes: [{ type: "sse", url: "https://example.com/sse" }],
      websiteUrl: "https://example.com",
    });
    const { notes, ...imported } = fromServerJson(input, { user: 11_003 });
    assert.deepEqual(imported, {
      manifest: {
        name: "weather-server",
        title: "Weather",
        description: "Weather",
        version: "1.2.0",
        image: "registry.example.com/user/weather:1.2.0",
        transport: { type: "stdio", command: ["/weather", "serve", "--units=metric", "--quiet", "{folder}"] },
        env: { LEVEL: "info", CITY: "" },
        secrets: [{ name: "weather-api-key", env: "WEATHER_API_KEY", description: "From the vendor", required: true }],
        user: 11_003,
      },
    });
    assert.deepEqual(notes.map(formatNote), [
      "mounts: -v /a:/b asks for your /a at /b, to write to; what can be mounted is the workspace: {volume: workspace, path: /b, readOnly: false}, or a folder that the config lends it: {folder: NAME, path: /b}",
      "packageArguments: --api-key is secret and was left out; arguments are readable in `docker inspect`",
      "transport.command: fill in folder",
      "secrets: WEATHER_API_KEY is the secret weather-api-key: set it in the stack's config",
      "env.CITY: fill in (Where)",
      "env.EXTRA: has no value and was left out",
      "packages: npm:weather with stdio left out; one is enough, and this one tells most (--package takes another)",
      "remotes: left out; its package runs here (--package remote takes the address)",
      "websiteUrl: left out; a manifest has no such field",
      EGRESS_NOTE,
    ]);
    const open = notes.filter(({ fill }) => fill).map(({ path }) => path.join("."));
    assert.deepEqual(open, ["transport.command", "env.CITY"]);
  });

  it("imports an image with its own entry point, over HTTP and stdio", () => {
    const reach = { type: "streamable-http", url: "http://localhost:3000/mcp" };
    const one = (more: object) =>
      serverJson({ packages: [{ registryType: "oci", identifier: "a/b:1", transport: reach, ...more }] });
    assert.deepEqual(fromServerJson(one({}), { user: 11_003, name: "w" }).manifest.transport, {
      type: "streamable-http",
      port: 3_000,
      path: "/mcp",
    });
    const stdio = { transport: { type: "stdio" } };
    const { manifest, notes } = fromServerJson(one(stdio), { user: 11_003 });
    assert.deepEqual([manifest.transport, notes.map(formatNote)], [{ type: "stdio" }, [EGRESS_NOTE]]);
    const packageArguments = [{ type: "positional", value: "serve" }];
    const given = fromServerJson(one({ ...stdio, packageArguments }), { user: 11_003 }).manifest.transport;
    assert.deepEqual(given, { type: "stdio", arguments: ["serve"] });
  });

  it("imports packages of npm and PyPI as images built here", () => {
    const one = (registryType: string, identifier: string) =>
      fromServerJson(
        serverJson({
          packages: [
            {
              registryType,
              identifier,
              version: "1.2.0",
              transport: { type: "stdio" },
              packageArguments: [{ type: "positional", value: "x" }],
            },
          ],
        }),
        { user: 11_003 },
      );
    const npm = one("npm", "@user/weather");
    assert.deepEqual(npm.manifest.build, { context: "." });
    assert.deepEqual(npm.manifest.transport, { type: "stdio", command: ["mcp-server", "x"] });
    assert.deepEqual(parseManifest(npm.manifest, "f").problems, []);
    assert.match(
      npm.dockerfile ?? "",
      /^FROM node:24-trixie-slim\n[\s\S]*npm install .*"@user\/weather@1\.2\.0"[\s\S]*\nUSER 11003:11003\n$/,
    );
    const pypi = one("pypi", "weather");
    assert.match(
      pypi.dockerfile ?? "",
      /^FROM python:3\.13-slim-trixie\n[\s\S]*pip install .*"weather==1\.2\.0"[\s\S]*\nUSER 11003:11003\n$/,
    );
    assert.deepEqual(pypi.manifest.transport, { type: "stdio", command: ["mcp-server", "x"] });
  });

  it("refuses what is no server.json, what cannot run here, and what would be a command in a build", () => {
    assert.deepEqual(problemsOf({ name: "weather", description: "", version: "^1" }, 11_003), [
      'server.json: name: got "weather", expected namespace/name, like io.github.user/weather',
      'server.json: description: got "", expected 1 to 100 characters',
      "server.json: version: got \"^1\", expected an exact version: no range, not 'latest'",
    ]);
    assert.deepEqual(problemsOf(serverJson(), 11_003), [
      "server.json: packages: got no package, expected a package of oci, npm, pypi. To fix: build an image of it, and name that in a manifest",
    ]);
    assert.deepEqual(
      problemsOf(
        serverJson({ packages: [{ registryType: "mcpb", identifier: "x", transport: { type: "stdio" } }] }),
        11_003,
      ),
      [
        "server.json: packages: got mcpb:x with stdio, expected a package of oci, npm, pypi. To fix: build an image of it, and name that in a manifest",
      ],
    );
    const evil = {
      registryType: "npm",
      identifier: 'x"; curl evil',
      version: "1.0.0 && x",
      transport: { type: "stdio" },
    };
    assert.deepEqual(problemsOf(serverJson({ packages: [evil] }), 11_003), [
      "server.json: packages.0.version: got \"1.0.0 && x\", expected an exact version: no range, not 'latest'",
    ]);
    assert.deepEqual(problemsOf(serverJson({ packages: [{ ...evil, version: "$(x)" }] }), 11_003), [
      'server.json: packages.0.identifier: got "x\\"; curl evil", expected the name of a package of npm',
      'server.json: packages.0.version: got "$(x)", expected an exact version',
    ]);
    assert.deepEqual(
      problemsOf(serverJson({ packages: [evil].map((one) => ({ ...one, identifier: "x", version: "1" })) })),
      ["server.json: (options) user: got nothing, expected the number of a user no server has yet, 11000 to 14995"],
    );
  });
});
