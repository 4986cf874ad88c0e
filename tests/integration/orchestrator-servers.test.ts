import assert from "node:assert/strict";
import { type AddressInfo, connect as connectTo, createServer, type Server, type Socket } from "node:net";
import { pino } from "pino";
import { containerSpec } from "../../mcp/container-spec";
import { orchestratorConfigSchema } from "../../orchestrator/config";
import { Events } from "../../orchestrator/events";
import { createOptions } from "../../orchestrator/servers/create-options";
import { createServers, type ServersParts } from "../../orchestrator/servers/create-servers";
import { createContainer, engineClient, removeContainer } from "../../orchestrator/servers/engine-client";
import { ServerError } from "../../orchestrator/servers/server-error";
import { ProblemsError } from "../../problems";
import { loadHostileImage } from "./support/catalog";
import { eventually } from "./support/command";
import { callTool, docker, type Fleet, theFleet, tryDocker } from "./support/fleet";

const STACK = "test/orchestrator-servers";
const IMAGE = "example/extra:1.0";
const SECRET = "s3cret-of-the-test";

/** Quick to say what it is: healthy, or never going to be. */
const health = { interval: "1s", timeout: "2s", retries: 1, startPeriod: "1s", startInterval: "200ms" };
const stdio = (name: string, more: Record<string, unknown> = {}) => ({
  ...{ name, description: "A test's server", version: "1.0.0", image: IMAGE, health },
  transport: { type: "stdio", command: ["/server"] },
  resources: { memory: "64m" },
  ...more,
});

/** An HTTP server in one line: it answers `initialize`. */
const LISTENS = `require("http").createServer((q,s)=>{s.setHeader("content-type","application/json");
s.end(JSON.stringify({jsonrpc:"2.0",id:1,result:{protocolVersion:"2025-11-25",capabilities:{},serverInfo:{name:"h",version:"1"}}}))}).listen(8080)`;

/** A way to the engine that can be cut, so that the daemon is away for this test and nobody else. */
class Wire {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(private readonly target: number) {}

