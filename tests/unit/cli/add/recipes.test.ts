import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { draft } from "../../../../cli/add/draft";
import { optionWishes } from "../../../../cli/add/options";
import { packagesNamed, type Recipe, readRecipes, recipeFor, wishesOf } from "../../../../cli/add/recipes";
import { packageJson } from "../../../../cli/add/server-json";
import { parseSource } from "../../../../cli/add/source";
import { ProblemsError } from "../../../../lib/problems";
import { overlaid, roomFor, together, withPackages } from "../../../../manifest/draft/wishes";
import type { Manifest } from "../../../../manifest/types";

const ROOT = join(__dirname, "../../../..");

/** The draft of a package with its recipe. */
function made(recipe: Recipe) {
  const source = parseSource(recipe.for);
  assert.ok(source.kind === "npm" || source.kind === "pypi");
  const document = packageJson(source, { version: "1.2.3" }, recipe.arguments, {
    name: recipe.name,
    beside: recipe.with,
  });
  return draft(document, recipe.for, { user: 11_001, wishes: wishesOf(recipe), ask: recipe.ask });
}

describe("recipes", () => {
  for (const recipe of readRecipes(ROOT)) {
    it(`of ${recipe.for} makes a manifest that is right but for what it asks for`, () => {
      const { needs, files, secrets } = made(recipe);
      assert.deepEqual(
        needs.map((need) => need.split(":")[0]),
        Object.keys(recipe.ask).map((name) => `env.${name}`),
      );
      const manifest = parse(files["server.yaml"] ?? "") as Record<string, unknown>;
      for (const key of Object.keys(recipe.manifest)) assert.ok(key in manifest, key);
      const asked = (manifest.secrets ?? []) as { name: string; required?: boolean }[];
      assert.deepEqual(
        secrets,
        asked.filter(({ required }) => required !== false).map(({ name }) => name),
        "secrets to set",
      );
      for (const argument of recipe.arguments) assert.ok(files["server.yaml"]?.includes(argument), argument);
    });
  }

  it("are one for each package", () => {
    const packages = readRecipes(ROOT).map((recipe) => recipe.for);
    assert.deepEqual(packages, [...new Set(packages)]);
    assert.equal(
      recipeFor({ kind: "npm", name: "@upstash/context7-mcp" }, readRecipes(ROOT))?.for,
      "npm:@upstash/context7-mcp",
    );
    assert.equal(recipeFor({ kind: "pypi", name: "@upstash/context7-mcp" }, readRecipes(ROOT)), undefined);
  });

  it("open few walls: every site to browsers and the like alone, the workspace and no folder of the host, no database", () => {
    const all = readRecipes(ROOT).map(({ for: name, manifest }) => ({ name, ...(manifest as Partial<Manifest>) }));
    const everywhere = all.filter(({ egress = [] }) => [egress].flat().includes("public"));
    assert.deepEqual(
      everywhere.map(({ name }) => name),
      [
        ...["npm:chrome-devtools-mcp", "pypi:duckduckgo-mcp-server", "pypi:mcp-server-fetch", "pypi:markitdown-mcp"],
        ...["npm:@playwright/mcp", "npm:@modelcontextprotocol/server-puppeteer"],
      ],
    );
    for (const { name, egress = [], mounts = [], database, notSecrets, user } of all) {
      for (const host of [egress].flat()) assert.match(host, /^(public|[^:]+\.[a-z]+:443)$/, name);
      for (const mount of mounts) assert.ok("volume" in mount && mount.volume === "workspace", name);
      assert.deepEqual([database, notSecrets, user], [undefined, undefined, undefined], name);
    }
  });

  it("are found by a word of the package's name", () => {
    const named = (word: string): string[] => packagesNamed(word, readRecipes(ROOT));
    assert.ok(named("memory").includes("npm:@modelcontextprotocol/server-memory"));
    assert.ok(named("GitHub").includes("npm:@modelcontextprotocol/server-github"));
    for (const none of ["npm", "pypi", "", "no-such"]) assert.deepEqual(named(none), [], none);
  });

  it("that are wrong are refused, with everything that is wrong in any of them", () => {
    const root = mkdtempSync(join(tmpdir(), "dind-mcp-recipes-"));
    try {
      assert.deepEqual(readRecipes(root), []);
      mkdirSync(join(root, "recipes"));
      const put = (name: string, text: string): void => writeFileSync(join(root, "recipes", name), text);
      put("a.yaml", "for: a\ndocs: http://a\napt: ['x; rm -rf /']\nmanifest: {colour: red}\n");
      put("b.yaml", "for: [\n");
      put("README.md", "no recipe");
      assert.throws(
        () => readRecipes(root),
        (error) => {
          assert.ok(error instanceof ProblemsError);
          for (const place of ["a.yaml:1: for:", "a.yaml:2: docs:", "a.yaml:3: apt", "a.yaml:4: manifest", "b.yaml"]) {
            assert.ok(error.message.includes(`recipes/${place}`), `${place} in ${error.message}`);
          }
          return true;
        },
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("are joined by the storage that the user gives: a path, and a size", () => {
    const { manifest } = optionWishes({ storage: ["/data:64m", "/var/lib/My App", "/x/_.-"] });
    assert.deepEqual(manifest.storage, [
      { name: "data", path: "/data", size: "64m" },
      { name: "my-app", path: "/var/lib/My App" },
      { name: "data", path: "/x/_.-" },
    ]);
    assert.throws(
      () => optionWishes({ storage: ["data", "/a:b"] }),
      /--storage: got "data", expected a path .*: \/data:256m[\s\S]*got "\/a:b"/,
    );
  });

  it("give way to the transport that the user says", () => {
    const transport = (text: string) => optionWishes({ transport: text }).manifest.transport;
    assert.deepEqual(transport("sse:8000"), { type: "sse", port: 8_000 });
    assert.deepEqual(transport("streamable-http:3000/x/mcp"), { type: "streamable-http", port: 3_000, path: "/x/mcp" });
    for (const wrong of ["sse", "http:80", "stdio", "sse:8000x", "sse:123456"])
      assert.throws(() => transport(wrong), /--transport: got ".*", expected streamable-http or sse with the port/);
  });

  it("give way to what the user says", () => {
    const recipe = {
      apt: ["git"],
      manifest: { env: { A: "1", B: "2" }, egress: ["a.example:443"] },
      toldWaysOut: true,
    };
    const own = optionWishes({ env: ["A=x=y", "C="], egress: ["b.example:443"], apt: ["curl", "git"] });
    assert.deepEqual(together(recipe, own), {
      apt: ["git", "curl"],
      manifest: { env: { A: "x=y", B: "2", C: "" }, egress: ["a.example:443", "b.example:443"] },
      toldWaysOut: true,
    });
    assert.equal(optionWishes({}).toldWaysOut, false);
    assert.deepEqual(optionWishes({ egress: ["none"] }).manifest, { egress: "none" });
    assert.deepEqual(optionWishes({ secret: ["API_KEY", "kubeconfig"] }).manifest, {
      secrets: [{ name: "api-key", env: "API_KEY" }, { name: "kubeconfig" }],
    });
    assert.throws(
      () => optionWishes({ secret: ["a=b"] }),
      /--secret: got "a=b", expected a variable's or a file's name/,
    );
    const secrets = [{ name: "key", required: true }];
    const both = overlaid({ secrets, version: "1" }, { secrets: [{ name: "key", description: "d" }, { name: "b" }] });
    assert.deepEqual(both, {
      version: "1",
      secrets: [{ name: "key", required: true, description: "d" }, { name: "b" }],
    });
  });

  it("and options never show what may be a secret, nor become commands", () => {
    assert.throws(
      () => optionWishes({ env: ["hunter2 with a blank"], apt: ["git;reboot", "-o"] }),
      (error) => {
        assert.ok(error instanceof ProblemsError);
        assert.match(error.message, /--env: got a text without =, expected NAME=VALUE/);
        assert.match(error.message, /--apt: got "git;reboot"[\s\S]*--apt: got "-o"/);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
    assert.deepEqual([roomFor(["git", "chromium"]), roomFor(["chromium-common"])], [{ browser: true }, {}]);
    assert.equal(withPackages("FROM a\nUSER 1\n", []), "FROM a\nUSER 1\n");
    assert.match(
      withPackages("FROM a\nUSER 1\n", ["git", "g++"]),
      /^FROM a\nRUN apt-get update [\s\S]* git g\+\+ [\s\S]*\nUSER 1\n$/,
    );
  });
});
