import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ExitCode } from "../../../../cli/errors";
import { findUpdates, type Update } from "../../../../cli/updates/updates";
import { UpdatesRegistry } from "../../../support/registry/updates";

const OLD = `sha256:${"a".repeat(64)}`;
const NEW = `sha256:${"b".repeat(64)}`;

describe("updates", function () {
  this.timeout(120_000);
  const registry = new UpdatesRegistry();
  const before_ = { ...process.env };
  let root: string;
  let first: string;
  let second: string;
  const engineAsked: string[] = [];
  let mirrors: string[] = [];
  const engine = async (reference: string): Promise<string> => {
    engineAsked.push(reference);
    if (reference.startsWith("gone:")) throw new Error("no such image");
    return NEW;
  };
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const git = (...args: string[]): string => {
    const who = ["-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "init.defaultBranch=main"];
    return execFileSync("git", [...who, "-C", join(root, "repository"), ...args], { encoding: "utf8" }).trim();
  };
  const commit = (): string => {
    git("commit", "--quiet", "--allow-empty", "--message", "x");
    return git("rev-parse", "HEAD");
  };

  before(async () => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-updates-"));
    await registry.open();
    Object.assign(process.env, {
      ...{ DIND_MCP_PROJECT: root, npm_config_registry: registry.url, npm_config_cache: join(root, "npm") },
      ...{ PIP_CONFIG_FILE: "/dev/null", PIP_INDEX_URL: `${registry.url}/simple`, PIP_EXTRA_INDEX_URL: "" },
      PIP_CACHE_DIR: join(root, "pip"),
    });
    const wheel = [
      "import sys, zipfile",
      "with zipfile.ZipFile(sys.argv[1], 'w') as wheel:",
      "  wheel.writestr('tide-2.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tide\\nVersion: 2.0\\nProject-URL: Changelog, https://tide.example/changes\\n')",
      "  wheel.writestr('tide-2.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')",
      "  wheel.writestr('tide-2.0.dist-info/RECORD', '')",
    ].join("\n");
    const file = "tide-2.0-py3-none-any.whl";
    execFileSync("python3", ["-c", wheel, join(root, file)]);
    registry.wheels.tide = { file, bytes: readFileSync(join(root, file)), published: "2026-11-20T00:00:00Z" };
    registry.npm.weather = {
      version: "1.10.0",
      published: "2026-11-01T00:00:00Z",
      repository: "git+https://w.example/w.git",
    };
    registry.npm.same = { version: "1.0.0", published: "2025-01-01T00:00:00Z", repository: "" };
    registry.images["me/greeter"] = { "1.0": OLD, "1.2": NEW, latest: NEW, "1.1": OLD };
    registry.images["me/moved"] = { "7": NEW };
    mkdirSync(join(root, "repository"));
    git("init", "--quiet");
    first = commit();
    second = commit();

    put("mcp/weather/server.yaml", "name: weather\nbuild: {}\n");
    put("mcp/weather/Dockerfile", 'FROM node:24-slim\nRUN npm install "weather@1.9.0" "same@1.0.0"\nFROM gone:1\n');
    put("mcp/tide/server.yaml", "name: tide\nbuild: {}\n");
    put("mcp/tide/Dockerfile", 'FROM node:24-slim\nRUN pip install "tide==1.0" "absent==1.0"\n');
    put("mcp/greeter/server.yaml", `name: greeter\nimage: ${registry.host}/me/greeter:1.0@${OLD}\n`);
    put("mcp/moved/server.yaml", `name: moved\nimage: ${registry.host}/me/moved:7@${OLD}\n`);
    const from = `git+file://${join(root, "repository")}#${first}`;
    put("mcp/clone/server.yaml", `# clone: made by \`servers add\` from ${from}.\nname: clone\nbuild: {}\n`);
    put("mcp/broken/server.yaml", "name: [\n");
    put("mcp/own/server.yaml", "name: own\nbuild: {}\n");
  });
  after(() => {
    registry.close();
    for (const name of Object.keys(process.env)) if (!(name in before_)) delete process.env[name];
    Object.assign(process.env, before_);
    rmSync(root, { recursive: true, force: true });
  });

  const look = (...names: string[]) => findUpdates({ root, catalog: ["mcp"], engine, mirrors }, names);
  const of = (items: Update[], name: string) => {
    const { newest, newer, link, published, unasked } = items.find((item) => item.name.endsWith(name)) ?? {};
    return { newest, newer, link, published: published?.toISOString().slice(0, 10), unasked };
  };

  it("tells of each server what registries and repositories have; who does not answer hides nothing", async () => {
    const { servers, items, counts } = await look();
    assert.deepEqual(servers, ["broken", "clone", "greeter", "moved", "own", "tide", "weather"]);
    const none = { newer: undefined, newest: undefined, link: undefined, published: undefined, unasked: undefined };
    const weather = { newest: "1.10.0", newer: true, link: "https://w.example/w", published: "2026-11-01" };
    assert.deepEqual(of(items, "weather"), { ...none, ...weather });
    assert.deepEqual(of(items, "same"), { ...none, newest: "1.0.0", newer: false, published: "2025-01-01" });
    const tide = { newest: "2.0", newer: true, link: "https://tide.example/changes", published: "2026-11-20" };
    assert.deepEqual(of(items, "tide"), { ...none, ...tide });
    assert.deepEqual(of(items, "/me/greeter"), { ...none, newest: "1.2", newer: true });
    assert.deepEqual(of(items, "/me/moved"), { ...none, newest: "7", newer: true });
    assert.deepEqual(of(items, "/repository"), { ...none, newest: second, newer: true });
    assert.match(of(items, "absent").unasked ?? "", /pypi:absent: pip does not find it/);
    assert.match(of(items, "gone").unasked ?? "", /no such image/);
    assert.match(of(items, "broken/server.yaml").unasked ?? "", /servers validate/);
    assert.deepEqual(of(items, "node"), { ...none, newest: "24-slim", newer: false });
    assert.deepEqual(counts, { newer: 5, unasked: 3 });
    assert.deepEqual(engineAsked.sort(), ["gone:1", "node:24-slim"], "the same thing is asked once");
  });

  it("asks the engine's mirrors first for what names no registry, and the engine for what they lack", async () => {
    registry.images["library/node"] = { "24-slim": OLD, "26-slim": NEW, "26": NEW };
    engineAsked.length = 0;
    mirrors = ["http://127.0.0.1:1", registry.url];
    const { items } = await look("weather");
    mirrors = [];
    const { newest, newer } = of(items, "node");
    assert.deepEqual([newest, newer, engineAsked], ["26-slim", true, ["gone:1"]]);
  });

  it("asks for the named servers alone, and knows no other ones", async () => {
    registry.asked.length = 0;
    const { servers, items } = await look("moved");
    assert.deepEqual([servers, items.length], [["moved"], 1]);
    assert.ok(
      registry.asked.every((one) => /me\/moved|\/token/.test(one)),
      registry.asked.join("\n"),
    );
    await assert.rejects(look("moved", "tied"), { code: ExitCode.NotFound, fix: "bin/dind-mcp updates tide" });
  });
});
