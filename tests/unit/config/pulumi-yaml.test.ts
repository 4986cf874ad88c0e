import assert from "node:assert/strict";
import { parse } from "yaml";
import { KEYS } from "../../../config/keys";
import { parseSettings } from "../../../config/parse-settings";
import { pulumiYaml } from "../../../config/pulumi-yaml";

interface Declared {
  type: string;
  items?: { type: string };
  default: unknown;
}

const BEGIN = "# Made from config/keys by `npm run generate`, from here to the end.\n";

function declared(): Record<string, Declared> {
  const project = parse(pulumiYaml(`name: x\n${BEGIN}old: 1\n`)) as { name: string; config: Record<string, Declared> };
  assert.deepEqual(Object.keys(project), ["name", "config"]);
  const { "pulumi:disable-default-providers": docker, ...config } = project.config;
  assert.deepEqual(docker, { value: ["docker"] });
  return config;
}

describe("Pulumi.yaml", () => {
  it("declares every key that Pulumi can know, with the program's own defaults", () => {
    const {
      networkGateway,
      databaseDsn,
      secrets,
      tokens,
      folders,
      privateHosts,
      registries,
      pagePort,
      consulToken,
      consulKey,
      secretSources,
      ...defaults
    } = parseSettings({}, [], "f");
    const told = Object.entries(declared()).map(([key, { default: value }]) => [key, value]);
    assert.deepEqual(Object.fromEntries(told), defaults);
    const others = [
      "databaseDsn",
      "secrets",
      "tokens",
      "folders",
      "privateHosts",
      "registries",
      "oauth",
      "kong",
      "deploy",
      "pagePort",
      "consul",
      "consulToken",
      "consulKey",
      "secretSources",
    ];
    assert.deepEqual([...told.map(([key]) => key), ...others].sort(), Object.keys(KEYS).sort());
  });

  it("has Pulumi's types, so that `pulumi config set` refuses what is of another", () => {
    for (const [key, { type, items, default: value }] of Object.entries(declared())) {
      const wanted = typeof value === "number" ? "integer" : Array.isArray(value) ? "array" : typeof value;
      assert.equal(type, wanted, key);
      const item = key === "tlsAuthorities" ? "integer" : "string";
      assert.deepEqual(items, type === "array" ? { type: item } : undefined, key);
    }
  });

  it("names those that Pulumi cannot know", () => {
    const text = pulumiYaml(BEGIN);
    for (const line of [
      "databaseDsn  (secret) ",
      "secrets      (secret) ",
      "tokens       ",
      "oauth        ",
      "deploy       ",
    ])
      assert.ok(text.includes(`\n  #   ${line}`), line);
  });

  it("is not written over when the mark is gone", () => {
    assert.throws(() => pulumiYaml("name: x\nconfig: {}\n"), /Pulumi\.yaml has lost a line/);
  });
});
