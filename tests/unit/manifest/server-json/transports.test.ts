import assert from "node:assert/strict";
import { ProblemsError } from "../../../../lib/problems";
import { EGRESS, formatNote, fromServerJson } from "../../../../manifest/server-json";

type Package = Record<string, unknown>;
const load = (packages: Package[], which?: string, more: object = {}) => {
  const document = { name: "com.example/weather", description: "Weather", version: "1.2.0", packages, ...more };
  const { notes, ...rest } = fromServerJson(document, {
    user: 11_003,
    ...(which === undefined ? {} : { package: which }),
  });
  return { ...rest, notes: notes.map(formatNote).filter((text) => !text.includes(EGRESS)) };
};
const http = (url: string, one: Package = {}, reach: object = {}): Package => ({
  ...{ registryType: "oci", identifier: "a/b:1", transport: { type: "streamable-http", url, ...reach } },
  ...one,
});
const port = (default_?: string) => ({
  type: "named",
  name: "--port",
  ...(default_ ? { default: default_ } : {}),
  isRequired: true,
  format: "number",
});
const publish = (value: string, more: object = {}) => ({ type: "named", name: "-p", value, ...more });
const npm = { registryType: "npm", identifier: "weather", version: "1.2.0" };

describe("server.json: how a server is reached", () => {
  it("has variables in its URL, by each name that they have", () => {
    const variables = { port: { default: "3000" } };
    const ways: [string, Package][] = [
      ["http://localhost:{--port}/mcp", { ...npm, packageArguments: [port("3000")] }],
      ["http://localhost:{port}/mcp", { ...npm, packageArguments: [port("3000")] }],
      [
        "http://localhost:{the_port}/mcp",
        { ...npm, packageArguments: [{ type: "positional", valueHint: "the_port", default: "3000" }] },
      ],
      ["http://localhost:{PORT}/mcp", { ...npm, environmentVariables: [{ name: "PORT", value: "3000" }] }],
      ["http://localhost:{port}/mcp", { ...npm, environmentVariables: [{ name: "PORT", value: "{port}", variables }] }],
      [
        "http://{host}:{port}/{path}",
        {
          ...npm,
          packageArguments: [
            port("3000"),
            { type: "named", name: "--host", value: "0.0.0.0" },
            { type: "named", name: "--path", value: "mcp" },
          ],
        },
      ],
      ["http://localhost:{PORT}/mcp", { runtimeArguments: [{ type: "named", name: "-e", value: "PORT=3000" }] }],
      ["http://[::1]:3000/mcp", {}],
    ];
    for (const [url, one] of ways) {
      const { manifest, notes } = load([http(url, one)]);
      const { port: got, path, type } = manifest.transport as Record<string, unknown>;
      assert.deepEqual([type, got, path], ["streamable-http", 3_000, "/mcp"], `${url} ${JSON.stringify(one)}`);
      assert.ok(!notes.some((text) => text.includes("fill in")), notes.join("\n"));
    }
  });

  it("has a port of the machine there, and listens on the container's", () => {
    const ways: [string, object[]][] = [
      ["http://localhost:{port}/mcp", [publish("{port}:8080", { variables: { port: { default: "3000" } } })]],
      ["http://localhost:{port}/mcp", [publish("{port}:8080", { variables: { port: { isRequired: true } } })]],
      ["http://localhost:3000/mcp", [publish("3000:8080")]],
      ["http://localhost:3000/mcp", [publish("127.0.0.1:3000:8080/tcp")]],
      ["http://localhost:3000/mcp", [publish("9090:9090"), publish("3000:8080")]],
      ["http://localhost/mcp", [publish("80:8080")]],
      ["http://localhost:8080/mcp", [{ type: "named", name: "--network", value: "host" }]],
    ];
    for (const [url, runtimeArguments] of ways) {
      const { manifest } = load([http(url, { runtimeArguments })]);
      assert.deepEqual(
        manifest.transport,
        { type: "streamable-http", port: 8_080, path: "/mcp" },
        JSON.stringify(runtimeArguments),
      );
    }
  });

  it("says what is to be filled in, and what of the URL has no place", () => {
    const open = load([http("http://localhost:{port}/mcp", { ...npm, packageArguments: [port()] })]);
    assert.deepEqual(open.manifest.transport, {
      type: "streamable-http",
      command: ["mcp-server", "--port={port}"],
      path: "/mcp",
    });
    assert.deepEqual(open.notes, [
      "transport.command: fill in --port (a number)",
      "transport.port: fill in; the URL http://localhost:{port}/mcp has variables without a value",
    ]);
    assert.deepEqual(load([http("{base}/mcp")]).manifest.transport, { type: "streamable-http" });
    const headers = [
      { name: "X-Key", isSecret: true, description: "From the vendor" },
      { name: "X-Region", choices: ["eu", "us"] },
    ];
    const { notes } = load([http("https://weather.example/mcp?x=1", {}, { headers })]);
    assert.deepEqual(notes, [
      "transport: https left out: it is spoken to in its own network, by http",
      "transport.path: ?x=1 of the URL was left out; a path has none",
      "transport: the host weather.example of the URL was left out; it is reached in its own network",
      "transport: the header X-Key, a secret (From the vendor) was left out: nothing here sends it to the server",
      "transport: the header X-Region (one of eu, us) was left out: nothing here sends it to the server",
    ]);
  });
});

