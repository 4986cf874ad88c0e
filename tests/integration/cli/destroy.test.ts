import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { must, run } from "../../support/fleet/command";
import { heals } from "../../support/fleet/heals";
import { interruptedAt, killedAt, pendingOf } from "../../support/fleet/killed";
import {
  cli,
  createStack,
  leftovers,
  mustCli,
  pulumi,
  removeStack,
  setConfig,
  type TestStack,
} from "../../support/fleet/stack";

const NOTHING = { container: [], network: [], volume: [], image: [] };

describe("bin/dind-mcp destroy", function () {
  this.timeout(300_000);
  let stack: TestStack;
  const volume = (key: string) => `${stack.volumePrefix}mcp-${key}`;
  const files = (...args: string[]) =>
    must("docker", ["exec", stack.engineName, "docker", "exec", "mcp-files", ...args]);

  before(async () => {
    stack = await createStack("destroy", { servers: ["files"], engineStopGrace: 50 });
    await mustCli(stack, "up");
  });
  after(async () => {
    await pulumi(stack, "cancel", "--yes"); // whatever the last test left
    await removeStack(stack);
  });

  describe("that was killed", () => {
    it("is followed by an up that brings everything back", async () => {
      await killedAt(stack, "destroy", async () => {
        const { code } = await run("docker", ["inspect", "-f", "{{.State.Running}}", stack.engineName]);
        assert.notEqual(code, 0);
      });
      await setConfig(stack, { retainVolumes: true }); // what the next test needs
      await heals(stack);
    });

    it("is ended by a second one, although the engine was removed by hand; retained volumes stay for the next up", async () => {
      await files("node", "-e", "fs.writeFileSync('/workspace/kept', 'kept')");
      await must("docker", ["rm", "-f", stack.engineName]);
      await mustCli(stack, "destroy");
      const { volume: volumes, ...others } = await leftovers(stack);
      assert.deepEqual({ ...others, volume: [] }, NOTHING);
      assert.ok(volumes.includes(volume("workspace")), volumes.join());
      await setConfig(stack, { retainVolumes: false });
      await heals(stack);
      assert.equal(await files("cat", "/workspace/kept"), "kept");
    });

    it("of a stopped engine leaves nothing, and tells who is still connected", async () => {
      const client = join(stack.folder, "cursor.json");
      await mustCli(stack, "connect", "cursor", "--file", client);
      await must("docker", ["stop", stack.engineName]);
      const { code, stderr } = await cli(stack, "destroy");
      assert.equal(code, 0, stderr);
      assert.match(stderr, /clients are still connected: .*cursor\.json; bin\/dind-mcp disconnect --all undoes it/);
      assert.deepEqual(await leftovers(stack), NOTHING);
      await mustCli(stack, "disconnect", "--all");
      assert.ok(!existsSync(client));
    });
  });

  describe("after an up", () => {
    it("that was killed before it recorded a volume, or the image, leaves nothing", async () => {
      for (const type of ["Volume", "RemoteImage"]) {
        await killedAt(stack, "up", () => pendingOf(stack, type));
        await mustCli(stack, "destroy");
        assert.deepEqual(await leftovers(stack), NOTHING);
      }
    });

    it("that was interrupted, and went on to nothing else, leaves nothing", async () => {
      const { code, text } = await interruptedAt(stack, "up", async () => {
        await must("docker", ["container", "inspect", stack.engineName]);
      });
      assert.equal(code, 1, text);
      assert.match(text, /error: interrupted; run the same command again to go on/);
      const result = JSON.parse(await mustCli(stack, "destroy", "--json")) as { stack: string };
      assert.equal(result.stack, stack.name);
      assert.deepEqual(await leftovers(stack), NOTHING);
    });
  });
});
