import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

const ROOT = join(__dirname, "../..");

/** What each folder may import. */
const MAY: Record<string, string[]> = {
  lib: [],
  manifest: ["lib"],
  api: ["lib", "manifest"],
  config: ["lib", "manifest", "api"],
  orchestrator: ["lib", "manifest", "api", "config"],
  components: ["lib", "manifest", "api", "config"],
  stack: ["lib", "manifest", "api", "config", "components"],
  policy: ["lib", "manifest", "config"],
  cli: ["lib", "manifest", "api", "config", "components", "stack"],
};
/** What nothing of the product may import. */
const TOOLS = ["toolchain", "tests", "bench", "examples"];

/** The same among the orchestrator's folders. */
const MAY_INSIDE: Record<string, string[]> = {
  security: [],
  audit: [],
  servers: [],
  http: ["security", "audit"],
  gateway: ["security", "audit", "servers", "http"],
  page: ["security", "http"],
  web: [],
  discovery: ["servers", "gateway"],
  "docker-api": ["security", "http"],
  rest: ["security", "audit", "servers", "http", "gateway", "discovery"],
  metrics: ["security", "audit", "servers", "http", "gateway", "discovery"],
};

/** One import: the folder that has it, the module it names, and whether it is right. */
interface Case {
  folder: string;
  module: string;
  right: boolean;
}

function cases(): Case[] {
  const to = (folder: string, module: string, right: boolean): Case => ({ folder, module, right });
  const among = (may: Record<string, string[]>, parent: string, file: (folder: string) => string) =>
    Object.entries(may).flatMap(([folder, allowed]) =>
      Object.keys(may)
        .filter((other) => other !== folder)
        .map((other) => to(parent + folder, `${parent}${other}/${file(other)}`, allowed.includes(other))),
    );
  const inside = Object.keys(MAY_INSIDE).map((folder) => `orchestrator/${folder}`);
  return [
    ...among(MAY, "", () => "x"),
    ...among(MAY_INSIDE, "orchestrator/", (other) => (other === "gateway" ? "gateway-api" : "x")),
    ...inside.flatMap((folder) => ["cli", "stack"].map((other) => to(folder, `${other}/x`, false))),
    ...["rest", "metrics", "discovery"].map((folder) =>
      to(`orchestrator/${folder}`, "orchestrator/gateway/wire/x", false),
    ),
    to("orchestrator/gateway", "orchestrator/servers/docker/x", false),
    ...Object.keys(MAY).flatMap((folder) => TOOLS.map((tool) => to(folder, `${tool}/x`, false))),
    ...["cli/add", "orchestrator/rest"].map((folder) => to(folder, "manifest/server-json/notes", false)),
    ...["cli/add", "orchestrator/rest"].map((folder) => to(folder, "manifest/server-json", true)),
    to("api", "node:fs", false),
    to("orchestrator/web", "node:fs", false),
    to("orchestrator/web", "config/x", false),
    to("orchestrator/web", "api/x", true),
    to("cli", "node:fs", true),
    to("orchestrator/rest", "@pulumi/pulumi", false),
    to("components", "@pulumi/pulumi", true),
  ];
}

describe("the layers", () => {
  it("hold every folder with code", () => {
    const known = [...Object.keys(MAY), ...TOOLS, "docs", "images", "mcp", "recipes", "node_modules", "bin"];
    const folders = (path: string) =>
      readdirSync(join(ROOT, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
        .map(({ name }) => name);
    const strange = folders(".").filter((name) => !known.includes(name));
    assert.deepEqual(strange, [], "a new top folder needs its place in toolchain/lint/layers.jsonc, and here");
    assert.deepEqual(folders("orchestrator").sort(), Object.keys(MAY_INSIDE).sort());
  });

  it("are kept by the linter, which says which way imports go", () => {
    const folder = mkdtempSync(join(tmpdir(), "layers-"));
    try {
      for (const part of ["biome.json", "toolchain/lint"]) {
        cpSync(join(ROOT, part), join(folder, part), { recursive: true });
      }
      const all = cases();
      for (const [index, { folder: from, module }] of all.entries()) {
        const named = /^(node:|@)/.test(module) ? module : relative(from, module);
        const file = join(folder, from, `case-${index}.ts`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, `export * from "${named}";\n`);
      }
      const args = ["lint", "--vcs-enabled=false", "--max-diagnostics=none", "--colors=off", "."];
      const { stdout, stderr } = spawnSync(join(ROOT, "node_modules/.bin/biome"), args, {
        cwd: folder,
        encoding: "utf8",
      });
      const report = stdout + stderr;
      const refused = new Set(
        [...report.matchAll(/case-(\d+)\.ts\S* lint\/style\/noRestrictedImports/g)].map(([, n]) => Number(n)),
      );
      const otherwise = all.filter(({ right }, index) => right === refused.has(index));
      assert.deepEqual(otherwise, []);
      assert.match(report, /Imports go one way: lib <- manifest/);
      assert.match(report, /Inside the orchestrator: security, audit, servers <- http/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
