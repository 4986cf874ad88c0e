import assert from "node:assert/strict";
import { Scope } from "../../../../api/scopes";
import { Fleet, type FleetArgs } from "../../../../components/inner/fleet";
import { DockerType } from "../../../../lib/docker-types";
import { OUTBOUND, RELAY_ADDRESS } from "../../../../manifest/proxy/outbound";
import { parseSharedService } from "../../../../manifest/shared-service";
import { mounts } from "../../../support/components/hardening";
import { record, reveal } from "../../../support/components/mocks";
import { HTTP, LABELS, server, withProvider } from "../../../support/components/parts";
import { children, container, labelsOf, only, visible } from "../../../support/components/queries";
import { toldConfig } from "../../../support/config/orchestrator-config";
import { document, problemsOf } from "../../../support/manifest/documents";

const PLAIN = server({ name: "plain", user: 11_001 });
const LISTENS = server({ name: "listens", user: 11_002, ...HTTP });
const LEAVES = server({ name: "leaves", user: 11_003, egress: ["example.com:443"], secrets: [{ name: "key" }] });
const READS = server({ name: "reads", user: 11_004, database: true });

const FLEET = "dind-mcp:index:Fleet fleet";
const orchestrator = {
  config: toldConfig(),
  tokens: [{ name: "one", scopes: [Scope.Mcp] }],
  ports: [18_080],
  dockerApi: "read-only" as const,
  processors: 2,
};
const none = {
  orchestrator,
  secrets: {},
  databaseDsn: "",
  privateHosts: {},
  engineNetwork: "172.30.0.0/16",
  stack: "dind-mcp/unit",
  keepImages: false,
  labels: LABELS,
};
const make = (more: Partial<FleetArgs> = {}, preview = false) =>
  record(() => new Fleet("fleet", { servers: [], ...none, ...more }, withProvider("inner")), { preview });
const all = { servers: [LEAVES, LISTENS, PLAIN, READS], secrets: { leaves: { key: "hunter2" } } };

/** Two servers that use one redis, and what that is. */
function sharing() {
  const least = { name: "redis", description: "For two", image: "redis:8", user: 11_900, health: { port: 6_379 } };
  const { service } = parseSharedService({ ...least, secrets: [{ name: "password" }] }, "f");
  assert.ok(service);
  const uses = [{ service, folder: "/catalog/redis", file: "mcp/redis/service.yaml" }];
  const secrets = [{ name: "key" }, { name: "redis-password", from: "redis.password" }];
  const users = ["one", "two"].map((name, index) => {
    return { ...server({ name, user: 11_010 + index, uses: ["redis"], secrets }), uses };
  });
  return {
    servers: [...users, PLAIN],
    secrets: { redis: { password: "hunter2" }, one: { key: "k1" }, two: { key: "k2" } },
  };
}

