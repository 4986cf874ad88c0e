import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ProblemsError } from "../../problems";
import { parseSettings, settingsSchema } from "../../settings";

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
    const project = parse(readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8")) as {
      config: Record<string, { default?: unknown }>;
    };
    const { networkGateway, ...defaults } = parseSettings({}, [], "Pulumi.t.yaml");
    const declared = Object.fromEntries(
      Object.entries(project.config).flatMap(([key, { default: value }]) => (key.includes(":") ? [] : [[key, value]])),
    );
    assert.deepEqual({ ...declared, databaseDsn: "", secrets: {} }, defaults);
    assert.equal(networkGateway, "172.30.0.1");
    assert.deepEqual(Object.keys(defaults).sort(), Object.keys(settingsSchema.shape).sort());
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
});
