import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addServer } from "../../support/fleet/catalog";
import { theChangesFleet } from "../../support/fleet/changes-fleet";
import { docker, type Fleet } from "../../support/fleet/fleet";
import { cli, mustCli, ROOT, setConfig } from "../../support/fleet/stack";
import { UpdatesRegistry } from "../../support/registry/updates";

/** A package of npm, of which a registry of the test's own has newer and newer versions. */
describe("bin/dind-mcp update", function () {
  this.timeout(600_000);
  const registry = new UpdatesRegistry();
  let fleet: Fleet;
  let folder: string;
  const publish = (version: string): void => {
    registry.npm.weather = { version, published: "2026-11-01T00:00:00Z", repository: "" };
  };
  const inRegistry = () => {
    const npm = { npm_config_registry: registry.url, npm_config_cache: join(fleet.stack.folder, "npm") };
    return { ...fleet.stack, env: { ...fleet.stack.env, ...npm } };
  };
  const update = (...args: string[]) => cli(inRegistry(), "update", ...args);
  const one = async (code: number, ...args: string[]) => {
    const done = await update("weather", "--json", ...args);
    assert.equal(done.code, code, done.stderr);
    return JSON.parse(done.stdout).servers[0];
  };
  const files = async () => [
    await readFile(join(folder, "Dockerfile"), "utf8"),
    await readFile(join(folder, "server.yaml"), "utf8"),
  ];
  const runs = () => docker(fleet, "exec", "mcp-weather", "cat", "/app/version");
  const copies = () => docker(fleet, "ps", "-aq", "--filter", "name=learn");

  before(async () => {
    fleet = await theChangesFleet();
    await registry.open();
    const catalog = join(fleet.stack.folder, "catalog");
    folder = join(catalog, "weather");
    await addServer(catalog, {
      ...{ name: "weather", description: "A test's server", version: "1.0.0", build: { context: "." }, user: 11_050 },
      transport: { type: "stdio", command: ["node", "/app/server.mjs"] },
      storage: [{ name: "data", path: "/data" }],
      health: { interval: "5s", timeout: "5s", retries: 1, startPeriod: "10s", startInterval: "1s" },
    });
    await cp(join(ROOT, "tests/fixtures/newer/server.mjs"), join(folder, "server.mjs"));
    const version = "RUN : npm install weather@1.0.0 && echo npm install weather@1.0.0 | sed 's/.*@//' > /app/version";
    await writeFile(join(folder, "Dockerfile"), `FROM node:24-trixie-slim\nCOPY server.mjs /app/\n${version}\n`);
    await setConfig(fleet.stack, { servers: ["files", "weather"] });
    await mustCli(fleet.stack, "up");
    await docker(fleet, "exec", "mcp-weather", "node", "-e", "fs.writeFileSync('/data/kept', '1')");
  });
  after(async () => {
    registry.close();
    await setConfig(fleet.stack, { servers: ["files"] });
    await mustCli(fleet.stack, "up");
  });

  it("--dry-run tries the newer version as a copy with the server's data, compares tools, and leaves nothing behind", async () => {
    publish("1.1.0");
    const before = await files();
    const { outcome, changes, rehearsal } = await one(0, "--dry-run");
    assert.deepEqual([outcome, changes], ["fits", ["npm weather 1.0.0 -> 1.1.0"]]);
    const { added, removed, changed, same } = rehearsal.tools;
    assert.deepEqual([added, removed, same], [[], [], 2], "the copy has the storage's file");
    assert.deepEqual(
      changed.map(({ name }: { name: string }) => name),
      ["forecast"],
    );
    assert.deepEqual(await files(), before);
    assert.deepEqual([await runs(), await copies()], ["1.0.0", ""]);
    assert.doesNotMatch(await docker(fleet, "images"), /weather-rehearsal/);
  });

  it("leaves a version that does not get healthy in its rehearsal, and shows why", async () => {
    publish("2.0.0");
    const before = await files();
    const { outcome, rehearsal } = await one(3);
    assert.equal(outcome, "unfit");
    assert.match(JSON.stringify(rehearsal), /it does not start/);
    assert.deepEqual([await files(), await runs(), await copies()], [before, "1.0.0", ""]);
  });

  it("takes a version back that gets healthy as a copy alone: files and server", async () => {
    publish("3.0.0");
    const before = await files();
    const { outcome } = await one(3);
    assert.equal(outcome, "taken back");
    assert.deepEqual([await files(), await runs()], [before, "1.0.0"]);
    assert.equal((await update("--rollback", "weather")).code, 5);
  });

  it("writes what fits into the folder and brings it up; --rollback goes back to the version before", async () => {
    publish("1.1.0");
    const before = await files();
    const { outcome, files: changed } = await one(0);
    assert.equal(outcome, "updated");
    assert.deepEqual(changed.map((path: string) => path.split("/").at(-1)).sort(), ["Dockerfile", "server.yaml"]);
    assert.match((await files()).join(), /weather@1\.1\.0.*weather@1\.1\.0[\s\S]*version: 1\.1\.0/);
    assert.equal(await runs(), "1.1.0");
    assert.equal((await one(0)).outcome, "current");
    const back = await update("--rollback", "weather");
    assert.equal(back.code, 0, back.stderr);
    assert.deepEqual([await files(), await runs()], [before, "1.0.0"]);
  });
});
