import assert from "node:assert/strict";
import { ProblemsError } from "../../../../lib/problems";
import { fromServerJson } from "../../../../manifest/server-json";

const stdio = { type: "stdio" };
const load = (one: object, more: object = {}) =>
  fromServerJson(
    { name: "io.github.user/weather", description: "Weather", version: "1.2.0", packages: [one], ...more },
    { user: 11_003 },
  );
const image = (one: object) => load({ registryType: "oci", transport: stdio, ...one }).manifest.image;

describe("server.json as it is found: earlier schemas, options nobody needs", () => {
  it("2025-07-09: the keys of then", () => {
    const { manifest, dockerfile } = load({
      ...{ registry_type: "pypi", registry_base_url: "https://packages.example", identifier: "weather-mcp" },
      ...{ version: "2.0.0", transport: stdio, runtime_hint: "uvx" },
      package_arguments: [
        { type: "named", name: "--units", value: "{is_metric}", variables: { is_metric: { default: "yes" } } },
      ],
      environment_variables: [{ name: "WEATHER_TOKEN", is_secret: true, is_required: true }],
    });
    assert.match(dockerfile ?? "", /"weather-mcp==2\.0\.0"/);
    assert.deepEqual(manifest.secrets, [{ name: "weather-token", env: "WEATHER_TOKEN", required: true }]);
    assert.deepEqual(manifest.transport, { type: "stdio", command: ["mcp-server", "--units=yes"] });
  });

  it("an image whose registry and tag stand in fields of their own", () => {
    for (const [identifier, registryBaseUrl, expected] of [
      ["registry.example/user/weather", undefined, "registry.example/user/weather:1.2.0"],
      ["user/weather", "https://registry.example", "registry.example/user/weather:1.2.0"],
      ["registry.example:5000/weather", "https://registry.example:5000", "registry.example:5000/weather:1.2.0"],
      ["user/weather:1.2.0", undefined, "user/weather:1.2.0"],
    ]) {
      assert.equal(image({ identifier, version: "1.2.0", ...(registryBaseUrl ? { registryBaseUrl } : {}) }), expected);
    }
    assert.equal(image({ identifier: "user/weather:v1.2.0", version: "1.2.0" }), "user/weather:v1.2.0");
    assert.equal(image({ identifier: "user/weather:latest", version: "1.2.0" }), "user/weather:1.2.0");
    assert.equal(
      image({ identifier: "weather:1", registryBaseUrl: "https://registry.example" }),
      "registry.example/weather:1",
    );
    for (const identifier of ["user/weather:1.3.0", `user/weather@sha256:${"a".repeat(64)}`]) {
      assert.throws(() => image({ identifier, version: "1.2.0" }), /expected no version: an oci package has it/);
    }
  });

  it("an option with a description and no value is nobody's flag", () => {
    const { manifest, notes } = load({
      ...{ registryType: "npm", identifier: "weather", version: "1.2.0", transport: stdio },
      packageArguments: [
        { type: "named", name: "--connectionString", description: "Where the database is", isRequired: false },
        { type: "named", name: "--stdio" },
      ],
    });
    assert.deepEqual(manifest.transport, { type: "stdio", command: ["mcp-server", "--stdio"] });
    assert.ok(
      notes.some(({ text }) => text === "--connectionString has no value and was left out (Where the database is)"),
    );
  });

  it("remotes alone are taken; what is no server.json is left to the check", () => {
    const remotes = [{ type: "streamable-http", url: "https://weather.example/mcp" }];
    const { manifest } = load({}, { packages: undefined, remotes });
    assert.deepEqual(manifest.transport, { type: "remote", url: "https://weather.example/mcp" });
    for (const packages of [null, "x", [null], [["oci"]], [{ registryType: "oci", version: 1 }]]) {
      assert.throws(() => load({}, { packages }), ProblemsError);
    }
  });
});
