import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Scope } from "../../../../api/scopes";
import { Orchestrator, type OrchestratorArgs } from "../../../../components/inner/orchestrator";
import { orchestratorConfigSchema, type SealingKey, tokenSchema } from "../../../../config/orchestrator-config";
import { contains } from "../../../../lib/addresses";
import { DockerType } from "../../../../lib/docker-types";
import { GATEWAY, GATEWAY_ADDRESS } from "../../../../manifest/container/gateway";
import { Label, Role } from "../../../../manifest/container/labels";
import { assertHardened, assertReplacedWhenUnwell, mounts } from "../../../support/components/hardening";
import { record, reveal } from "../../../support/components/mocks";
import { LABEL_LIST, LABELS, withProvider } from "../../../support/components/parts";
import { children, container, labelsOf, only, visible } from "../../../support/components/queries";
import { toldConfig } from "../../../support/config/orchestrator-config";

const config = toldConfig({ version: "1.2.3" });
const tokens = [
  { name: "all", scopes: [Scope.Mcp, Scope.Admin] },
  { name: "few", scopes: [Scope.Mcp], servers: ["files"], tools: { deny: ["files__write*"] } },
];
const make = (more: Partial<OrchestratorArgs> = {}, preview = false) =>
  record(
    () =>
      new Orchestrator(
        "orchestrator",
        {
          config,
          tokens,
          ports: [18_080, 19_090],
          dockerApi: "read-only",
          processors: 8,
          network: "mcp-gateway",
          carrierImage: "sha256:carrier",
          keepImage: false,
          labels: LABELS,
          ...more,
        },
        withProvider("inner"),
      ),
    { preview },
  );
const made = async (more?: Partial<OrchestratorArgs>) => container((await make(more)).resources, "orchestrator");