describe("Fleet", () => {
  it("has an embedded Consul where the config says so, and its token is the orchestrator's; else none", async () => {
    const { result, resources } = await make({ embeddedConsul: true });
    assert.ok(children(resources, FLEET).includes("dind-mcp:index:Consul consul"));
    assert.ok(result.consulToken);
    const { value: token } = await reveal(result.consulToken);
    const uploads = container(resources, "orchestrator-secret-files").inputs.uploads as {
      file: string;
      content: string;
    }[];
    assert.deepEqual(JSON.parse(uploads.find(({ file }) => file.endsWith("/consul.json"))?.content ?? ""), { token });
    assert.equal((await make()).result.consulToken, undefined);
  });

  it("is networks, the carriers' image, database, egress proxy and a component a server, all inside", async () => {
    const { result, resources } = await make(all);
    assert.deepEqual(children(resources, FLEET), [
      "dind-mcp:index:Database database",
      "dind-mcp:index:EgressProxy egress",
      "dind-mcp:index:InnerNetworks networks",
      "dind-mcp:index:McpServer leaves",
      "dind-mcp:index:McpServer listens",
      "dind-mcp:index:McpServer plain",
      "dind-mcp:index:McpServer reads",
      "dind-mcp:index:Orchestrator orchestrator",
      `${DockerType.Image} carrier-image`,
    ]);
    assert.deepEqual(Object.keys(result.servers), ["leaves", "listens", "plain", "reads"]);
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    assert.deepEqual(new Set(docker.map(({ provider }) => provider)), new Set(["inner"]));
  });

  it("has a remote server as a volume that declares it, and its secrets for the orchestrator; no container", async () => {
    const far = server({
      ...{ name: "far", user: 11_005, image: undefined },
      transport: { type: "remote", url: "https://mcp.example.com/mcp" },
      headers: { "X-Api-Key": { secret: "key" } },
    });
    const { result, resources } = await make({ servers: [far, PLAIN], secrets: { far: { key: "hunter2" } } });
    assert.deepEqual(Object.keys(result.servers), ["plain"]);
    const volume = only(resources, `${DockerType.Volume} far-remote`);
    assert.equal(volume.inputs.name, "mcp-far-remote");
    const { "dind-mcp.server": name, "dind-mcp.manifest": label = "" } = labelsOf(volume);
    assert.deepEqual([name, JSON.parse(label)], ["far", JSON.parse(JSON.stringify(far.manifest))]);
    const { start, uploads } = container(resources, "far-secret-files").inputs;
    assert.equal(start, false);
    const files = uploads as { file: string; owner: string; permissions: string }[];
    assert.deepEqual(
      files.map(({ file, owner, permissions }) => [file, owner, permissions]),
      [["/files/key", "10901", "0400"]],
    );
    assert.ok(!visible(resources).includes("hunter2"));
    const squid = String(container(resources, "egress").inputs.envs);
    assert.match(squid, /acl from_far src 10\.214\.6\.144\/28/);
    assert.match(squid, /acl far_1_host dstdomain -n mcp\.example\.com/);
    assert.ok(!resources.some(({ id }) => id === `${DockerType.Container} far`));
  });

  it("has neither database nor proxy where no server asks for one", async () => {
    assert.deepEqual(children((await make({ servers: [LISTENS, PLAIN] })).resources, FLEET), [
      "dind-mcp:index:InnerNetworks networks",
      "dind-mcp:index:McpServer listens",
      "dind-mcp:index:McpServer plain",
      "dind-mcp:index:Orchestrator orchestrator",
      `${DockerType.Image} carrier-image`,
    ]);
  });

  it("has the orchestrator also without any server; it waits for none, and none for it", async () => {
    assert.deepEqual(children((await make()).resources, FLEET), [
      "dind-mcp:index:InnerNetworks networks",
      "dind-mcp:index:Orchestrator orchestrator",
      `${DockerType.Image} carrier-image`,
    ]);
    const { resources } = await make(all);
    const names = ["leaves", "listens", "plain", "reads", "database", "egress"];
    const needed = container(resources, "orchestrator").dependencies;
    assert.ok(needed.includes("networks-mcp-gateway"));
    assert.deepEqual(
      needed.filter((name) => names.includes(name)),
      [],
    );
    for (const name of names) assert.ok(!container(resources, name).dependencies.includes("orchestrator"), name);
  });

  it("has a closed network for each server that needs one, by its user, and one way out", async () => {
    const { resources } = await make(all);
    const networks = resources.filter(({ id }) => id.startsWith("docker:index/network:"));
    assert.deepEqual(
      networks.map(({ inputs: { name, internal, ipamConfigs } }) => [name, internal, ipamConfigs]),
      [
        ["mcp-gateway", false, [{ subnet: "10.214.0.16/28", gateway: "10.214.0.17" }]],
        ["mcp-leaves", true, [{ subnet: "10.214.6.112/28", gateway: "10.214.6.113" }]],
        ["mcp-listens", true, [{ subnet: "10.214.6.96/28", gateway: "10.214.6.97" }]],
        ["mcp-outbound", false, [{ subnet: "10.214.0.32/28", gateway: "10.214.0.33" }]],
        ["mcp-reads", true, [{ subnet: "10.214.6.128/28", gateway: "10.214.6.129" }]],
      ],
    );
    assert.deepEqual([OUTBOUND.subnet, RELAY_ADDRESS], ["10.214.0.32/28", "10.214.0.35"]);
  });

  it("starts a server after what it uses; neither the others nor its image and volumes wait for that", async () => {
    const { resources } = await make(all);
    const needed = (id: string) =>
      only(resources, id).dependencies.filter((name) => ["database", "egress"].includes(name));
    const expected = { plain: [], listens: [], leaves: ["egress"], reads: ["database"] };
    for (const [name, waitsFor] of Object.entries(expected)) {
      assert.deepEqual(needed(`${DockerType.Container} ${name}`), waitsFor);
      assert.deepEqual(needed(`${name}-image`), []);
    }
    assert.deepEqual(needed("leaves-secrets"), []);
    assert.deepEqual(needed("leaves-sessions"), []);
  });

  it("joins the database to its readers' networks alone, the proxy to those of servers that leave", async () => {
    const { resources } = await make(all);
    const joined = (name: string) =>
      (container(resources, name).inputs.networksAdvanced as { name: string }[]).map((network) => network.name);
    assert.deepEqual(joined("database"), ["mcp-reads"]);
    assert.deepEqual(joined("egress"), ["mcp-outbound", "mcp-leaves"]);
    const conf = String(container(resources, "egress").inputs.envs);
    assert.match(conf, /acl from_leaves src 10\.214\.6\.112\/28/);
    assert.match(conf, /tcp_outgoing_address 10\.214\.0\.34/);
    assert.doesNotMatch(conf, /from_(plain|reads|listens)/);
  });

  it("hands each server its own secrets, and the database's address to readers alone", async () => {
    const { resources } = await make(all);
    const carriers = resources.filter(
      ({ name, inputs }) => inputs.uploads && name !== "orchestrator-secret-files", // only hashes are in there
    );
    assert.deepEqual(
      carriers.map(({ name, inputs }) => [name, (inputs.uploads as { content: string }[]).map((u) => u.content)]),
      [
        ["database-secret-files", ["<database-reader-password result>"]],
        ["leaves-secret-files", ["hunter2"]],
        [
          "reads-secret-files",
          ["postgres://mcp_reader:<database-reader-password result>@database:5432/mcp?sslmode=disable"],
        ],
      ],
    );
    for (const { secrets } of carriers) assert.deepEqual(secrets, ["uploads.0.content"]);
  });

  it("gives a key that the proxy keeps to the proxy, and a placeholder to the server", async () => {
    const inject = { host: "example.com:443", header: "X-Key", value: "Bearer {}" };
    const keyed = server({ name: "keyed", user: 11_005, egress: [inject.host], secrets: [{ name: "key", inject }] });
    const secrets = { keyed: { key: "ghp_hunter2hunter2" } };
    const { resources } = await make({ servers: [keyed], secrets });
    const content = (name: string, file: string): string => {
      const uploads = container(resources, name).inputs.uploads as { file: string; content: string }[];
      return uploads.find((one) => one.file === `/files/${file}`)?.content ?? "";
    };
    assert.match(content("keyed-secret-files", "key"), /^ghp_[a-z]{6}\d[a-z]{6}\d$/);
    assert.doesNotMatch(content("keyed-secret-files", "key"), /hunter/);
    assert.equal(
      content("egress-keys-secret-files", "headers.conf"),
      'request_header_add X-Key "Bearer ghp_hunter2hunter2" keyed_key_1\n',
    );
    const { inputs } = container(resources, "keyed");
    assert.ok((inputs.envs as string[]).includes("NODE_EXTRA_CA_CERTS=/run/egress-ca/ca.pem"));
    assert.ok(mounts(container(resources, "keyed")).includes("mcp-egress-ca -> /run/egress-ca"));
  });

  it("keeps secrets of the same name apart, one called dsn from the database's address as well", async () => {
    const secrets = [{ name: "key" }, { name: "dsn", required: false }];
    const [mine, other] = ["mine", "other"].map((name, at) => server({ name, user: 11_010 + at, secrets }));
    assert.ok(mine && other);
    const values = { mine: { key: "1", dsn: "mine" }, other: { key: "2" } };
    const { resources } = await make({ servers: [mine, other, READS], secrets: values });
    const contents = (name: string) =>
      (container(resources, `${name}-secret-files`).inputs.uploads as { content: string }[]).map((u) => u.content);
    assert.deepEqual([contents("mine"), contents("other")], [["1", "mine"], ["2"]]);
  });

  it("has a relay instead of the database where an external one is set", async () => {
    const dsn = "postgres://u:hunter2@db.example/d";
    const { resources } = await make({ servers: [READS], databaseDsn: dsn });
    assert.deepEqual(children(resources, FLEET).slice(0, 2), [
      "dind-mcp:index:DatabaseRelay database-relay",
      "dind-mcp:index:InnerNetworks networks",
    ]);
    const relay = container(resources, "database-relay");
    assert.deepEqual(relay.inputs.networksAdvanced, [
      { name: "mcp-outbound", ipv4Address: RELAY_ADDRESS },
      { name: "mcp-reads", aliases: ["database"] },
    ]);
    const carrier = container(resources, "reads-secret-files");
    assert.equal((carrier.inputs.uploads as { content: string }[])[0]?.content, "postgres://u:hunter2@database:5432/d");
    assert.deepEqual(carrier.secrets, ["uploads.0.content"]);
    assert.ok(container(resources, "reads").dependencies.includes("database-relay"));
    assert.doesNotMatch(visible(resources), /hunter2/);
  });

  it("keeps every image that it builds when asked to", async () => {
    for (const keepImages of [true, false]) {
      const { resources } = await make({ ...all, keepImages });
      const built = resources.filter(({ inputs }) => inputs.build);
      assert.deepEqual(
        built.map(({ name }) => name),
        ["carrier-image", "database-image", "egress-image", "orchestrator-image"],
      );
      assert.deepEqual(new Set(built.map(({ inputs }) => inputs.keepLocally)), new Set([keepImages]));
    }
  });

  it("has no name in the engine that a server's manifest could have as well", async () => {
    const external = await make({ servers: [READS], databaseDsn: "postgres://db.example/d" });
    const own = [...(await make(all)).resources, ...external.resources].flatMap(({ id, inputs: { name } }) =>
      /^docker:index\/(container|network):/.test(id) ? [String(name).replace(/^mcp-/, "")] : [],
    );
    const servers = all.servers.map(({ manifest }) => manifest.name);
    const stack = [...new Set(own)].filter((name) => !servers.includes(name)).sort();
    assert.deepEqual(stack, [
      "database",
      "database-relay",
      "database-secret-files",
      "egress",
      "gateway",
      "leaves-secret-files",
      "orchestrator",
      "orchestrator-secret-files",
      "outbound",
      "reads-secret-files",
    ]);
    for (const name of stack)
      assert.match(problemsOf(document({ name })).join(), /^f: name: got "[a-z-]+", expected a name/);
    assert.deepEqual(problemsOf(document({ name: "databases" })), []);
  });

  it("has a shared service once, in the networks of its users, who wait for it and get its secret", async () => {
    const { resources } = await make(sharing());
    const redis = container(resources, "shared.redis");
    const joined = redis.inputs.networksAdvanced as { name: string; aliases: string[] }[];
    assert.deepEqual(
      joined.map(({ name, aliases }) => [name, aliases]),
      [
        ["mcp-one", ["redis"]],
        ["mcp-two", ["redis"]],
      ],
    );
    const waits = ["one", "two", "plain"].map((name) =>
      container(resources, name).dependencies.includes("shared.redis"),
    );
    assert.deepEqual(waits, [true, true, false]);
    const carried = ["shared.redis", "one"].map((name) => {
      const uploads = container(resources, `${name}-secret-files`).inputs.uploads as { file: string }[];
      return uploads.map(({ file }) => file);
    });
    assert.deepEqual(carried, [["/files/password"], ["/files/key", "/files/redis-password"]]);
    assert.doesNotMatch(visible(resources), /hunter2/);
  });

  it("has no shared service that nobody uses", async () => {
    const { servers, ...others } = sharing();
    const { resources } = await make({ ...others, servers: servers.slice(2) });
    assert.deepEqual(
      resources.filter(({ name }) => name.startsWith("shared.")),
      [],
    );
  });
});