describe("server.json: values", () => {
  const args = (...packageArguments: object[]) => load([{ ...npm, transport: { type: "stdio" }, packageArguments }]);
  const command = (...list: object[]) => (args(...list).manifest.transport as { command: string[] }).command.slice(1);

  it("have choices, formats and examples, which are said where a value is missing", () => {
    const { notes } = args(
      { type: "named", name: "--mode", isRequired: true, choices: ["a", "b"], description: "How" },
      { type: "named", name: "--level", choices: ["1", "2"] },
      {
        type: "named",
        name: "--db",
        value: "{kind}",
        variables: { kind: { choices: ["pg", "my"], isRequired: true } },
      },
      {
        type: "positional",
        valueHint: "file",
        isRequired: true,
        placeholder: "/data/x",
        format: "filepath",
        isRepeated: true,
      },
    );
    assert.deepEqual(notes, [
      "transport.command: fill in --mode (How; one of a, b)",
      "packageArguments: --level has no value and was left out (one of 1, 2)",
      "transport.command: fill in --db (one of pg, my)",
      "packageArguments: file may be given more than once",
      "transport.command: fill in file (like /data/x; a path in the container: of your files it sees what mounts give it)",
    ]);
  });

  it("are said when they are none of the choices, of another format, or a path of another machine", () => {
    const { notes } = args(
      { type: "named", name: "--mode", default: "c", choices: ["a", "b"] },
      { type: "named", name: "--port", default: "many", format: "number" },
      { type: "positional", value: "{dir}/x {y}", variables: { dir: { default: "/Users/me", format: "filepath" } } },
    );
    assert.deepEqual(notes, [
      "packageArguments: --mode: c is none of its choices, a, b",
      "packageArguments: --port: many is not a number, which the document asks for",
      "packageArguments: an argument: /Users/me is a path of a user's machine; here it is one in the container, which sees what mounts give it",
      "packageArguments: an argument: {y} names no variable of the document and stays as it is",
    ]);
  });

  it("are written as programs read them", () => {
    assert.deepEqual(command({ type: "named", name: "--a", value: "1" }, { type: "named", name: "-b", value: "2" }), [
      "--a=1",
      "-b",
      "2",
    ]);
    assert.deepEqual(
      command({ type: "named", name: "--c=", value: "3" }, { type: "named", name: "--flag", value: "" }),
      ["--c=3", "--flag"],
    );
    assert.deepEqual(command({ type: "positional", value: '{"a": 1}' }), ['{"a": 1}']);
  });
});

