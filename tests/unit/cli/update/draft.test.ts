import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { draftOf } from "../../../../cli/update/draft";
import { forget, keep, keptOf, writeNew, writeOld } from "../../../../cli/update/kept";
import type { Update } from "../../../../cli/updates/updates";
import { catalogEntries } from "../../../../manifest/load-catalog";

describe("update: a server's folder with newer versions", () => {
  const before_ = { ...process.env };
  let root: string;
  const file = (name: string) => join(root, "mcp/weather", name);
  const text = (name: string) => readFileSync(file(name), "utf8");
  const newer = (
    kind: Update["kind"],
    name: string,
    have: string,
    newest: string,
    more: Partial<Update> = {},
  ): Update => ({
    ...{ server: "weather", kind, name, have, newest, newer: true },
    ...more,
  });
  const draft = (updates: Update[], base = false) => {
    const [entry] = catalogEntries(["mcp"], root);
    assert.ok(entry);
    return draftOf(entry, "weather", updates, base);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-update-test-"));
    Object.assign(process.env, { DIND_MCP_STATE: join(root, "state"), PULUMI_STACK: "dev", DIND_MCP_PROJECT: root });
    mkdirSync(file("."), { recursive: true });
    writeFileSync(
      file("server.yaml"),
      "# weather: made by `servers add` from npm:weather@1.9.0.\nname: weather\nversion: 1.9.0\nbuild: {}\n",
    );
    writeFileSync(file("Dockerfile"), "FROM node:24-slim\nRUN npm install weather@1.9.0 other@1.0.0\n");
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before_)) delete process.env[name];
    Object.assign(process.env, before_);
    rmSync(root, { recursive: true });
  });

  const WEATHER = newer("npm", "weather", "1.9.0", "1.10.0");
  const BASE = newer("image", "node", "24-slim", "26-slim", { base: true });

  it("is drafted without a file being touched; base images and what stands nowhere are left, with the reason", async () => {
    const commit = newer("git", "https://w.example/w.git", "aaa", "bbb");
    const { changes, files, left } = await draft([WEATHER, BASE, commit, newer("pypi", "absent", "1", "2")]);
    assert.deepEqual(changes, ["npm weather 1.9.0 -> 1.10.0"]);
    assert.equal(files.Dockerfile?.after, "FROM node:24-slim\nRUN npm install weather@1.10.0 other@1.0.0\n");
    assert.match(files["server.yaml"]?.after ?? "", /from npm:weather@1\.10\.0\.\n.*\nversion: 1\.10\.0\n/);
    assert.match(
      left.join("\n"),
      /26-slim: a base image.*\n.*servers add git\+https:\/\/w\.example\/w\.git#bbb --name weather --force.*\n.*nowhere/,
    );
    assert.match(text("Dockerfile"), /weather@1\.9\.0/);
    assert.match((await draft([BASE], true)).files.Dockerfile?.after ?? "", /^FROM node:26-slim\n/);
  });

  it("of a shared service is its service.yaml's", async () => {
    const folder = join(root, "services/cache");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "service.yaml"), "name: cache\nimage: r.example/cache:7.0\n");
    const [entry] = catalogEntries(["services"], root);
    assert.ok(entry);
    const cache = newer("image", "r.example/cache", "7.0", "7.2", { server: "cache" });
    const { shared, files } = await draftOf(entry, "cache", [cache], false);
    assert.deepEqual([shared, files["service.yaml"]?.after], [true, "name: cache\nimage: r.example/cache:7.2\n"]);
  });

  it("is written, and taken back to the byte; not over a change of somebody else's", async () => {
    const [dockerfile, manifest] = [text("Dockerfile"), text("server.yaml")];
    const drafted = await draft([WEATHER]);
    keep(drafted);
    writeNew(drafted);
    assert.match(text("Dockerfile"), /weather@1\.10\.0/);
    writeFileSync(file("Dockerfile"), "mine\n");
    assert.throws(() => writeOld(keptOf("weather")), /Dockerfile: changed since the update/);
    assert.match(text("server.yaml"), /version: 1\.10\.0/);
    writeFileSync(file("Dockerfile"), dockerfile); // what a killed rollback had written already
    writeOld(keptOf("weather"));
    assert.deepEqual([text("Dockerfile"), text("server.yaml")], [dockerfile, manifest]);
    forget("weather");
    assert.throws(() => keptOf("weather"), { code: 5 });
  });
});
