import assert from "node:assert/strict";
import { theFleet } from "../../support/fleet/fleet";
import {
  createStack,
  leftovers,
  mustPulumi,
  pulumi,
  removeStack,
  setConfig,
  setSecret,
  type TestStack,
} from "../../support/fleet/stack";

const NOTHING = { container: [], network: [], volume: [], image: [] };

describe("the stack's life", function () {
  this.timeout(900_000);

  describe("once it is up", () => {
    it("changes nothing at a second up", async () => {
      const { stack } = await theFleet();
      await mustPulumi(stack, "up", "--expect-no-changes");
    });

    it("shows no drift at refresh", async () => {
      const { stack } = await theFleet();
      await mustPulumi(stack, "refresh", "--preview-only", "--expect-no-changes");
    });

    it("cannot be redirected by a DOCKER_HOST in the environment", async () => {
      const { stack } = await theFleet();
      const redirected = { ...stack, env: { ...stack.env, DOCKER_HOST: "tcp://127.0.0.1:1" } };
      const refused = await pulumi(redirected, "preview");
      assert.equal(refused.code === 0, false);
      assert.match(refused.stdout + refused.stderr, /DOCKER_HOST: got "tcp:\/\/127\.0\.0\.1:1", expected no value/);
    });
  });

  describe("before anything exists", () => {
    let stack: TestStack;
    before(async () => {
      stack = await createStack("empty");
    });
    after(() => removeStack(stack));

    it("has a preview, which makes nothing", async () => {
      const preview = await mustPulumi(stack, "preview");
      assert.match(preview, /docker:index:Container postgres create/);
      assert.match(preview, /\+ \d+ to create/);
      assert.deepEqual(await leftovers(stack), NOTHING);
    });

    it("refuses bad config, all problems at once with file and path, and makes nothing", async () => {
      await setConfig(stack, { networkCidr: "172.30.0.0/40", dockerTlsPort: 70000, engineName: "a/b", colour: "red" });
      await setSecret(stack, "secrets.files.nonsense", "hunter2hunter2");
      const failed = await pulumi(stack, "up");
      assert.equal(failed.code === 0, false);
      const text = failed.stdout + failed.stderr;
      for (const problem of [
        'dind-mcp.networkCidr: got "172.30.0.0/40", expected an IPv4 subnet',
        "dind-mcp.dockerTlsPort: got 70000, expected a whole number from 1 to 65535",
        'dind-mcp.engineName: got "a/b", expected a name',
        "dind-mcp.colour: got an unknown key",
      ]) {
        assert.ok(text.includes(`Pulumi.${stack.name}.yaml: ${problem}`), `${problem}\n${text}`);
      }
      assert.doesNotMatch(text, /hunter2/);
      await setConfig(stack, {
        networkCidr: stack.networkCidr,
        dockerTlsPort: stack.port,
        engineName: stack.engineName,
        colour: undefined,
      });
      const unknown = await pulumi(stack, "up");
      assert.match(unknown.stdout, /secrets\.files\.nonsense: got a value, expected one of its secrets/);
      await setConfig(stack, { secrets: undefined });
      assert.deepEqual(await leftovers(stack), NOTHING);
    });

    it("refuses a subnet and a port that are in use, before anything is made", async () => {
      const other = await theFleet();
      await setConfig(stack, { networkCidr: other.stack.networkCidr, dockerTlsPort: other.stack.port });
      const failed = await pulumi(stack, "up");
      assert.equal(failed.code === 0, false);
      assert.match(failed.stdout, new RegExp(`network ${other.stack.networkName}: got subnet`));
      assert.match(
        failed.stdout,
        new RegExp(`container ${other.stack.engineName}: got host port ${other.stack.port} in use`),
      );
      assert.deepEqual(await leftovers(stack), NOTHING);
    });
  });
});
