import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { plan } from "../../../../cli/add/plan";
import { originOf } from "../../../../cli/add/server-json";
import { parseSource } from "../../../../cli/add/source";
import { writeFolder } from "../../../../cli/add/write";

describe("servers add: a Git repository", function () {
  this.timeout(60_000);
  let root: string;
  let server: Server;
  let first: string;
  const before_ = { ...process.env };
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/weather.git`;
  const git = (...args: string[]): string => {
    const who = ["-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "init.defaultBranch=main"];
    return execFileSync("git", [...who, "-C", join(root, "weather"), ...args], { encoding: "utf8" }).trim();
  };
  const commit = (files: Record<string, string>): string => {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, "weather", file), text);
    git("add", "--all");
    git("commit", "--quiet", "--message", "x");
    return git("rev-parse", "HEAD");
  };

  before(async () => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-git-test-"));
    for (const folder of ["weather/tools/tide", "mcp", "temporary"]) mkdirSync(join(root, folder), { recursive: true });
    Object.assign(process.env, { DIND_MCP_PROJECT: root, TMPDIR: join(root, "temporary") });
    git("init", "--quiet");
    symlinkSync("/etc", join(root, "weather/tools/out"));
    writeFileSync(join(root, "weather/tools/tide/server.py"), "print(2)\n");
    first = commit({
      "pyproject.toml": '[project]\nname = "weather-mcp"\nversion = "1.0"\nscripts = { weather = "w:main" }\n',
    });
    commit({ "pyproject.toml": "[project]\n", "later.py": "" });
    execFileSync("git", ["clone", "--quiet", "--bare", join(root, "weather"), join(root, "weather.git")]);
    execFileSync("git", ["-C", join(root, "weather.git"), "update-server-info"]);
    // Git's oldest way over http: files alone.
    server = createServer((request, response) => {
      const file = join(root, normalize(new URL(request.url ?? "", "http://a").pathname));
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    for (const name of ["DIND_MCP_PROJECT", "TMPDIR"]) {
      if (before_[name] === undefined) delete process.env[name];
      else process.env[name] = before_[name];
    }
    server?.close().closeAllConnections();
    rmSync(root, { recursive: true, force: true });
  });

  /** What is added, and the server's folder. */
  const added = async (source: string, name: string) => {
    const origin = await originOf(parseSource(source), { args: [], registry: "" });
    try {
      const place = { root, catalog: [join(root, "mcp")], folder: join(root, "mcp"), force: false, name };
      const planned = plan(origin, place);
      writeFolder(planned.target, planned.files, false, planned.copies);
      return planned;
    } finally {
      origin.release?.();
    }
  };

  it("is copied as it was at that commit, and built as its own files say", async () => {
    for (const [at, place] of [`git+file://${root}/weather`, url()].entries()) {
      const { from, target } = await added(`${place}#${first}`, `weather-${at}`);
      assert.equal(from, `git+${place.replace(/^git\+/, "")}#${first}`);
      assert.match(readFileSync(join(target, "server.yaml"), "utf8"), new RegExp(`from git\\+.*#${first}`));
      assert.match(readFileSync(join(target, "Dockerfile"), "utf8"), /pip install .* \.\n/);
      assert.ok(!existsSync(join(target, "later.py")), "that is of a later commit");
      assert.ok(!existsSync(join(target, ".git")) && !existsSync(join(target, "tools/out")), "no link, no history");
    }
    const { target } = await added(`git+file://${root}/weather#${first}&subdirectory=tools/tide`, "tide");
    assert.deepEqual(readdirSync(target).sort(), [".dockerignore", "Dockerfile", "server.py", "server.yaml"]);
    assert.deepEqual(readdirSync(join(root, "temporary")), [], "nothing is left of what was fetched");
  });

  it("is refused when there is no such commit, folder or repository; nothing is left of it", async () => {
    const none = "0".repeat(40);
    await assert.rejects(added(`${url()}#${none}`, "x"), /weather\.git: got no commit 0{40}, expected one of its own/);
    await assert.rejects(
      added(`${url()}#${first}&subdirectory=tools/out`, "x"),
      /got no folder tools\/out, expected one of that commit/,
    );
    await assert.rejects(
      added(`${url().replace("weather", "none")}#${first}`, "x"),
      /none\.git: git failed: fatal: .*not found/,
    );
    assert.ok(!existsSync(join(root, "mcp/x")));
    assert.deepEqual(readdirSync(join(root, "temporary")), []);
  });
});
