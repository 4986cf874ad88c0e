import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Label } from "../../../manifest/container/labels";
import { ALLOWED, MARKER, startSite } from "../../support/attacks/site";
import { GatewayClient } from "../../support/clients/gateway-client";
import { eventually } from "../../support/eventually";
import {
  addServer,
  copyCatalog,
  edit,
  HOSTILE_IMAGE,
  hostileManifest,
  loadHostileImage,
} from "../../support/fleet/catalog";
import { must } from "../../support/fleet/command";
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

/** A server of somebody's own: one script that names its dependencies. It speaks HTTP+SSE, as the Python SDK does. */
const KETTLE = `# /// script
# dependencies = ["mcp>=1.2,<2"]
# ///
from mcp.server.fastmcp import FastMCP
server = FastMCP("kettle", host="0.0.0.0", port=8000)
@server.tool()
def boils(hour: int) -> str:
    return f"at {hour}"
server.run(transport="sse")
`;

/** The same over stdio: it asks a site for its page, and knows no proxy. */
const PLAIN = `# /// script
# dependencies = ["mcp>=1.2,<2"]
# ///
import http.client
from mcp.server.fastmcp import FastMCP
server = FastMCP("plain")
@server.tool()
def page(host: str) -> str:
    connection = http.client.HTTPConnection(host, 80, timeout=20)
    connection.request("GET", "/page")
    answer = connection.getresponse()
    return f"{answer.status} {answer.read().decode()}"
server.run()
`;

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
    const more = "resources: { memory: 48m }\nsecrets: [{ name: api-key, description: From your account }]\n";
    await edit(join(catalog, "fourth/server.yaml"), (text) => `${text}\n${more}`);
    const listed = async (): Promise<string> => (await mustCli(stack, "secrets", "list")).split("\n")[1] ?? "";
    assert.match(await listed(), /^fourth +api-key +missing +From your account/);
    const file = join(stack.folder, "key");
    await writeFile(file, "first line\nsecond: é\n");
    await mustCli(stack, "secrets", "set", "fourth", "API_KEY", "--file", file);
    assert.match(await listed(), /^fourth +api-key +set /);
    assert.deepEqual(await changedBy(fleet, () => mustPulumi(stack, "up")), ["fourth"]);
    const copied = "docker cp mcp-fourth:/run/secrets/api-key - | tar -xO";
    assert.equal(
      await must("docker", ["exec", fleet.outputs.engine.containerName, "sh", "-c", copied]),
      "first line\nsecond: é",
    );
    const limits = await docker(
      fleet,
      "inspect",
      "mcp-fourth",
      "-f",
      "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}",
    );
    assert.equal(limits, `${48 << 20} ${48 << 20}`);
  });

  it("takes servers that `servers add` made, of npm, PyPI and a script of one's own, as they are, HTTP+SSE among them", async () => {
    // What it says next is what an operator would do; of a catalog that the stack has there is no more than this.
    const add = async (source: string, ...more: string[]): Promise<string> => {
      const text = await mustCli(stack, "servers", "add", source, "--json", ...more);
      const { next, needs, folder } = JSON.parse(text) as { next: string[]; needs: string[]; folder: string };
      assert.deepEqual(
        next,
        ["servers validate", "up"].map((verb) => `bin/dind-mcp ${verb} --stack ${stack.name}`),
      );
      assert.deepEqual(needs, []);
      return folder;
    };
    const everything = `npm:@modelcontextprotocol/server-everything@${EVERYTHING}`;
    assert.equal(await add(everything), join(catalog, "everything"));
    await add(everything, "--name", "old", "--transport", "sse:3001", "--", "sse");
    assert.equal(await add("pypi:mcp-server-time"), join(catalog, "time"));
    const script = join(stack.folder, "kettle.py");
    await writeFile(script, KETTLE);
    assert.equal(await add(script, "--transport", "sse:8000"), join(catalog, "kettle"));
    assert.match(await mustCli(stack, "servers", "validate"), /: everything, files, fourth, kettle, old, time$/m);
    const changed = await changedBy(fleet, () => mustPulumi(stack, "up"));
    assert.deepEqual(changed.sort(), ["everything", "kettle", "old", "time"]);
    assert.deepEqual(await callTool(fleet, "everything", "echo", { message: "added" }), {
      text: "Echo: added",
      isError: false,
    });
    // Those with HTTP+SSE are met where clients meet them, and their health check goes that way.
    for (const [server, era, tool, args, said] of [
      ["old", "legacy", "echo", { message: "added" }, "Echo: added"],
      ["kettle", "modern", "boils", { hour: 12 }, "at 12"],
    ] as const) {
      const health = () => docker(fleet, "inspect", `mcp-${server}`, "-f", "{{.State.Health.Status}}");
      await eventually(async () => assert.equal(await health(), "healthy"), 60_000);
      const url = `${fleet.outputs.endpoints.api}/servers/${server}/mcp`;
      const client = await GatewayClient.connect(era, { url, token: fleet.outputs.tokens.mcp ?? "" });
      assert.equal(await client.text(tool, args), said);
      await client.client.close();
    }
    const { text, isError } = await callTool(fleet, "time", "get_current_time", { timezone: "UTC" });
    assert.equal(isError, false, text);
    assert.equal((JSON.parse(text) as { timezone: string }).timezone, "UTC");
    assert.equal((await cli(stack, "validate")).code, 0);
  });

  it("leads a program that ignores the proxy's variables to the host that it may reach, and to no other", async () => {
    const script = join(stack.folder, "plain.py");
    await writeFile(script, PLAIN);
    await mustCli(stack, "servers", "add", script, "--egress", `${ALLOWED}:80`);
    await edit(join(catalog, "plain/server.yaml"), (text) => `${text}\ntransparentEgress: true\n`);
    assert.deepEqual(await changedBy(fleet, () => mustPulumi(stack, "up")), ["plain"]);
    const site = await startSite(fleet);
    try {
      const page = async (host: string) => (await callTool(fleet, "plain", "page", { host })).text;
      await eventually(async () => assert.match(await page(ALLOWED), new RegExp(`^200 .*${MARKER}`)), 60_000);
      assert.match(await page(site.publicName), /^403 .*may not reach .* on port 80/);
      assert.ok(!(await site.requests()).some((line) => line.includes(site.publicName)), "the other host was asked");
    } finally {
      await site.remove();
    }
  });

  it("has servers that keep files: they have them after a restart and a change, until they are gone and somebody asks", async () => {
    const read = async () => {
      const graph = await callTool(fleet, "memory", "read_graph", {});
      const rows = await callTool(fleet, "sqlite", "read_query", { query: "SELECT name FROM kept" });
      assert.ok(!graph.isError && !rows.isError, `${graph.text} ${rows.text}`);
      assert.match(graph.text, /"Ada"/);
      assert.match(rows.text, /Ada/);
    };
    const stored = () => must("docker", ["exec", stack.engineName, "ls", "/srv/mcp/storage/pulumi"]);
    await mustCli(stack, "servers", "add", "npm:@modelcontextprotocol/server-memory");
    await mustCli(stack, "servers", "add", "pypi:mcp-server-sqlite");
    assert.deepEqual((await changedBy(fleet, () => mustPulumi(stack, "up"))).sort(), ["memory", "sqlite"]);
    const entities = [{ name: "Ada", entityType: "person", observations: ["keeps"] }];
    assert.equal((await callTool(fleet, "memory", "create_entities", { entities })).isError, false);
    for (const query of ["CREATE TABLE kept (name TEXT)", "INSERT INTO kept VALUES ('Ada')"])
      await callTool(fleet, "sqlite", query.startsWith("C") ? "create_table" : "write_query", { query });
    await docker(fleet, "restart", "mcp-memory", "mcp-sqlite");
    await eventually(read, 30_000); // their sockets come a moment later
    for (const server of ["memory", "sqlite"])
      await edit(join(catalog, server, "server.yaml"), (text) => `${text}\nresources: { memory: 300m }\n`);
    assert.deepEqual((await changedBy(fleet, () => mustPulumi(stack, "up"))).sort(), ["memory", "sqlite"]);
    await read();
    assert.equal((await cli(stack, "validate")).code, 0);
    await mustPulumi(stack, "up", "--expect-no-changes");

    for (const server of ["memory", "sqlite"]) await rm(join(catalog, server), { recursive: true });
    await mustPulumi(stack, "up");
    assert.equal(await stored(), "memory.data\nsqlite.data");
    await eventually(async () => {
      const listed = await mustCli(stack, "servers", "cleanup", "--with-data");
      assert.match(listed, /pulumi\/memory\.data .*no server memory has it/);
      assert.match(listed, /pulumi\/sqlite\.data/);
    }, 120_000);
    await mustCli(stack, "servers", "cleanup", "--yes");
    assert.equal(await stored(), "memory.data\nsqlite.data");
    await mustCli(stack, "servers", "cleanup", "--with-data", "--yes");
    assert.equal(await stored(), "");
  });

  it("makes all but a server whose image cannot be built, and says why", async () => {
    const broken = { ...hostileManifest("unbuilt", 11_950), image: undefined, build: { context: "." } };
    await addServer(catalog, JSON.parse(JSON.stringify(broken)) as { name: string });
    const steps = `RUN echo "\u001b[31mno such package\u001b[0m" >&2; exit 7`;
    await writeFile(join(catalog, "unbuilt/Dockerfile"), `FROM node:24-trixie-slim\n${steps}\n`);
    await addServer(catalog, hostileManifest("fifth", 11_951));
    const up = await cli(stack, "up");
    assert.equal(up.code, 3, up.stdout + up.stderr);
    assert.match(
      up.stderr,
      /1 of \d+ servers is not healthy; everything else is up\n {2}unbuilt is not made: .*exit code: 7\n {4}\| no such package\n/,
    );
    const said = up.stdout + up.stderr;
    assert.ok(!said.includes("\u001b"), said);
    assert.doesNotMatch(said, /^\s+at .*:\d+/m);
    assert.deepEqual(await callTool(fleet, "fifth", "echo", {}), { text: "echo", isError: false });
    // What ran before a change that cannot be built goes on; a server that is removed goes even so.
    await edit(join(catalog, "files/Dockerfile"), (text) => `${text}\nCOPY nothing /nothing\n`);
    await rm(join(catalog, "fifth"), { recursive: true });
    assert.deepEqual(await changedBy(fleet, () => cli(stack, "up")), ["fifth"]);
    await edit(join(catalog, "files/Dockerfile"), (text) => text.replace("\nCOPY nothing /nothing\n", ""));
    await rm(join(catalog, "unbuilt"), { recursive: true });
    assert.equal((await cli(stack, "up")).code, 0);
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