  /** Opens it, on the same port again after a cut. */
  async open(port = 0): Promise<number> {
    this.#server = createServer((near) => {
      const far = connectTo(this.target, "127.0.0.1");
      for (const socket of [near, far]) this.#sockets.add(socket.on("error", () => {}));
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => this.#server?.listen(port, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}

describe("the orchestrator's servers, in a real engine", function () {
  this.timeout(60_000);
  let fleet: Fleet;
  let parts: ServersParts;
  let events: Events;
  let logged = "";
  let wire: Wire;
  let port: number;

  /** Names in the engine that begin like the test's. */
  const left = async (): Promise<string[]> => {
    const format = "{{.Name}}";
    const lists = [
      await docker(fleet, "container", "ls", "-a", "--filter", "name=mcp-extra", "--format", "{{.Names}}"),
      await docker(fleet, "volume", "ls", "--filter", "name=mcp-extra", "--format", format),
      await docker(fleet, "network", "ls", "--filter", "name=mcp-extra", "--format", format),
    ];
    return lists.flatMap((list) => list.split("\n")).filter(Boolean);
  };
  const start = async (port: number): Promise<ServersParts> => {
    const { tls } = fleet.outputs;
    const config = orchestratorConfigSchema.parse({
      ...{ stack: STACK, version: "1", publicUrl: "http://localhost", allowedHosts: [] },
      deploy: { servers: 3, images: ["example/*", "mcp-files:*"] },
    });
    events = new Events();
    const log = pino(
      { level: "debug" },
      {
        write: (line: string) => {
          logged += line;
        },
      },
    );
    const engine = { host: "127.0.0.1", port, ca: tls.ca, cert: tls.clientCert, key: tls.clientKey };
    return createServers({ config, events, log, engine });
  };
  const types = () => events.since(0).map(({ type }) => type);

  before(async () => {
    fleet = await theFleet();
    await loadHostileImage(fleet, IMAGE);
    wire = new Wire(Number(new URL(fleet.outputs.endpoints.dockerTls).port));
    port = await wire.open();
    parts = await start(port);
  });

  after(async () => {
    for (const { name } of parts?.servers.list() ?? []) await parts.deployer.remove(name);
    parts?.close();
    wire?.cut();
    await tryDocker(fleet, ["rmi", IMAGE]);
    assert.deepEqual(await left(), []);
    assert.ok(!logged.includes(SECRET), "a secret is in the log");
  });

  it("are found by their labels, those of another stack are not", () => {
    assert.deepEqual([parts.servers.synced, parts.servers.connected, parts.servers.list()], [true, true, []]);
  });

  it("are deployed behind the catalog's walls, with their secrets as files", async () => {
    const secrets = [{ name: "key" }, { name: "maybe", required: false }];
    const steps: string[] = [];
    const { server, change } = await parts.deployer.deploy(stdio("extra", { secrets }), { key: SECRET }, (step) =>
      steps.push(step),
    );
    assert.deepEqual(
      [change, server.status, server.managedBy, server.manifest.user],
      ["created", "running", "api", 14_995],
    );
    assert.deepEqual(steps, ["making its network and volumes", "starting it"]);
    assert.deepEqual(types(), ["server.added", "server.started", "server.healthy", "server.deployed"]);
    const inspected = await docker(fleet, "inspect", "mcp-extra");
    assert.ok(!inspected.includes(SECRET));
    const [{ HostConfig: host, Config: config }] = JSON.parse(inspected);
    assert.deepEqual(
      [host.NetworkMode, host.ReadonlyRootfs, host.CapDrop, host.Memory, host.MemorySwap, host.Privileged, config.User],
      ["none", true, ["ALL"], 64 * 2 ** 20, 64 * 2 ** 20, false, "14995:14995"],
    );
    const { text } = await callTool(fleet, "extra", "echo", {});
    assert.equal(text, "echo");
    assert.deepEqual((await left()).sort(), ["mcp-extra", "mcp-extra-secrets", "mcp-extra-sessions"]);
    assert.deepEqual(await readAs(14_995, "mcp-extra-secrets"), { key: `100400 14995 ${SECRET}` });
  });

  it("do not change when the same is deployed again", async () => {
    const before = parts.servers.get("extra");
    const again = stdio("extra", { secrets: [{ name: "key" }, { name: "maybe", required: false }] });
    assert.equal((await parts.deployer.deploy(again)).change, "none");
    assert.equal((await parts.deployer.deploy(again, { key: SECRET })).change, "none");
    assert.equal(parts.servers.get("extra")?.containerId, before?.containerId);
  });

  it("are replaced when something changed, and keep the secrets that are not given again", async () => {
    const before = parts.servers.get("extra");
    const secrets = [{ name: "key" }, { name: "maybe" }];
    const { change, server } = await parts.deployer.deploy(stdio("extra", { secrets }), { maybe: "another" });
    assert.deepEqual([change, server.manifest.user], ["replaced", 14_995]);
    assert.notEqual(server.containerId, before?.containerId);
    const files = { key: `100400 14995 ${SECRET}`, maybe: "100400 14995 another" };
    assert.deepEqual(await readAs(14_995, "mcp-extra-secrets"), files);
    assert.deepEqual((await left()).sort(), ["mcp-extra", "mcp-extra-secrets", "mcp-extra-sessions"]);
  });

  it("come back, secrets and all, when what replaces them does not become healthy", async () => {
    const before = parts.servers.get("extra");
    const bad = stdio("extra", {
      secrets: [{ name: "maybe" }],
      transport: { type: "stdio", command: ["/nothing-here"] },
    });
    await assert.rejects(parts.deployer.deploy(bad, { maybe: "changed" }), (error: ServerError) => {
      assert.ok(error instanceof ServerError);
      assert.match(error.message, /does not become healthy: ./);
      assert.match((error.logs ?? []).join("\n"), /nothing-here/);
      return true;
    });
    await eventually(async () => assert.equal(parts.servers.get("extra")?.status, "running"));
    assert.equal(parts.servers.get("extra")?.containerId, before?.containerId);
    const files = { key: `100400 14995 ${SECRET}`, maybe: "100400 14995 another" };
    assert.deepEqual(await readAs(14_995, "mcp-extra-secrets"), files);
    assert.deepEqual((await left()).sort(), ["mcp-extra", "mcp-extra-secrets", "mcp-extra-sessions"]);
    assert.equal((await callTool(fleet, "extra", "echo", {})).text, "echo");
  });

  it("leave nothing when they cannot be deployed", async () => {
    const before = (await left()).sort();
    const bad = { transport: { type: "stdio", command: ["/nothing-here"] }, secrets: [{ name: "key" }] };
    await assert.rejects(parts.deployer.deploy(stdio("extra2", bad), { key: SECRET }), ServerError);
    await assert.rejects(parts.deployer.deploy(stdio("extra2", { image: "example/absent:9" })), /cannot be pulled/);
    await assert.rejects(
      parts.deployer.deploy(stdio("extra2", { database: true, resources: { cpus: 9 } })),
      ProblemsError,
    );
    assert.deepEqual((await left()).sort(), before);
  });

  it("stop, start and restart", async () => {
    const first = parts.servers.get("extra");
    assert.equal((await parts.lifecycle.stop("extra")).status, "stopped");
    assert.equal((await parts.lifecycle.stop("extra")).status, "stopped");
    assert.notEqual((await parts.lifecycle.start("extra")).generation, first?.generation);
    await eventually(async () => assert.equal(parts.servers.get("extra")?.status, "running"));
    const second = parts.servers.get("extra");
    assert.notEqual((await parts.lifecycle.restart("extra")).generation, second?.generation);
    await eventually(async () => assert.equal(parts.servers.get("extra")?.status, "running"));
    await assert.rejects(parts.lifecycle.stop("nobody"), (error: ServerError) => error.status === 404);
  });

  it("have a log that is read and followed, until the reader goes", async () => {
    await callTool(fleet, "extra", "flood", {}).catch(() => {});
    const lines: string[] = [];
    for await (const { stream, line } of parts.lifecycle.logs("extra", { tail: 3 }))
      lines.push(`${stream} ${line.length}`);
    assert.equal(lines.length, 3);
    const stop = new AbortController();
    let followed = 0;
    for await (const _ of parts.lifecycle.logs("extra", { tail: 2, follow: true, signal: stop.signal })) {
      followed += 1;
      // The reader waits for a third line, which does not come.
      if (followed === 2) setTimeout(() => stop.abort(), 100);
    }
    assert.equal(followed, 2);
  });

  it("are measured, and say when the kernel killed a process of theirs", async () => {
    await parts.stats.poll();
    const { usage = 0, limit } = parts.servers.memory("extra") ?? {};
    assert.equal(limit, 64 * 2 ** 20);
    assert.ok(usage > 0 && usage < 64 * 2 ** 20, String(usage));
    const measured = parts.stats.server("extra");
    assert.ok(measured && measured.pids >= 1 && measured.cpuSeconds > 0, JSON.stringify(measured));
    await callTool(fleet, "extra", "hog", {}).catch(() => {});
    await eventually(async () => assert.ok((parts.servers.get("extra")?.oomKills ?? 0) > 0));
    assert.ok(types().includes("server.oom"));
  });

  it("with HTTP have the orchestrator in their network, which is gone with them", async () => {
    const files = (await docker(fleet, "images", "mcp-files", "--format", "{{.Repository}}:{{.Tag}}")).split("\n")[0];
    const self = [
      "--name",
      "mcp-extra-self",
      "--label",
      "dind-mcp.role=orchestrator",
      "--label",
      `dind-mcp.stack=${STACK}`,
    ];
    const idle = ["--entrypoint", "node", files ?? "", "-e", "setInterval(()=>{},9e8)"];
    const id = await docker(fleet, "run", "-d", "--network", "none", "--cap-drop", "ALL", ...self, ...idle);
    await docker(fleet, "network", "create", "mcp-extra-self");
    try {
      // In a network of its own first, as the orchestrator is; from `none` Docker does not connect.
      await docker(fleet, "network", "disconnect", "none", id);
      await docker(fleet, "network", "connect", "mcp-extra-self", id);
      const transport = { type: "streamable-http", port: 8_080, command: ["node", "-e", LISTENS] };
      const manifest = stdio("extra-http", { image: files, transport, resources: { memory: "128m" } });
      const { server } = await parts.deployer.deploy(manifest);
      assert.match(
        server.endpoint.type === "http" ? server.endpoint.url : "",
        /^http:\/\/10\.214\.\d+\.\d+:8080\/mcp$/,
      );
      const members = await docker(fleet, "network", "inspect", "mcp-extra-http", "--format", "{{json .Containers}}");
      assert.ok(Object.keys(JSON.parse(members)).includes(id), members);
      await parts.deployer.remove("extra-http");
      assert.deepEqual(
        (await left()).filter((name) => name.startsWith("mcp-extra-http")),
        [],
      );
    } finally {
      await docker(fleet, "rm", "-f", "mcp-extra-self");
      await docker(fleet, "network", "rm", "mcp-extra-self");
    }
  });

  it("are as Pulumi makes them: a container of the catalog and one made from its manifest inspect equal", async () => {
    for (const name of ["files", "http", "postgres"]) {
      const [theirs] = JSON.parse(await docker(fleet, "inspect", `mcp-${name}`));
      const manifest = JSON.parse(theirs.Config.Labels["dind-mcp.manifest"]);
      const spec = containerSpec(manifest, { image: theirs.Image, stack: "s" });
      const { tls } = fleet.outputs;
      const client = engineClient({ host: "127.0.0.1", port, ca: tls.ca, cert: tls.clientCert, key: tls.clientKey });
      const container = await createContainer(client.api, { ...createOptions(spec), name: "mcp-extra-compared" });
      const mine = await container.inspect();
      await removeContainer(container);
      client.close();
      const comparable = ({ Config, HostConfig }: typeof mine) => {
        // Pulumi's provider names the mounts' paths here once more. Labels: the owner, and what only Pulumi puts there.
        const { Volumes: _volumes, Labels: _labels, ...config } = Config;
        const Ulimits = HostConfig.Ulimits?.toSorted((a, b) => String(a.Name).localeCompare(String(b.Name)));
        const host = { ...HostConfig, Binds: HostConfig.Binds?.toSorted(), Ulimits };
        const all = { config: { ...config, Env: Config.Env.toSorted() }, host };
        // An empty list and none are the same to Docker, and not written the same by its clients.
        return JSON.parse(JSON.stringify(all), (_key, value) =>
          Array.isArray(value) && value.length === 0 ? null : value,
        );
      };
      assert.deepEqual(comparable(mine), comparable(theirs), name);
    }
  });

  it("are deployed side by side, each with a user of its own; one of a name at a time", async () => {
    const [one, two, same] = await Promise.allSettled([
      parts.deployer.deploy(stdio("extra-a")),
      parts.deployer.deploy(stdio("extra-b")),
      parts.deployer.deploy(stdio("extra-b")),
    ]);
    const users = [one, two].map((result) =>
      result.status === "fulfilled" ? result.value.server.manifest.user : result.reason,
    );
    assert.deepEqual(users.toSorted(), [14_993, 14_994]);
    assert.equal(same.status === "rejected" && (same.reason as ServerError).status, 409);
    await assert.rejects(parts.deployer.deploy(stdio("extra-c")), /got 4 extra servers, expected at most 3/);
    await Promise.all([parts.deployer.remove("extra-a"), parts.deployer.remove("extra-b")]);
  });

  it("stay known while the daemon is away; what happened meanwhile is known when it is back", async () => {
    const before = parts.servers.get("extra");
    wire.cut();
    await eventually(async () => assert.equal(parts.servers.connected, false));
    await assert.rejects(parts.ping());
    await docker(fleet, "restart", "mcp-extra");
    assert.deepEqual(parts.servers.get("extra"), before);
    const seen = types().length;
    await wire.open(port);
    await eventually(async () => assert.notEqual(parts.servers.get("extra")?.generation, before?.generation));
    assert.deepEqual(types().slice(seen, seen + 2), ["server.stopped", "server.started"]);
    assert.equal(parts.servers.connected, true);
    await eventually(async () => assert.equal(parts.servers.get("extra")?.status, "running"));
  });

  it("keep their place when a deployment was interrupted", async () => {
    const labels = ["managed-by=api", `stack=${STACK}`, "server=extra", "manifest={}"].flatMap((label) => [
      "--label",
      `dind-mcp.${label}`,
    ]);
    await parts.deployer.deploy(stdio("extra"));
    const id = parts.servers.get("extra")?.containerId;
    await docker(fleet, "rename", "mcp-extra", "mcp-extra.replaced");
    await docker(fleet, "stop", "mcp-extra.replaced");
    await docker(fleet, "create", "--name", "mcp-extra", ...labels, IMAGE, "/never-started");
    parts.close();
    parts = await start(port);
    await eventually(async () => assert.equal(parts.servers.get("extra")?.status, "running"));
    assert.equal(parts.servers.get("extra")?.containerId, id);
    assert.ok(!(await left()).includes("mcp-extra.replaced"));
  });

  it("leave to the cleanup what lost its server", async () => {
    const labels = ["managed-by=api", `stack=${STACK}`, "server=extra9"].flatMap((label) => [
      "--label",
      `dind-mcp.${label}`,
    ]);
    await docker(fleet, "volume", "create", ...labels, "mcp-extra9-secrets");
    const network = await docker(fleet, "network", "create", ...labels, "mcp-extra9");
    const found = (await parts.cleanup.plan()).filter(({ name }) => name.startsWith("mcp-"));
    assert.deepEqual(
      found.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`),
      [
        "network mcp-extra9: of server extra9, which is gone",
        "volume mcp-extra9-secrets: of server extra9, which is gone",
      ],
    );
    const { removed, failed } = await parts.cleanup.run({ only: [network, "mcp-extra9-secrets"] });
    assert.deepEqual([removed.length, failed], [2, []]);
    assert.ok(!(await left()).some((name) => name.startsWith("mcp-extra9")));
  });

  it("are in an engine that says what it is", async () => {
    const { version, cgroupVersion, containers, memory } = await parts.engine.info();
    assert.match(version, /^\d+\.\d+/);
    assert.match(cgroupVersion, /^[12]$/);
    assert.ok(containers.running > 0 && memory > 2 ** 28);
    const { images, time } = await parts.engine.disk();
    assert.ok(images > 0);
    assert.equal((await parts.engine.disk()).time, time);
  });

  it("go with all they have; the catalog's are not the API's to remove", async () => {
    await parts.deployer.remove("extra");
    assert.deepEqual([parts.servers.get("extra"), await left()], [undefined, []]);
    await assert.rejects(parts.deployer.remove("extra"), (error: ServerError) => error.status === 404);
  });

  /** The files of a volume as a user sees them: mode, owner, content. */
  async function readAs(user: number, volume: string): Promise<Record<string, string>> {
    const image = (await docker(fleet, "images", "mcp-files", "--format", "{{.ID}}")).split("\n")[0] ?? "";
    const script = `const fs=require("fs");const o={};for(const f of fs.readdirSync("/s")){const t=fs.statSync("/s/"+f);
      o[f]=t.mode.toString(8)+" "+t.uid+" "+fs.readFileSync("/s/"+f,"utf8")}console.log(JSON.stringify(o))`;
    const limits = ["--rm", "--network", "none", "--cap-drop", "ALL", "--user", String(user), "--entrypoint", "node"];
    return JSON.parse(await docker(fleet, "run", ...limits, "-v", `${volume}:/s:ro`, image, "-e", script));
  }
});
