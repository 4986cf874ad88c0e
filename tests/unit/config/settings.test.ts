import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings, settingsSchema } from "../../../config/settings";
import { ProblemsError } from "../../../lib/problems";

function problemsOf(raw: Record<string, string>, secretKeys: string[] = []): string[] {
  try {
    parseSettings(raw, secretKeys, "Pulumi.t.yaml");
  } catch (error) {
    assert.ok(error instanceof ProblemsError, String(error));
    return error.message.split("\n").slice(1);
  }
  return [];
}

describe("settings", () => {
  it("has a default for every key, and Pulumi.yaml tells the same ones", () => {
    const project = parse(readFileSync(join(__dirname, "../../../Pulumi.yaml"), "utf8")) as {
      config: Record<string, { default?: unknown }>;
    };
    const { networkGateway, tokens, ...defaults } = parseSettings({}, [], "Pulumi.t.yaml");
    const declared = Object.fromEntries(
      Object.entries(project.config).flatMap(([key, { default: value }]) => (key.includes(":") ? [] : [[key, value]])),
    );
    assert.deepEqual({ ...declared, databaseDsn: "", secrets: {} }, defaults);
    assert.equal(networkGateway, "172.30.0.1");
    // Pulumi.yaml cannot declare mappings; the orchestrator has the defaults of `deploy`, and OAuth is off without `oauth`.
    const all = [...Object.keys(defaults), "tokens", "deploy", "oauth"].sort();
    assert.deepEqual(all, Object.keys(settingsSchema.shape).sort());
    assert.deepEqual(
      tokens.map(({ name, scopes }) => [name, scopes.join()]),
      [
        ["mcp", "mcp"],
        ["read", "read"],
        ["admin", "mcp,read,admin"],
      ],
    );
  });

  it("keeps text that looks like JSON as text, and reads the rest as JSON", () => {
    const settings = parseSettings({ engineName: "12376", dockerTlsPort: "4000", servers: '["a"]' }, [], "f");
    assert.deepEqual([settings.engineName, settings.dockerTlsPort, settings.servers], ["12376", 4000, ["a"]]);
  });

  it("reports all problems at once, each with its path, what was got and what is expected", () => {
    assert.deepEqual(problemsOf({ networkCidr: "172.30.0.0/33", dockerTlsPort: "0", engineNam: "x", servers: "a" }), [
      '  - Pulumi.t.yaml: dind-mcp.networkCidr: got "172.30.0.0/33", expected an IPv4 subnet from /16 to /28, like 172.30.0.0/16',
      "  - Pulumi.t.yaml: dind-mcp.dockerTlsPort: got 0, expected a whole number from 1 to 65535",
      '  - Pulumi.t.yaml: dind-mcp.servers: got "a", expected a list of texts',
      `  - Pulumi.t.yaml: dind-mcp.engineNam: got an unknown key, expected one of ${Object.keys(settingsSchema.shape).join(", ")}. To fix: correct the key's spelling, or remove it`,
    ]);
  });

  it("refuses a subnet that the engine uses inside", () => {
    assert.match(problemsOf({ networkCidr: "10.214.0.0/16" }).join(), /a subnet outside 10\.214\.0\.0\/16/);
  });

  it("refuses secrets stored in plain text, and never shows their value", () => {
    const dsn = "postgres://u:hunter2@db/x";
    const plain = problemsOf({ databaseDsn: dsn });
    assert.equal(plain.length, 1);
    assert.match(
      plain[0] ?? "",
      /databaseDsn: got a value stored in plain text, .*pulumi config set --secret databaseDsn/,
    );
    const wrong = problemsOf({ databaseDsn: "mysql://u:hunter2@db/x" }, ["databaseDsn"]);
    assert.match(wrong[0] ?? "", /databaseDsn: got a mapping, expected postgres:/);
    assert.doesNotMatch([...plain, ...wrong].join(), /hunter2/);
    assert.deepEqual(problemsOf({ secrets: "{}" }), [], "nothing is left to encrypt");
    assert.equal(parseSettings({ databaseDsn: dsn }, ["databaseDsn"], "f").databaseDsn, dsn);
  });

  it("keeps ports and tokens apart from each other", () => {
    const tokens = JSON.stringify([
      { name: "a", scopes: ["mcp"] },
      { name: "a", scopes: ["read"] },
    ]);
    assert.deepEqual(problemsOf({ apiPort: "12376", metricsPort: "18081", dockerPort: "18081", tokens }), [
      "  - Pulumi.t.yaml: dind-mcp.apiPort: got 12376, expected another port than dockerTlsPort",
      "  - Pulumi.t.yaml: dind-mcp.dockerPort: got 18081, expected another port than metricsPort",
      '  - Pulumi.t.yaml: dind-mcp.tokens.1.name: got "a", expected another name than that of tokens.0',
    ]);
  });

  it("does not offer the whole Docker API to a network without TLS", () => {
    const open = { dockerApi: "full", bindAddress: "0.0.0.0" };
    assert.match(problemsOf(open).join(), /dockerApi: got "full", expected read-only or off, as bindAddress/);
    assert.deepEqual(problemsOf({ ...open, bindAddress: "127.0.0.2" }), []);
    assert.deepEqual(problemsOf({ ...open, dockerApi: "read-only" }), []);
  });

  it("tells of every wrong value of the management layer where it is and what is expected", () => {
    const told = problemsOf({
      dockerApi: "on",
      publicUrl: "https://mcp.example.com/base",
      allowedHosts: '["mcp.example.com","mcp.example.com:80"]',
      allowedOrigins: '["app.example.com"]',
      toolChanges: "true",
      auditArguments: "all",
      maxSessions: "0",
      requestsPerMinute: "-1",
      tracingEndpoint: "grpc://collector",
      oauth: '{"issuer":"there","realm":"x"}',
      deploy: '{"memory":"much","cpus":0,"workspace":true,"privileged":true}',
      tokens: '[{"name":"Me","scopes":[]},{"name":"b","scopes":["root"],"tools":{"only":[]}},"c"]',
    });
    assert.deepEqual(
      told.map((line) => line.replace("  - Pulumi.t.yaml: dind-mcp.", "")),
      [
        'dockerApi: got "on", expected read-only, full or off',
        'publicUrl: got "https://mcp.example.com/base", expected an origin like https://mcp.example.com, without a path',
        'allowedHosts.1: got "mcp.example.com:80", expected a host name or IPv4 address, without a port',
        'allowedOrigins.0: got "app.example.com", expected an origin like https://app.example.com, without a path',
        "toolChanges: got true, expected report or block",
        'auditArguments: got "all", expected redacted, full or none',
        "maxSessions: got 0, expected a whole number from 1 to 100000",
        "requestsPerMinute: got -1, expected a whole number from 0 to 1000000",
        'tracingEndpoint: got "grpc://collector", expected an http or https URL',
        'oauth.issuer: got "there", expected an http or https URL',
        "oauth.realm: got an unknown key, expected one of issuer, audience, jwksUri. To fix: correct the key's spelling, or remove it",
        "deploy.cpus: got 0, expected more than 0",
        'deploy.memory: got "much", expected a size like 512m',
        "deploy.workspace: got true, expected none, read-only or read-write",
        "deploy.privileged: got an unknown key, expected one of enabled, images, servers, cpus, memory, processes, workspace. To fix: correct the key's spelling, or remove it",
        "tokens.0.name: got \"Me\", expected a name of 1 to 32 small letters, digits and '-', a letter first",
        "tokens.0.scopes: got a list, expected at least one scope",
        'tokens.1.scopes.0: got "root", expected one of mcp, read, admin',
        "tokens.1.tools.only: got an unknown key, expected one of allow, deny. To fix: correct the key's spelling, or remove it",
        'tokens.2: got "c", expected a mapping with name and scopes',
      ],
    );
  });
});
