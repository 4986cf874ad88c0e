import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { callTool, docker, tryDocker } from "../../support/fleet/fleet";
import { extraServer, ServersSite } from "../../support/fleet/servers-site";

const SECRET = "s3cret-for-a-variable";
const IMAGE = "example/variables:1.0";
const SERVER = readFileSync(join(__dirname, "../../fixtures/variables/server.js"), "utf8");
const SECRETS = [
  { name: "key", env: "API_KEY" },
  { name: "maybe", env: "MAYBE", required: false },
];

interface Seen {
  API_KEY: string | null;
  MAYBE: string | null;
  MCP_INIT: string | null;
  arguments: string[];
  holders: string[];
}
const WANTED = { API_KEY: SECRET, MAYBE: null, MCP_INIT: null, arguments: [] };

describe("secrets as variables, in a real engine", function () {
  this.timeout(60_000);
  let site: ServersSite;

  before(async function () {
    this.timeout(300_000); // where it comes first, it brings the shared fleet up
    site = await ServersSite.open("test/variables");
    // An image with an entry point of its own, as most that people publish have.
    await docker(site.fleet, "create", "--name", "mcp-extra-image", await site.nodeImage());
    const entrypoint = `ENTRYPOINT ${JSON.stringify(["node", "-e", SERVER])}`;
    await docker(site.fleet, "commit", "--change", entrypoint, "--change", "CMD []", "mcp-extra-image", IMAGE);
    await docker(site.fleet, "rm", "mcp-extra-image");
  });

  after(async () => {
    await tryDocker(site.fleet, ["rm", "-f", "mcp-extra-image"]);
    await site?.close();
    await tryDocker(site.fleet, ["rmi", IMAGE]);
    assert.ok(!site?.logged.includes(SECRET), "a secret is in the log");
  });

  /** Deploys it and waits until it is healthy. */
  async function deploy(more: Record<string, unknown>): Promise<void> {
    const manifest = extraServer("extra", { image: IMAGE, secrets: SECRETS, resources: { memory: "256m" }, ...more });
    const quick = { health: undefined, timeouts: { start: "15s" } }; // as short as a busy machine lets it be
    await site.parts.deployer.deploy({ ...manifest, ...quick }, { key: SECRET });
  }

  /** Asks a stdio server by a session. */
  const inSession = async (): Promise<Seen> => JSON.parse((await callTool(site.fleet, "extra", "see", {})).text);

  /** Asks an HTTP server from inside its container. */
  async function overHttp(): Promise<Seen> {
    const call = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "see" } });
    const ask = `fetch("http://127.0.0.1:8080/mcp", { method: "POST", body: process.argv[1] })
      .then((answer) => answer.json()).then(({ result }) => console.log(result.content[0].text))`;
    return JSON.parse(await docker(site.fleet, "exec", "mcp-extra", "node", "-e", ask, call));
  }

  /** Everything that others are told of the container, with the environment of each process in it as root sees it. */
  async function told(): Promise<void> {
    const shown = [
      await docker(site.fleet, "inspect", "mcp-extra"), // labels and the health check's output too
      await docker(site.fleet, "logs", "mcp-extra"),
      await docker(site.fleet, "exec", "mcp-extra", "node", "-e", "console.log(process.env)"),
      await docker(site.fleet, "top", "mcp-extra", "-eo", "pid,args"),
    ];
    for (const text of shown) assert.ok(!text.includes(SECRET), text);
    assert.match(shown[0] ?? "", /API_KEY=\/run\/secrets\/key/);
    // Nor does a program that dies leave a core behind, in a storage say; and none can allow itself one.
    const limits = await docker(site.fleet, "exec", "mcp-extra", "sh", "-c", "grep -h core /proc/[0-9]*/limits");
    for (const limit of limits.split("\n")) assert.match(limit, /^Max core file size +0 +0 /);
    const read = `for f in /proc/[0-9]*/environ; do tr '\\0' '\\n' <$f; done 2>/dev/null | grep -c ${SECRET}; true`;
    for (const user of ["0:0", "12345:12345"]) {
      const exec = ["exec", "-u", user, "mcp-extra", "sh", "-c", read];
      assert.equal((await docker(site.fleet, ...exec)).trim(), "0", `user ${user} reads it in /proc`);
    }
  }

  afterEach(() => site.parts.deployer.remove("extra"));

  it("a stdio server's session has them, and nobody else", async () => {
    await deploy({ transport: { type: "stdio", command: ["node", "-e", SERVER] } });
    assert.deepEqual(await inSession(), { ...WANTED, holders: ["node"] });
    await told();
  });

  it("an HTTP server has them, started by its command", async () => {
    const command = ["node", "-e", SERVER, "more"];
    await deploy({ transport: { type: "streamable-http", port: 8080, command }, env: { PORT: "8080" } });
    assert.deepEqual(await overHttp(), { ...WANTED, arguments: ["more"], holders: ["node"] });
    await told();
  });

  it("an HTTP server has them that is started by its image's own entry point", async () => {
    await deploy({ transport: { type: "streamable-http", port: 8080 }, env: { PORT: "8080" } });
    assert.deepEqual(await overHttp(), { ...WANTED, holders: ["node"] });
    await told();
  });

  it("a session is the image's own entry point, with the manifest's arguments", async () => {
    await deploy({ transport: { type: "stdio", arguments: ["some", "more"] } });
    assert.deepEqual(await inSession(), { ...WANTED, arguments: ["some", "more"], holders: ["node"] });
    await told();
  });

  it("an HTTP server that listens on loopback only is reached where its clients come in", async () => {
    const transport = { type: "streamable-http", port: 8080, listen: "loopback" };
    await deploy({ transport, env: { PORT: "8080", HOST: "127.0.0.1" } }); // healthy: the check goes that way
    assert.equal((await overHttp()).API_KEY, SECRET);
  });

  it("has the room in memory that its manifest says", async () => {
    const transport = { type: "stdio", command: ["node", "-e", SERVER] };
    await deploy({ transport, scratch: { size: "96m" }, sharedMemory: "32m", cacheDir: "/app/cache" });
    const look =
      'df -Pm /tmp /dev/shm /app/cache; grep " /tmp " /proc/mounts; touch "$XDG_CACHE_HOME/x" && echo written';
    const text = await docker(site.fleet, "exec", "mcp-extra", "sh", "-c", look);
    const sizes = [...text.matchAll(/^\S+ +(\d+) .* (\/\S+)$/gm)].map(([, size, path]) => `${path} ${size}`);
    assert.deepEqual(sizes, ["/tmp 96", "/dev/shm 32", "/app/cache 96"]);
    assert.match(text, /^tmpfs \/tmp tmpfs .*noexec[\s\S]*\nwritten$/m);
  });
});
