import assert from "node:assert/strict";
import type { EngineHost, EngineHostArgs } from "../../../../components/engine/engine-host";
import { DockerType } from "../../../../lib/docker-types";
import { Label, Role } from "../../../../manifest/container/labels";
import { type Registered, record, reveal } from "../../../support/components/mocks";
import { engineHost, LABELS } from "../../../support/components/parts";
import { children, container, labelsOf, only, pick, visible } from "../../../support/components/queries";

const make = (more: Partial<EngineHostArgs> = {}) => record(() => engineHost(more));
const engineOf = (resources: Registered[]) => container(resources, "engine");
const providerOf = (resources: Registered[]) => only(resources, "pulumi:providers:docker engine-provider");

/** The engine's environment by name. */
async function environment(more: Partial<EngineHostArgs> = {}): Promise<Record<string, string>> {
  const envs = engineOf((await make(more)).resources).inputs.envs as string[];
  return Object.fromEntries(envs.map((env) => [env.slice(0, env.indexOf("=")), env.slice(env.indexOf("=") + 1)]));
}

describe("EngineHost", () => {
  it("is an image, the certificates' carrier, a container and the provider of what is inside", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:EngineHost engine"), [
      "dind-mcp:index:VolumeFiles engine-certs",
      `${DockerType.Container} engine`,
      `${DockerType.Image} engine-image`,
      "pulumi:providers:docker engine-provider",
    ]);
    for (const id of [`${DockerType.Container} engine`, "engine-image"])
      assert.equal(only(resources, id).provider, "host");
    assert.equal(container(resources, "engine-certs").provider, "host");
  });

  it("builds its image on the host engine, on another base when asked, named in lower case", async () => {
    const own = only((await make()).resources, "engine-image").inputs;
    assert.match(String(own.name), /^dind-mcp\/unit-engine:[0-9a-f]{16}$/);
    assert.deepEqual(own.build, { context: "images/engine", useLegacyBuilder: true });
    const other = only((await make({ baseImage: "docker:26-dind" })).resources, "engine-image").inputs;
    assert.deepEqual((other.build as { buildArgs: unknown }).buildArgs, { BASE: "docker:26-dind" });
    assert.notEqual(other.name, own.name);
  });

  it("waits for the certificates, is replaced when it never became healthy, and has time to stop", async () => {
    const engine = engineOf((await make({ stopGrace: 90 })).resources);
    assert.deepEqual(engine.dependencies, [
      "engine-certs",
      "engine-image",
      "network",
      ...["certs", "engine", "logs", "orchestrator", "postgres", "workspace"].map((key) => `volumes-${key}`),
    ]);
    assert.deepEqual([engine.deleteBeforeReplace, engine.replaceOnChanges], [true, ["*"]]);
    assert.deepEqual(pick(engine, ["wait", "restart", "destroyGraceSeconds", "stopTimeout"]), {
      wait: true,
      restart: "unless-stopped",
      destroyGraceSeconds: 90,
      stopTimeout: 90,
    });
    const { tests } = engine.inputs.healthcheck as { tests: string[] };
    assert.deepEqual(tests, ["CMD", "/usr/local/lib/dind-mcp/healthcheck"]);
    assert.deepEqual(labelsOf(engine), { ...LABELS, [Label.Role]: Role.Engine });
  });

  it("publishes the TLS API and what it is told, on the bind address; is on its own network alone", async () => {
    const published = [18_080, 1_234].map((internal) => ({
      ...{ internal, external: internal + 1, key: "anything" },
      address: "10.214.0.18",
    }));
    const { inputs } = engineOf((await make({ bindAddress: "192.0.2.7", dockerTlsPort: 4000, published })).resources);
    assert.deepEqual(inputs.ports, [
      { internal: 1234, external: 1235, ip: "192.0.2.7", protocol: "tcp" },
      { internal: 2376, external: 4000, ip: "192.0.2.7", protocol: "tcp" },
      { internal: 18080, external: 18081, ip: "192.0.2.7", protocol: "tcp" },
    ]);
    assert.equal(inputs.networkMode, "unit-net");
    assert.equal(inputs.networksAdvanced, undefined);
  });

  it("mounts the six volumes, the certificates read-only", async () => {
    assert.deepEqual(engineOf((await make()).resources).inputs.volumes, [
      { volumeName: "u-mcp-engine", containerPath: "/var/lib/docker" },
      { volumeName: "u-mcp-certs", containerPath: "/certs", readOnly: true },
      { volumeName: "u-mcp-workspace", containerPath: "/srv/mcp/workspace" },
      { volumeName: "u-mcp-postgres", containerPath: "/srv/mcp/postgres" },
      { volumeName: "u-mcp-orchestrator", containerPath: "/srv/mcp/orchestrator" },
      { volumeName: "u-mcp-logs", containerPath: "/var/log/mcp" },
    ]);
  });

  it("mounts the folders of the host that it lends, and tells the entrypoint who gets them", async () => {
    const servers = [
      { name: "git", user: 11_005 },
      { name: "files", user: 11_001 },
    ];
    const folders = [
      { name: "docs", path: "/srv/docs", readOnly: true, inode: "7", uid: 0, gid: 0, servers: servers.slice(0, 1) },
      { name: "code", path: "/home/me/code", readOnly: false, inode: "42", uid: 1_000, gid: 100, servers },
    ];
    const { volumes } = engineOf((await make({ folders })).resources).inputs;
    assert.deepEqual((volumes as object[]).slice(6), [
      { hostPath: "/home/me/code", containerPath: "/srv/mcp/folders/code" },
      { hostPath: "/srv/docs", containerPath: "/srv/mcp/folders/docs", readOnly: true },
    ]);
    assert.equal(
      (await environment({ folders })).FOLDERS,
      "code:files:11001:42:1000:100 code:git:11005:42:1000:100 docs:git:11005:7:0:0",
    );
  });

  it("tells the entrypoint to which containers its published ports lead, whoever is there", async () => {
    const published = [18_080, 19_090].map((internal) => ({ internal, external: 1, address: "10.214.0.18" }));
    assert.equal((await environment({ published })).PUBLISHED, "10.214.0.18:18080,10.214.0.18:19090");
    assert.equal((await environment({ published: [] })).PUBLISHED, "");
  });

  it("tells the entrypoint who may ask its DNS forwarder, and who may leave towards private addresses: nobody", async () => {
    const { DAEMON_JSON, ...rest } = await environment();
    assert.equal((JSON.parse(DAEMON_JSON ?? "") as { bip: string }).bip, "10.213.0.1/24");
    assert.deepEqual(rest, {
      INNER_DNS: "10.213.0.1",
      INNER_DNS_FOR: "10.213.0.0/24,10.214.0.32/28",
      PUBLISHED: "10.214.0.18:18080",
      INBOUND_ONLY: "",
      PRIVATE_EGRESS_FROM: "",
      API_GROUP: "20002",
      FOLDERS: "",
    });
    assert.equal(
      (await environment({ inboundOnly: ["10.0.0.0/28", "10.0.1.0/28"] })).INBOUND_ONLY,
      "10.0.0.0/28,10.0.1.0/28",
    );
    const relay = await environment({ privateEgressFrom: ["10.214.0.35/32"], registryMirrors: ["http://m:1"] });
    assert.equal(relay.PRIVATE_EGRESS_FROM, "10.214.0.35/32");
    assert.deepEqual((JSON.parse(relay.DAEMON_JSON ?? "") as Record<string, unknown>)["registry-mirrors"], [
      "http://m:1",
    ]);
  });

  it("pulls from private registries with a password that is nowhere but in the provider, as a secret", async () => {
    const registries = {
      "registry.lan:5000": { username: "u", password: "hunter2", plainHttp: true },
      "docker.io": { username: "h", password: "hunter3", plainHttp: false },
      "own.lan": { ca: "PEM", plainHttp: false },
    };
    const { resources } = await make({ registries });
    const { inputs, secrets } = only(resources, "engine-provider");
    const auth = typeof inputs.registryAuth === "string" ? JSON.parse(inputs.registryAuth) : inputs.registryAuth;
    assert.deepEqual(auth, [
      { address: "registry.lan:5000", username: "u", password: "hunter2" },
      { address: "registry-1.docker.io", username: "h", password: "hunter3" },
    ]);
    assert.ok(secrets.includes("registryAuth"));
    assert.doesNotMatch(visible(resources), /hunter/);
    const { DAEMON_JSON = "", REGISTRY_AUTHORITIES } = await environment({
      registries,
      registryMirrors: ["http://m:1"],
    });
    assert.deepEqual(JSON.parse(DAEMON_JSON)["insecure-registries"], ["m:1", "registry.lan:5000"]);
    assert.equal(REGISTRY_AUTHORITIES, "own.lan=UEVN");
    assert.equal((await environment({})).REGISTRY_AUTHORITIES, undefined);
  });

  it("brings the server's certificate and key onto the volume, never the authority's or the client's key", async () => {
    const carrier = container((await make()).resources, "engine-certs");
    const uploads = carrier.inputs.uploads as { file: string; content: string; owner: string }[];
    assert.deepEqual(
      uploads.map(({ file, content, owner }) => [file, content, owner]),
      [
        ["/files/ca.pem", "<tls-ca-cert certPem>", "0"],
        ["/files/server-cert.pem", "<tls-server-cert certPem>", "0"],
        ["/files/server-key.pem", "<tls-server-key privateKeyPem>", "0"],
        ["/files/client-ca.pem", "<tls-client-ca-cert certPem>", "0"],
        ["/files/client-cert.pem", "<tls-client-cert certPem>", "0"],
      ],
    );
    assert.deepEqual(carrier.inputs.volumes, [{ volumeName: "u-mcp-certs", containerPath: "/files" }]);
    assert.ok(carrier.secrets.includes("uploads.2.content"));
  });

  it("reaches the engine with the client's certificate, secret in the state", async () => {
    const { resources } = await make();
    const provider = providerOf(resources);
    assert.deepEqual(provider.inputs, {
      host: "tcp://127.0.0.1:12376",
      caMaterial: "<tls-ca-cert certPem>",
      certMaterial: "<tls-client-cert certPem>",
      keyMaterial: "<tls-client-key privateKeyPem>",
    });
    assert.deepEqual(provider.secrets, ["certMaterial", "keyMaterial"]);
    assert.ok(provider.dependencies.includes("engine"));
  });

  it("does not know where the engine is at a first preview: nothing dials an engine that is not there", async () => {
    const { resources } = await record(() => engineHost(), { preview: true });
    const provider = providerOf(resources);
    assert.deepEqual(provider.unknown, ["caMaterial", "certMaterial", "host", "keyMaterial"]);
    assert.deepEqual(provider.secrets, ["certMaterial", "keyMaterial"]);
    const host = only(resources, "pulumi:providers:docker host");
    assert.deepEqual(host.unknown, []);
  });

  it("connects to the loopback address when it listens on all addresses", async () => {
    const endpoint = async (bindAddress: string) => {
      const { result }: { result: EngineHost } = await make({ bindAddress, dockerTlsPort: 4000 });
      return reveal(result.endpoint);
    };
    assert.deepEqual(await endpoint("0.0.0.0"), { value: "tcp://127.0.0.1:4000", secret: false });
    assert.deepEqual(await endpoint("192.0.2.7"), { value: "tcp://192.0.2.7:4000", secret: false });
  });
});