describe("server.json with several packages", () => {
  const variables = [
    { name: "CITY", value: "Bern" },
    { name: "LEVEL", default: "info" },
  ];
  const stdio = { transport: { type: "stdio" } };
  const oci: Package = { registryType: "oci", identifier: "a/b:1", ...stdio };
  const full: Package = { ...npm, ...stdio, environmentVariables: variables };
  const pypi: Package = { registryType: "pypi", identifier: "weather-py", ...stdio };
  const taken = (packages: Package[], which?: string): unknown => {
    const { manifest, dockerfile = "" } = load(packages, which);
    return manifest.image ?? /"([\w-]+)(?:@|==)/.exec(dockerfile)?.[1];
  };

  it("takes the most complete one: that tells most, leaves least to fill in, and else an image", () => {
    for (const list of [
      [oci, full, pypi],
      [full, oci],
      [pypi, full, oci],
    ])
      assert.equal(taken(list), "weather");
    const asks = { ...full, environmentVariables: [{ name: "CITY", isRequired: true }] };
    assert.equal(taken([pypi, asks]), "weather", "what is to be filled in is told all the same");
    const entrypoint = { type: "named", name: "--entrypoint", value: "/run" };
    const same = { ...oci, environmentVariables: variables };
    assert.equal(taken([full, same]), "a/b:1", "the image's own entry point will do");
    assert.equal(taken([full, { ...same, runtimeArguments: [entrypoint] }]), "a/b:1");
    assert.equal(taken([oci, { ...full, identifier: "not a name" }]), "a/b:1", "what cannot be taken is no choice");
    const [more] = load([oci, full]).notes.filter((text) => text.startsWith("packages:"));
    assert.equal(
      more,
      "packages: oci:a/b:1 with stdio left out; one is enough, and this one tells most (--package takes another)",
    );
  });

  it("takes the one that is named: by registry, name, transport or number", () => {
    const web = { ...oci, identifier: "a/web:1", transport: { type: "streamable-http", url: "http://localhost:80/" } };
    const all = [full, oci, pypi, web];
    for (const [which, expected] of [
      ["oci", "a/b:1"],
      ["pypi", "weather-py"],
      ["weather-py", "weather-py"],
      ["pypi:weather-py", "weather-py"],
      ["streamable-http", "a/web:1"],
      ["2", "a/b:1"],
      ["1", "weather"],
    ])
      assert.equal(taken(all, which), expected, which);
    for (const which of ["nuget", "5", "0", ""])
      assert.throws(
        () => load(all, which),
        (error) => error instanceof ProblemsError && error.message.includes(`one that --package ${which} means`),
      );
    const sse = { ...oci, transport: { type: "sse", url: "http://localhost:1/sse" } };
    assert.equal(taken([sse, pypi]), "weather-py", "the transport of 2024 comes last");
    assert.deepEqual(load([full, sse], "sse").manifest.transport, { type: "sse", port: 1, path: "/sse" });
    assert.deepEqual(load([sse]).manifest.transport, { type: "sse", port: 1, path: "/sse" });
    assert.throws(
      () =>
        load([full], "npm", {
          _meta: { "io.modelcontextprotocol.registry/publisher-provided": { "io.github.dind-mcp": { image: "a:1" } } },
        }),
      /\(options\) package: got npm, expected none/,
    );
  });

  it("says what else a document holds and a manifest does not", () => {
    const _meta = { "io.modelcontextprotocol.registry/publisher-provided": { "com.example": { permissions: {} } } };
    const { notes } = load([{ ...full, postInstallInstructions: [] }], undefined, { status: "deprecated", _meta });
    assert.deepEqual(notes, [
      "status: left out; a manifest has no such field",
      "packages.0.postInstallInstructions: left out; a manifest has no such field",
      "_meta: com.example left out; a manifest has no such field",
    ]);
  });

  it("takes an image without a tag that counts by the document's version", () => {
    for (const identifier of ["a.example:5000/b", "a.example:5000/b:latest"]) {
      const { manifest, notes } = load([{ ...oci, identifier }]);
      assert.equal(manifest.image, "a.example:5000/b:1.2.0");
      assert.ok(
        notes.some((text) => text.startsWith(`image: ${identifier} has `)),
        notes.join("\n"),
      );
    }
  });

  it("reads documents of the first schema: version_detail, no transport, transport_type", () => {
    const old = {
      name: "a.b/weather",
      description: "W",
      version_detail: { version: "1.2.0" },
      remotes: [{ transport_type: "sse", url: "https://x.example/sse" }],
      packages: [{ registry_type: "npm", identifier: "weather", version: "1.2.0" }],
    };
    const { manifest } = fromServerJson(old, { user: 11_003 });
    assert.deepEqual([manifest.version, manifest.transport], ["1.2.0", { type: "stdio", command: ["mcp-server"] }]);
  });
});
