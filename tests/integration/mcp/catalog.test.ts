import assert from "node:assert/strict";
import { join } from "node:path";
import { Label } from "../../../manifest/container/labels";
import {
  addServer,
  copyCatalog,
  edit,
  HOSTILE_IMAGE,
  hostileManifest,
  loadHostileImage,
} from "../../support/fleet/catalog";
import { callTool, docker, enter, type Fleet } from "../../support/fleet/fleet";
import {
  cli,
  createStack,
  mustCli,
  mustPulumi,
  removeStack,
  setConfig,
  type TestStack,
} from "../../support/fleet/stack";

/** A version of the server of everything that is there. */
const EVERYTHING = "2026.8.31";

/** Container ids of the servers inside the engine, by server. */
async function containers(fleet: Fleet): Promise<Record<string, string>> {
  const format = `{{.Label "${Label.Server}"}} {{.ID}}`;
  const lines = await docker(fleet, "ps", "--filter", "label=dind-mcp.server", "--format", format);
  return Object.fromEntries(lines.split("\n").map((line) => line.split(" ")));
}

/** The servers whose container is another one after the change than before it. */
async function changedBy(fleet: Fleet, change: () => Promise<unknown>): Promise<string[]> {
  const before = await containers(fleet);
  await change();
  const after = await containers(fleet);
  return Object.keys({ ...before, ...after }).filter((server) => before[server] !== after[server]);
}

describe("the catalog of a running stack", function () {
  this.timeout(900_000);
  let stack: TestStack;
  let fleet: Fleet;
  let catalog: string;

  before(async () => {
    stack = await createStack("catalog");
    catalog = await copyCatalog(stack, "files");
    await setConfig(stack, { catalog: [catalog] });
    await mustPulumi(stack, "up");
    fleet = await enter(stack);
    await loadHostileImage(fleet);
  });

  after(() => removeStack(stack));

  it("takes a fourth server from an image that is not ours and has no shell: a reference, a command, nothing else", async () => {
    await addServer(catalog, hostileManifest("fourth", 11900));
    const changed = await changedBy(fleet, () => mustPulumi(stack, "up"));
    assert.deepEqual(changed, ["fourth"]);
    assert.deepEqual(await callTool(fleet, "fourth", "echo", {}), { text: "echo", isError: false });
    const shell = await docker(fleet, "run", "--rm", "--entrypoint", "/bin/sh", HOSTILE_IMAGE).catch(String);
    assert.match(shell, /no such file/i);
  });

  it("rebuilds and replaces only the server whose Dockerfile changed", async () => {
    await edit(join(catalog, "files/Dockerfile"), (text) => `${text}\nLABEL changed=yes\n`);
    assert.deepEqual(await changedBy(fleet, () => mustPulumi(stack, "up")), ["files"]);
    assert.equal(await docker(fleet, "inspect", "mcp-files", "-f", '{{index .Config.Labels "changed"}}'), "yes");
    const images = await docker(fleet, "image", "ls", "mcp-files", "--format", "{{.Tag}}");
    assert.equal(images.split("\n").length, 1, `the old image is gone: ${images}`);
  });

  it("replaces only the server whose manifest changed, secret included", async () => {
    await edit(join(catalog, "fourth/server.yaml"), (text) => `${text}\nresources: { memory: 48m }\n`);
    assert.deepEqual(await changedBy(fleet, () => mustPulumi(stack, "up")), ["fourth"]);
    const limits = await docker(
      fleet,
      "inspect",
      "mcp-fourth",
      "-f",
      "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}",
    );
    assert.equal(limits, `${48 << 20} ${48 << 20}`);
  });

  it("takes servers that `servers add` made, of npm and PyPI, as they are", async () => {
    // What it says next is what an operator would do; of a catalog that the stack has there is no more than this.
    const add = async (source: string): Promise<string> => {
      const text = await mustCli(stack, "servers", "add", source, "--json");
      const { next, needs, folder } = JSON.parse(text) as { next: string[]; needs: string[]; folder: string };
      assert.deepEqual(
        next,
        ["servers validate", "up"].map((verb) => `bin/dind-mcp ${verb} --stack ${stack.name}`),
      );
      assert.deepEqual(needs, []);
      return folder;
    };
    assert.equal(await add(`npm:@modelcontextprotocol/server-everything@${EVERYTHING}`), join(catalog, "everything"));
    assert.equal(await add("pypi:mcp-server-time"), join(catalog, "time"));
    assert.match(await mustCli(stack, "servers", "validate"), /: everything, files, fourth, time$/m);
    const changed = await changedBy(fleet, () => mustPulumi(stack, "up"));
    assert.deepEqual(changed.sort(), ["everything", "time"]);
    assert.deepEqual(await callTool(fleet, "everything", "echo", { message: "added" }), {
      text: "Echo: added",
      isError: false,
    });
    const { text, isError } = await callTool(fleet, "time", "get_current_time", { timezone: "UTC" });
    assert.equal(isError, false, text);
    assert.equal((JSON.parse(text) as { timezone: string }).timezone, "UTC");
    assert.equal((await cli(stack, "validate")).code, 0);
  });

  it("refuses bad manifests, all problems at once, and changes nothing", async () => {
    const mounts = [{ volume: "nowhere", path: "/x" }];
    const secrets = [{ name: "token", description: "the token" }];
    await addServer(catalog, { ...hostileManifest("bad", 11901), colour: "red", mounts });
    await addServer(catalog, hostileManifest("twin", 11900));
    await addServer(catalog, { ...hostileManifest("a/b", 11902) }, "slash");
    await addServer(catalog, { ...hostileManifest("needy", 11903), secrets });
    const changed = await changedBy(fleet, async () => {
      const failed = await mustPulumi(stack, "up").catch((error: Error) => error.message);
      for (const problem of [
        /bad\/server\.yaml(:\d+)?: colour: got an unknown key, expected one of /,
        /bad\/server\.yaml(:\d+)?: mounts\.0\.volume: got "nowhere", expected /,
        /twin\/server\.yaml(:\d+)?: user: got 11900, expected another user than .*fourth/,
        /slash\/server\.yaml(:\d+)?: name: got "a\/b", expected /,
        /secrets\.needy\.token: got nothing, expected a value: the token/,
      ]) {
        assert.match(failed, problem);
      }
      assert.match(failed, /nothing was changed/);
      assert.doesNotMatch(failed, /^\s+at .*\.ts/m, "no stack trace");
    });
    assert.deepEqual(changed, []);
  });
});
