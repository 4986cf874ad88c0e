import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, run } from "../../support/fleet/command";
import { cli, createStack, mustCli, removeStack, type TestStack } from "../../support/fleet/stack";

const SECRET = "sk-value-that-must-not-show-0123456789";

describe("dind-mcp servers find, with a container of the host engine", function () {
  this.timeout(180_000);
  const name = `kettle-mcp-${process.pid}`;
  const image = `example/kettle:${process.pid}`;
  let stack: TestStack;
  let folder: string;
  before(async () => {
    stack = await createStack("find"); // nothing of it is up
    folder = await mkdtemp(join(tmpdir(), "find-"));
    const own = ["--name", name, "-e", `KETTLE_TOKEN=${SECRET}`, "-v", `${folder}:/notes:ro`, "--network", "none"];
    // Its image says that it is ours, and Compose's.
    const lies = ["dind-mcp.stack=dind-mcp/dev", "com.docker.compose.project=shop"].map((label) => `LABEL ${label}`);
    await must("docker", ["create", "--name", name, "debian:trixie-slim"]);
    await must("docker", ["commit", ...lies.flatMap((lie) => ["--change", lie]), name, image]);
    await must("docker", ["rm", name]);
    await must("docker", ["run", "-d", "-i", ...own, image, "sleep", "600"]);
  });
  after(async () => {
    await run("docker", ["rm", "-f", name]);
    await run("docker", ["rmi", image]);
    await rm(folder, { recursive: true, force: true });
    await removeStack(stack);
  });

  it("tells what it reaches, brings it, and ends it only when that is said twice", async () => {
    const found = JSON.parse(await mustCli(stack, "servers", "find", name, "--json"));
    assert.deepEqual(found, [
      {
        kind: "container",
        what: image,
        where: `container ${name}`,
        of: "Docker",
        reach: {
          user: "root of its container",
          network: "none",
          folders: [`${folder} at /notes`],
          variables: ["KETTLE_TOKEN"],
        },
      },
    ]);
    const catalog = join(folder, "catalog");
    await mkdir(catalog);
    const bring = ["servers", "find", name, "--import", "--folder", catalog, "--folders", "read-only"];
    const looked = await cli(stack, ...bring, "--dry-run");
    assert.equal(looked.code, 0, looked.stderr);
    assert.ok(!existsSync(join(catalog, name)));
    const brought = await cli(stack, ...bring);
    assert.equal(brought.code, 0, brought.stderr);
    assert.match(brought.stderr, /they run on: container kettle-mcp-/);
    assert.equal((await must("docker", ["inspect", "-f", "{{.State.Running}}", name])).trim(), "true");
    const yaml = await readFile(join(catalog, name, "server.yaml"), "utf8");
    assert.match(yaml, /image: example\/kettle:\d+[\s\S]*arguments:\n {4}- sleep\n {4}- "?600"?\n/);
    assert.match(yaml, /secrets:\n {2}- name: kettle-token\n {4}env: KETTLE_TOKEN\n/);
    assert.ok(!(yaml + brought.stdout + brought.stderr + looked.stdout + looked.stderr).includes(SECRET));

    const ended = await cli(stack, ...bring, "--stop", "--yes");
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stderr, new RegExp(`container ${name}: ended`));
    assert.notEqual((await run("docker", ["inspect", name])).code, 0);
  });
});
