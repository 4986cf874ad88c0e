import assert from "node:assert/strict";
import { join } from "node:path";
import { Label, Role } from "../../../manifest/container/labels";
import { eventually } from "../../support/eventually";
import { copyCatalog, edit } from "../../support/fleet/catalog";
import { must } from "../../support/fleet/command";
import { heals } from "../../support/fleet/heals";
import { killedAt } from "../../support/fleet/killed";
import { cli, createStack, mustCli, pulumi, removeStack, setConfig, type TestStack } from "../../support/fleet/stack";
import { Watched } from "../../support/fleet/watched";

/** From whatever state: one `up`, and everything is as declared again. */
describe("bin/dind-mcp up, after", function () {
  this.timeout(300_000);
  let stack: TestStack;
  const inner = (...args: string[]) => must("docker", ["exec", stack.engineName, "docker", ...args]);
  const volume = (key: string) => `${stack.volumePrefix}mcp-${key}`;
  const files = (...args: string[]) => inner("exec", "mcp-files", ...args);
  /** The server's files, on the shared volume and in its storage. */
  const keeps = async () => {
    assert.deepEqual([await files("cat", "/workspace/kept"), await files("cat", "/own/kept")], ["kept", "own"]);
  };

  before(async () => {
    stack = await createStack("converge", { engineStopGrace: 50 });
    const catalog = await copyCatalog(stack, "files");
    await edit(join(catalog, "files/server.yaml"), (text) => `${text}\nstorage: [{ name: own, path: /own }]\n`);
    await setConfig(stack, { catalog: [catalog] });
  });
  after(async () => {
    await pulumi(stack, "cancel", "--yes"); // whatever the last test left
    await removeStack(stack);
  });

  const found = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("found: "));

  const exists = (kind: string, name: string) => async () => {
    await must("docker", [kind, "inspect", name]);
  };

  describe("a first up that was killed", () => {
    it("when only networks and volumes were there, then with the engine, then in the middle of the servers", async () => {
      await killedAt(stack, "up", exists("volume", volume("engine")));
      await killedAt(stack, "up", exists("container", stack.engineName));
      await killedAt(stack, "up", async () => {
        await inner("inspect", "mcp-orchestrator");
      });
      const text = await heals(stack);
      assert.match(text, /found: an earlier run was killed in the middle of/);
      assert.match(text, /was killed: its lock goes/);
      await files("node", "-e", "fs.writeFileSync('/workspace/kept', 'kept'); fs.writeFileSync('/own/kept', 'own')");
    });

    it("and finds nothing to do the next time", async () => assert.deepEqual(found(await heals(stack)), []));
  });

  describe("the engine container", () => {
    it("was removed, and a container of somebody else has its name, which stays as it is", async () => {
      const image = (await must("docker", ["inspect", "-f", "{{.Image}}", stack.engineName])).trim();
      await must("docker", ["rm", "-f", stack.engineName]);
      await must("docker", ["run", "-d", "--name", stack.engineName, "--entrypoint", "sleep", image, "300"]);
      try {
        assert.equal((await cli(stack, "engine", "stop")).code, 5);
        const up = await cli(stack, "up");
        assert.equal(up.code, 1);
        assert.match(up.stderr, new RegExp(`found: container ${stack.engineName} is gone`));
        assert.match(up.stdout, /got a container of somebody else, expected a name that is free/);
        const running = await must("docker", ["inspect", "-f", "{{.State.Running}}", stack.engineName]);
        assert.equal(running.trim(), "true");
      } finally {
        await must("docker", ["rm", "-f", stack.engineName]);
      }
      await heals(stack);
      await keeps();
    });

    it("was stopped, or paused", async () => {
      await must("docker", ["stop", stack.engineName]);
      assert.match(await heals(stack), new RegExp(`found: ${stack.engineName} is stopped`));
      await must("docker", ["pause", stack.engineName]);
      assert.match(await heals(stack), new RegExp(`found: ${stack.engineName} is paused`));
    });

    it("was stopped, and a refresh took that for what is wanted: it is started, not waited for", async () => {
      await must("docker", ["stop", stack.engineName]);
      await pulumi(stack, "refresh", "--skip-preview"); // fails: nobody answers inside
      const text = await heals(stack);
      assert.match(text, new RegExp(`found: ${stack.engineName} is stopped`));
      assert.doesNotMatch(text, /does not become healthy/);
    });

    it("is unhealthy", async () => {
      const loop = "while :; do kill -9 $(pidof dockerd); sleep 0.1; done";
      await must("docker", ["exec", "-d", stack.engineName, "sh", "-c", loop]);
      await eventually(async () => {
        const state = await must("docker", ["inspect", "-f", "{{.State.Health.Status}}", stack.engineName]);
        assert.equal(state, "unhealthy");
      }, 60_000);
      assert.match(await heals(stack), new RegExp(`found: ${stack.engineName} is unhealthy`));
    });

    it("lost its network, and a volume; the others' data stays", async () => {
      await must("docker", ["rm", "-f", stack.engineName]);
      await must("docker", ["network", "rm", stack.networkName]);
      const carrier = await must("docker", ["ps", "-aq", "--filter", `volume=${volume("certs")}`]);
      await must("docker", ["rm", "-f", carrier]);
      await must("docker", ["volume", "rm", volume("logs"), volume("certs")]);
      const text = await heals(stack);
      assert.match(text, new RegExp(`found: network ${stack.networkName} is gone`));
      assert.match(text, new RegExp(`found: volume ${volume("certs")} is gone`));
      await keeps();
    });

    it("lost the volume that everything in it is on", async () => {
      await must("docker", ["rm", "-f", stack.engineName]);
      await must("docker", ["volume", "rm", volume("engine")]);
      await heals(stack);
      await keeps();
    });

    it("lost the volume that storage is on: it is empty, and the server's own again", async () => {
      await must("docker", ["rm", "-f", stack.engineName]);
      await must("docker", ["volume", "rm", volume("orchestrator")]);
      await heals(stack);
      assert.equal(await files("node", "-p", "fs.readdirSync('/own').length"), "0");
      assert.equal(
        await files("node", "-p", "JSON.stringify([fs.statSync('/own').uid, fs.statSync('/own').mode & 0o777])"),
        "[11001,448]",
      );
      await files("node", "-e", "fs.writeFileSync('/own/kept', 'own')");
      await keeps();
    });
  });

  describe("containers in it", () => {
    it("were removed, and stopped", async () => {
      await inner("rm", "-f", "mcp-files");
      await inner("stop", "mcp-orchestrator");
      const text = await heals(stack);
      assert.match(text, /found: container mcp-files is gone/);
      assert.match(text, /found: mcp-orchestrator is stopped/);
    });

    it("were changed: limits, restart policy, name, network", async () => {
      await inner("update", "--memory", "300m", "--memory-swap", "300m", "mcp-files");
      await inner("network", "disconnect", "mcp-gateway", "mcp-orchestrator");
      const text = await heals(stack);
      assert.match(text, /found: mcp-files was changed by hand \(memory, memorySwap\)/);
      assert.match(text, /found: mcp-orchestrator was changed by hand \(network mcp-gateway\)/);
      await inner("rename", "mcp-files", "aside");
      assert.match(await heals(stack), /found: mcp-files was renamed to aside/);
    });

    it("were replaced by others of the same name", async () => {
      const image = await inner("inspect", "-f", "{{.Image}}", "mcp-files");
      await inner("rm", "-f", "mcp-files");
      const label = ["--label", `${Label.ManagedBy}=pulumi`];
      await inner("create", "--name", "mcp-files", ...label, "--network", "none", "--cap-drop", "ALL", image, "cat");
      assert.match(await heals(stack), /found: mcp-files was made, but never recorded/);
    });
  });

  describe("service watch runs it by itself", () => {
    let watched: Watched;
    before(async () => {
      await heals(stack);
      watched = await Watched.start(stack);
      await eventually(async () => assert.match(watched.text, /watching the stack/), 30_000);
    });
    after(() => watched?.stop());
    const runs = async () => {
      const filter = ["--filter", `label=${Label.Role}=${Role.Orchestrator}`];
      assert.notEqual(await inner("ps", "-q", ...filter), "");
    };
    const ups = () => watched.text.split("bringing the stack up").length - 1;

    it("when the engine was killed by docker, which takes that for a stop by hand", async () => {
      await must("docker", ["kill", stack.engineName]);
      await eventually(runs, 120_000);
      await eventually(async () => assert.match(watched.text, /engine and orchestrator run again/), 30_000);
      assert.equal(ups(), 1);
    });

    it("when the orchestrator was killed so", async () => {
      await inner("kill", "mcp-orchestrator");
      await eventually(runs, 120_000);
      assert.equal(ups(), 2);
    });

    it("but leaves alone what engine stop took down, until engine start; and ends in order", async () => {
      await mustCli(stack, "engine", "stop");
      await new Promise((resolve) => setTimeout(resolve, 8_000));
      assert.equal(ups(), 2, watched.text);
      await mustCli(stack, "engine", "start");
      await runs();
      assert.equal(await watched.stop(), 0);
      assert.equal(ups(), 2, watched.text);
    });
  });
});
