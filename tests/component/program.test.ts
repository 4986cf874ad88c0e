import assert from "node:assert/strict";
import { parseSettings } from "../../config/parse-settings";
import { DockerType } from "../../lib/docker-types";
import { Label } from "../../manifest/container/labels";

import program = require("../..");

import packageJson = require("../../package.json");

import { configure } from "../support/components/config";
import { fakeHostEngine, READY } from "../support/components/host-engine";
import { type Registered, record } from "../support/components/mocks";
import { children, container, labelsOf, only, visible } from "../support/components/queries";

const OUTER = ["EngineHost engine", "InternalNetwork network", "PersistentVolumes volumes", "TlsCertificates tls"];
const DSN = "postgres://u:hunter2@db.example/d";

describe("the program with the real catalog", () => {
  let host: Awaited<ReturnType<typeof fakeHostEngine>>;
  before(async () => {
    host = await fakeHostEngine();
  });
  after(() => host.close());

  async function run(config: Record<string, string> = {}, { preview = false, secretKeys = [] as string[] } = {}) {
    const restore = configure({ hostEngine: host.endpoint, ...config }, secretKeys);
    try {
      return (await record(program, { preview })).resources;
    } finally {
      restore();
    }
  }

  /** True for what belongs inside the engine. */
  const inside = (resources: Registered[], { parent }: Registered): boolean =>
    parent !== undefined && (parent.endsWith(":Fleet fleet") || inside(resources, only(resources, parent)));

  it("is the outer layer, the fleet, and the host engine's provider; every docker resource on the right engine", async () => {
    const resources = await run();
    const top = resources
      .filter(({ parent }) => parent === undefined)
      .map(({ id }) => id.replace("dind-mcp:index:", ""));
    assert.deepEqual(top, [...OUTER, "Fleet fleet", "pulumi:providers:docker host"].sort());
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    for (const one of docker) assert.equal(one.provider, inside(resources, one) ? "engine-provider" : "host", one.id);
    assert.equal(docker.filter(({ provider }) => provider === "host").length, 10); // 6 volumes, network, image, 2 containers
    assert.deepEqual(only(resources, "pulumi:providers:docker host").inputs, { host: host.endpoint });
  });

  it("leads the API's port to an embedded Kong, which alone reaches the orchestrator's, and is believed", async () => {
    const resources = await run({ kong: "embedded", trustedProxies: '["172.30.0.1"]' });
    const envs = container(resources, "engine").inputs.envs as string[];
    assert.ok(envs.includes("PUBLISHED_FOR=10.214.0.20=10.214.0.18:18080"));
    const [published = ""] = envs.filter((one) => one.startsWith("PUBLISHED="));
    assert.match(published, /=.*10\.214\.0\.20:18080/);
    assert.match(published, /10\.214\.0\.18:18081.*10\.214\.0\.18:19090/);
    const { ports, envs: told } = container(resources, "orchestrator").inputs as {
      ports: { internal: number }[];
      envs: string[];
    };
    assert.ok(!ports.some(({ internal }) => internal === 18_080), "Kong has it");
    assert.match(told.join(), /"trustedProxies":\["172\.30\.0\.1","10\.214\.0\.20"\]/);
    assert.ok(container(await run(), "orchestrator").inputs.ports);
  });

  it("has the catalog's three servers with what they need", async () => {
    const resources = await run();
    assert.deepEqual(children(resources, "dind-mcp:index:Fleet fleet"), [
      "dind-mcp:index:Database database",
      "dind-mcp:index:EgressProxy egress",
      "dind-mcp:index:InnerNetworks networks",
      "dind-mcp:index:McpServer files",
      "dind-mcp:index:McpServer http",
      "dind-mcp:index:McpServer postgres",
      "dind-mcp:index:Orchestrator orchestrator",
      `${DockerType.Image} carrier-image`,
    ]);
    const networkOf = (name: string) => container(resources, name).inputs.networkMode;
    assert.deepEqual(["files", "http", "postgres"].map(networkOf), ["none", "mcp-http", "mcp-postgres"]);
  });

  it("lets everything inside go with the engine's data volume, and that alone", async () => {
    const marked = (await run()).filter(({ deletedWith }) => deletedWith);
    assert.deepEqual(
      marked.map(({ id, deletedWith }) => [id, deletedWith]),
      [["dind-mcp:index:Fleet fleet", "volumes-engine"]], // children inherit it from their component
    );
  });

  it("keeps volumes and built images with retainVolumes; then nothing is taken to go with the volume", async () => {
    const kept = (resources: Registered[]) =>
      resources.filter(({ retainOnDelete }) => retainOnDelete).map(({ id }) => id);
    const resources = await run({ retainVolumes: "true" });
    assert.deepEqual(kept(resources), children(resources, "dind-mcp:index:PersistentVolumes volumes"));
    assert.equal(kept(resources).length, 6);
    assert.deepEqual(kept(await run()), []);
    assert.deepEqual(
      resources.filter(({ deletedWith }) => deletedWith),
      [],
    );
    const built = resources.filter((one) => one.inputs.build && inside(resources, one));
    assert.deepEqual(new Set(built.map(({ inputs }) => inputs.keepLocally)), new Set([true]));
  });

  it("labels every docker resource that can have labels as the stack's", async () => {
    const resources = await run();
    const able = resources.filter(({ id }) => /^docker:index\/(container|network|volume):/.test(id));
    assert.ok(able.length >= 20, String(able.length));
    for (const one of able) {
      assert.equal(labelsOf(one)[Label.Stack], "dind-mcp/unit", one.id);
      assert.equal(labelsOf(one)[Label.ManagedBy], "pulumi", one.id);
    }
  });

  it("shows no secret in plain state, in what it registers", async () => {
    const resources = await run();
    assert.doesNotMatch(visible(resources), /privateKeyPem>|password result/);
    assert.match(JSON.stringify(resources), /privateKeyPem>.*password result/);
    assert.doesNotMatch(JSON.stringify(resources), /orchestrator-token-\w+ result/, "tokens go nowhere but as hashes");
    const settings = { databaseDsn: DSN };
    const external = await run(settings, { secretKeys: ["databaseDsn"] });
    assert.doesNotMatch(visible(external), /hunter2/);
    assert.match(JSON.stringify(external), /hunter2/);
  });

  it("sets the addresses inside the certificate: loopback, bind address, name, and more by config", async () => {
    const resources = await run({ bindAddress: "192.0.2.7", engineName: "e", tlsNames: '["e.example","10.0.0.9"]' });
    const { dnsNames, ipAddresses } = only(resources, "tls-server-request").inputs;
    assert.deepEqual(
      [dnsNames, ipAddresses],
      [
        ["localhost", "e", "e.example"],
        ["127.0.0.1", "192.0.2.7", "10.0.0.9"],
      ],
    );
  });

  it("publishes the orchestrator's ports through the engine, and tells it how it is reached", async () => {
    const ports = (resources: Registered[], name: string) =>
      (container(resources, name).inputs.ports as { internal: number; external: number; ip: string }[]).map(
        ({ internal, external, ip }) => `${ip}:${external}->${internal}`,
      );
    const resources = await run({
      apiPort: "1",
      pagePort: "4",
      metricsPort: "2",
      dockerPort: "3",
      bindAddress: "127.0.0.9",
    });
    const outer = [
      "127.0.0.9:12376->2376",
      "127.0.0.9:3->12375",
      "127.0.0.9:1->18080",
      "127.0.0.9:4->18081",
      "127.0.0.9:2->19090",
    ];
    assert.deepEqual(ports(resources, "engine"), outer);
    const inner = ["0.0.0.0:12375->12375", "0.0.0.0:18080->18080", "0.0.0.0:18081->18081", "0.0.0.0:19090->19090"];
    assert.deepEqual(ports(resources, "orchestrator"), inner);
    const { cpus, envs } = container(resources, "orchestrator").inputs;
    assert.equal(cpus, "2.0", "of the host's eight");
    assert.deepEqual(JSON.parse(String(envs).replace("ORCHESTRATOR_CONFIG=", "")), {
      stack: "dind-mcp/unit",
      version: packageJson.version,
      listen: "10.214.0.18",
      publicUrl: "http://127.0.0.9:1",
      pageUrl: "http://127.0.0.9:4",
      allowedHosts: ["localhost", "127.0.0.1", "127.0.0.9", "mcp-engine"],
      allowedOrigins: [],
      trustedProxies: [],
      dockerApi: "read-only",
      limits: { sessions: 1_000, sessionsPerToken: 0, callsPerToken: 500, requestsPerMinute: 0, bufferedBytes: "72m" },
      toolChanges: "report",
      registry: { url: parseSettings({}, [], "test").serverRegistry, search: false },
      audit: { arguments: "redacted" },
      catalog: [],
    });
    const off = await run({ dockerApi: "off" });
    for (const name of ["engine", "orchestrator"])
      assert.ok(!ports(off, name).some((port) => port.endsWith("12375")), name);
  });

  it("gives the orchestrator no way out, unless it has to ask an issuer of tokens or send traces", async () => {
    const envs = (resources: Registered[]) => container(resources, "engine").inputs.envs as string[];
    assert.ok(envs(await run()).includes("INBOUND_ONLY=10.214.0.16/28"));
    const traced = envs(await run({ tracingEndpoint: "http://collector:4318" }));
    assert.ok(traced.includes("INBOUND_ONLY="));
    assert.ok(traced.includes("PRIVATE_EGRESS_FROM=10.214.0.18/32"));
  });

  it("keeps the label of SELinux off the engine, where the host engine gives every container one", async () => {
    const SecurityOptions = ["name=seccomp,profile=builtin", "name=selinux"];
    const labelling = await fakeHostEngine({ "/info": { ...(READY["/info"] as object), SecurityOptions } });
    const options = (resources: Registered[]) => container(resources, "engine").inputs.securityOpts as string[];
    try {
      assert.ok(options(await run({ hostEngine: labelling.endpoint })).includes("label=disable"));
    } finally {
      await labelling.close();
    }
    assert.ok(!options(await run()).some((option) => option.startsWith("label")));
  });

  it("opens private addresses to the relay of an external database, and to nobody without one", async () => {
    const privateEgress = (resources: Registered[]) =>
      (container(resources, "engine").inputs.envs as string[]).find((env) => env.startsWith("PRIVATE_EGRESS_FROM="));
    assert.equal(privateEgress(await run()), "PRIVATE_EGRESS_FROM=");
    const external = await run({ databaseDsn: DSN }, { secretKeys: ["databaseDsn"] });
    assert.equal(privateEgress(external), "PRIVATE_EGRESS_FROM=10.214.0.35/32");
    const relay = container(external, "database-relay").inputs.networksAdvanced as { ipv4Address?: string }[];
    assert.equal(relay[0]?.ipv4Address, "10.214.0.35");
  });

  it("can be previewed before anything is there", async () => {
    const [now, before] = [await run(), await run({}, { preview: true })];
    assert.deepEqual(
      before.map(({ id }) => id),
      now.map(({ id }) => id),
    );
    assert.ok(only(before, "engine-provider").unknown.includes("host"));
    assert.deepEqual(only(now, "engine-provider").unknown, []);
  });
});