describe("Orchestrator", () => {
  it("is an image, tokens and the volume that carries their hashes, and a container, all inside the engine", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:Orchestrator orchestrator"), [
      "dind-mcp:index:VolumeFiles orchestrator-secret-files",
      `${DockerType.Container} orchestrator`,
      `${DockerType.Image} orchestrator-image`,
      `${DockerType.Volume} orchestrator-secrets`,
      "random:index/randomPassword:RandomPassword orchestrator-sealing-key",
      "random:index/randomPassword:RandomPassword orchestrator-token-all",
      "random:index/randomPassword:RandomPassword orchestrator-token-few",
    ]);
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    assert.deepEqual(new Set(docker.map(({ provider }) => provider)), new Set(["inner"]));
    assert.deepEqual(only(resources, "orchestrator-secrets").inputs, {
      name: "mcp-orchestrator-secrets",
      labels: LABEL_LIST,
    });
  });

  it("has the walls that servers have, and of the host's processors no more than there are", async () => {
    const limits = { uid: 10_901, memoryMiB: 384, processes: 64 };
    const orchestrator = await made();
    assertHardened(orchestrator, { ...limits, cpus: "2.0" }, ["mounts", "ports"]);
    assertHardened(await made({ processors: 1 }), { ...limits, cpus: "1.0" }, ["mounts", "ports"]);
    assertReplacedWhenUnwell(orchestrator);
  });

  it("sees the engine's socket, the servers' session volumes and its tokens; writes to its own volume alone", async () => {
    const orchestrator = await made();
    assert.deepEqual(mounts(orchestrator), [
      "/run/dind-mcp-api -> /run/engine",
      "/srv/mcp/orchestrator -> /var/lib/orchestrator rw",
      "mcp-orchestrator-secrets -> /run/secrets",
    ]);
    assert.deepEqual(orchestrator.inputs.mounts, [
      {
        type: "bind",
        source: "/var/lib/docker/volumes",
        target: "/run/volumes",
        readOnly: true,
        bindOptions: { propagation: "rslave" },
      },
    ]);
    assert.deepEqual(orchestrator.inputs.groupAdds, ["20000", "20002"]);
    assert.deepEqual(Object.keys(orchestrator.inputs.tmpfs as object), ["/tmp"]);
  });

  it("listens in a network of its own at a fixed address, its ports published on the engine", async () => {
    const { inputs } = await made();
    assert.deepEqual([GATEWAY.name, GATEWAY.internal], ["mcp-gateway", false]);
    assert.ok(contains(GATEWAY.subnet, GATEWAY_ADDRESS) && GATEWAY_ADDRESS !== GATEWAY.gateway);
    assert.equal(inputs.networkMode, "bridge");
    assert.deepEqual(inputs.networksAdvanced, [{ name: "mcp-gateway", ipv4Address: GATEWAY_ADDRESS }]);
    assert.deepEqual(inputs.ports, [
      { internal: 18_080, external: 18_080, ip: "0.0.0.0", protocol: "tcp" },
      { internal: 19_090, external: 19_090, ip: "0.0.0.0", protocol: "tcp" },
    ]);
    assert.deepEqual((inputs.healthcheck as { tests: string[] }).tests, ["CMD", "healthcheck", GATEWAY_ADDRESS]);
  });

  it("is told its config in words that it understands", async () => {
    const [env = "", ...others] = (await made()).inputs.envs as string[];
    assert.deepEqual(others, []);
    assert.match(env, /^ORCHESTRATOR_CONFIG=\{/);
    const told: unknown = JSON.parse(env.replace("ORCHESTRATOR_CONFIG=", ""));
    assert.deepEqual(told, config);
    assert.ok(orchestratorConfigSchema.safeParse(told).success);
  });

  it("makes tokens of 256 bits, and hands out their hashes as a file of its user's alone", async () => {
    const { resources } = await make();
    for (const { name } of tokens)
      assert.deepEqual(only(resources, `orchestrator-token-${name}`).inputs, { length: 43, special: false });
    const carrier = container(resources, "orchestrator-secret-files");
    const [file, other, sealing, ...more] = carrier.inputs.uploads as Record<string, string>[];
    assert.ok(file && sealing);
    const consul = { file: "/files/consul.json", content: "{}", permissions: "0400", owner: "10901", group: "10901" };
    assert.deepEqual([other, more], [consul, []]);
    const [{ id, key } = { id: "", key: "" }] = JSON.parse(sealing.content ?? "") as SealingKey[];
    assert.equal(key, "<orchestrator-sealing-key result>");
    assert.match(id, /^[0-9a-f]{12}$/);
    assert.equal(JSON.stringify(resources).split(key).length, 2, "the key in another input");
    const { content = "", ...rest } = file;
    assert.deepEqual(rest, { file: "/files/tokens.json", permissions: "0400", owner: "10901", group: "10901" });
    const sha256 = (name: string) => createHash("sha256").update(`<orchestrator-token-${name} result>`).digest("hex");
    const stored = tokenSchema.array().parse(JSON.parse(content));
    assert.deepEqual(
      stored,
      tokens.map((token) => ({ ...token, sha256: sha256(token.name) })),
    );
    assert.doesNotMatch(JSON.stringify(resources), /token-\w+ result/, "a token in an input");
    assert.deepEqual(carrier.secrets, ["uploads.0.content", "uploads.1.content", "uploads.2.content"]);
    assert.doesNotMatch(visible(resources), new RegExp(sha256("all")));
  });

  it("gets its token and key for Consul in a file too, and nowhere else", async () => {
    const { resources } = await make({ consulSecrets: { token: "hunter2" } });
    const [, file] = container(resources, "orchestrator-secret-files").inputs.uploads as { content: string }[];
    assert.deepEqual(JSON.parse(file?.content ?? ""), { token: "hunter2" });
    assert.equal(JSON.stringify(resources).split("hunter2").length, 2);
    assert.doesNotMatch(visible(resources), /hunter2/);
  });

  it("tells the tokens as secrets, by name", async () => {
    const { result } = await make();
    assert.deepEqual(Object.keys(result.tokens), ["all", "few"]);
    for (const [name, token] of Object.entries(result.tokens))
      assert.deepEqual(await reveal(token), { value: `<orchestrator-token-${name} result>`, secret: true });
  });

  it("starts anew when the tokens' rights change, and not for new values: its label holds a hash of the rights", async () => {
    const orchestrator = await made();
    assert.deepEqual(labelsOf(orchestrator), {
      ...LABELS,
      [Label.DockerApi]: "read-only",
      [Label.Role]: Role.Orchestrator,
      [Label.SecretsRevision]: labelsOf(orchestrator)[Label.SecretsRevision],
    });
    const revision = async (tokens: OrchestratorArgs["tokens"]) =>
      labelsOf(container((await make({ tokens })).resources, "orchestrator"))[Label.SecretsRevision];
    const one = { name: "all", scopes: [Scope.Mcp] };
    const other = { ...one, scopes: [Scope.Read] };
    const revisions = [await revision([one]), await revision([other]), await revision([one])];
    assert.match(String(revisions[0]), /^[0-9a-f]{12}$/);
    assert.equal(revisions[0], revisions[2]);
    assert.notEqual(revisions[0], revisions[1]);
    assert.ok(orchestrator.dependencies.includes("orchestrator-secret-files"));
  });

  it("keeps its image when asked to, and can be previewed", async () => {
    const { resources } = await make({ keepImage: true }, true);
    assert.equal(only(resources, "orchestrator-image").inputs.keepLocally, true);
    assert.equal(only((await make()).resources, "orchestrator-image").inputs.keepLocally, false);
  });
});
