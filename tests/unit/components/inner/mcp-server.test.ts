import assert from "node:assert/strict";
import { McpServer } from "../../../../components/inner/mcp-server";
import { InnerNetworks } from "../../../../components/inner/networks";
import { DockerType } from "../../../../lib/docker-types";
import { Label } from "../../../../manifest/container/labels";
import { policies } from "../../../../policy/pack";
import { assertHardened, assertReplacedWhenUnwell, mounts } from "../../../support/components/hardening";
import { record, reveal } from "../../../support/components/mocks";
import { BUILT, HTTP, LABEL_LIST, LABELS, server, withProvider } from "../../../support/components/parts";
import { children, container, labelsOf, only, visible } from "../../../support/components/queries";
import { INNER, violations } from "../../../support/policy/resources";

const NET = { name: "mcp-echo", subnet: "10.214.6.64/28", gateway: "10.214.6.65", internal: true };

/** A server named echo from a manifest with these keys, with the values of its secrets. */
const make = (more: Record<string, unknown> = {}, secrets: Record<string, string> = {}, keepImage = false) =>
  record(() => {
    const inner = withProvider("inner");
    const networks = new InnerNetworks("networks", { networks: [NET], labels: LABELS }, inner);
    const args = { server: server(more), secrets, networks, stack: "dind-mcp/unit", keepImage, labels: LABELS };
    return new McpServer("echo", { ...args, carrierImage: "sha256:carrier" }, inner);
  });
const SERVER = "dind-mcp:index:McpServer echo";

describe("McpServer", () => {
  it("of an image is that image, its sessions' volume and a container, all inside the engine", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, SERVER), [
      `${DockerType.Container} echo`,
      `${DockerType.Image} echo-image`,
      `${DockerType.Volume} echo-sessions`,
    ]);
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    assert.deepEqual(new Set(docker.map(({ provider }) => provider)), new Set(["inner"]));
    // Nothing is built, and an image that other servers may use as well stays on destroy.
    assert.deepEqual(only(resources, "echo-image").inputs, { name: "example/echo:1.0.0", keepLocally: true });
  });

  it("of a folder builds its image there, kept on destroy when asked to", async () => {
    const build = { context: "sub", dockerfile: "Other", target: "last", args: { A: "1" } };
    const inputsOf = async (keep: boolean, of: object) =>
      only((await make({ ...BUILT, ...of }, {}, keep)).resources, "echo-image").inputs;
    const image = await inputsOf(false, {});
    assert.match(String(image.name), /^mcp-echo:[0-9a-f]{16}$/);
    assert.deepEqual([image.keepLocally, (await inputsOf(true, {})).keepLocally], [false, true]);
    assert.equal((image.build as { context: string }).context, "mcp/files");
    await assert.rejects(inputsOf(false, { build }), /ENOENT.*mcp\/files\/sub/);
  });

  it("has all the walls, with the manifest's limits", async () => {
    const resources = { cpus: 0.25, memory: "64m", processes: 32 };
    for (const kind of [{}, HTTP]) {
      const echo = container((await make({ ...kind, resources, user: 11_042 })).resources, "echo");
      assertHardened(echo, { uid: 11_042, memoryMiB: 64, cpus: "0.25", processes: 32 }, ["shmSize"], false);
      assertReplacedWhenUnwell(echo);
    }
  });

  it("over stdio has no network; its sessions' socket is in a volume for it and the orchestrator's group", async () => {
    const { resources } = await make();
    const echo = container(resources, "echo");
    assert.equal(echo.inputs.networkMode, "none");
    assert.deepEqual(mounts(echo), [
      "/usr/local/lib/dind-mcp/mcp-init -> /.mcp/init",
      "mcp-echo-sessions -> /run/mcp rw",
    ]);
    const volume = only(resources, "echo-sessions");
    assert.deepEqual(volume.inputs, {
      name: "mcp-echo-sessions",
      driver: "local",
      driverOpts: { type: "tmpfs", device: "tmpfs", o: "uid=11000,gid=20000,mode=0750,size=64k,nodev,nosuid,noexec" },
      labels: LABEL_LIST,
    });
    assert.equal(volume.deleteBeforeReplace, true);
  });

  it("over HTTP, with egress or with a database has its own network, as a dependency, and no other", async () => {
    for (const more of [HTTP, { egress: ["example.com:443"] }, { database: true }]) {
      const echo = container((await make(more, { dsn: "x" })).resources, "echo");
      assert.equal(echo.inputs.networkMode, "mcp-echo");
      assert.equal(echo.inputs.networksAdvanced, undefined);
      assert.ok(echo.dependencies.includes("networks-mcp-echo"));
    }
  });

  it("is asked for its health in MCP", async () => {
    const checkOf = async (more = {}) =>
      (container((await make(more)).resources, "echo").inputs.healthcheck as { tests: string[] }).tests.slice(1, 5);
    assert.deepEqual(await checkOf(), ["/.mcp/init", "check", "--socket", "/run/mcp/session.sock"]);
    assert.deepEqual(await checkOf(HTTP), ["/.mcp/init", "check", "--url", "http://own:8000/mcp"]);
  });

  it("with secrets has them as files of its own user, carried onto a volume that it only reads", async () => {
    const more = { secrets: [{ name: "key" }, { name: "pin", file: "/run/secrets/sub.pin" }] };
    const { resources } = await make(more, { key: "hunter2", pin: "1234", stray: "unasked" });
    assert.deepEqual(children(resources, SERVER), [
      "dind-mcp:index:VolumeFiles echo-secret-files",
      `${DockerType.Container} echo`,
      `${DockerType.Image} echo-image`,
      `${DockerType.Volume} echo-secrets`,
      `${DockerType.Volume} echo-sessions`,
    ]);
    const carrier = container(resources, "echo-secret-files");
    const own = { permissions: "0400", owner: "11000", group: "11000" };
    assert.deepEqual(carrier.inputs.uploads, [
      { file: "/files/key", content: "hunter2", ...own },
      { file: "/files/sub.pin", content: "1234", ...own },
    ]);
    assert.deepEqual(carrier.secrets, ["uploads.0.content", "uploads.1.content"]);
    assert.deepEqual([carrier.inputs.image, carrier.provider], ["sha256:carrier", "inner"]);
    assert.deepEqual(carrier.inputs.volumes, [{ volumeName: "mcp-echo-secrets", containerPath: "/files" }]);
    assert.ok(mounts(container(resources, "echo")).includes("mcp-echo-secrets -> /run/secrets"));
    assert.doesNotMatch(visible(resources), /hunter2|1234|unasked/);
  });

  it("with storage waits for the container that makes its folders, which runs once and is no server", async () => {
    const { resources } = await make({ storage: [{ name: "data", path: "/data" }] });
    const maker = container(resources, "echo-storage-folders");
    const { name, image, attach, mustRun, restart, user, entrypoints, command } = maker.inputs;
    assert.deepEqual(
      { name, image, attach, mustRun, restart, user, entrypoints, command },
      {
        name: "mcp-echo-storage-folders",
        image: "sha256:carrier",
        attach: true,
        mustRun: false,
        restart: "no",
        user: "11000:11000",
        entrypoints: ["/.mcp/init"],
        command: ["make", "--", "/storage/echo.data"],
      },
    );
    assert.equal(labelsOf(maker)[Label.Server], undefined);
    const props = { ...maker.inputs, image: `sha256:${"a".repeat(64)}` };
    for (const { about } of policies)
      assert.deepEqual(await violations(about.id, [{ props, host: INNER }]), [], about.id);
    const echo = container(resources, "echo");
    assert.ok(echo.dependencies.includes("echo-storage-folders"));
    assert.ok(mounts(echo).includes("/srv/mcp/storage/pulumi/echo.data -> /data rw"));
  });

  it("starts anew when a secret changes: its label holds the carrier's revision", async () => {
    const revision = Label.SecretsRevision;
    const echo = container((await make({ secrets: [{ name: "key" }] }, { key: "v" })).resources, "echo");
    assert.equal(labelsOf(echo)[revision], "<echo-secret-files id>");
    assert.ok(echo.dependencies.includes("echo-secret-files"));
    assert.ok(!(revision in labelsOf(container((await make()).resources, "echo"))));
  });

  it("leaves out the file of an optional secret without a value", async () => {
    const secrets = [{ name: "key" }, { name: "maybe", required: false }];
    const { inputs } = container((await make({ secrets }, { key: "v" })).resources, "echo-secret-files");
    assert.deepEqual(
      (inputs.uploads as { file: string }[]).map(({ file }) => file),
      ["/files/key"],
    );
  });

  it("is labelled as the stack's and the server's, and tells its container and image", async () => {
    const { result, resources } = await make();
    const { [Label.Manifest]: text, ...labels } = labelsOf(container(resources, "echo"));
    assert.deepEqual(labels, {
      [Label.ManagedBy]: "pulumi",
      [Label.Server]: "echo",
      [Label.Stack]: "dind-mcp/unit",
      [Label.Transport]: "stdio",
    });
    assert.deepEqual(JSON.parse(text ?? ""), server().manifest);
    assert.deepEqual(await reveal(result.containerName), { value: "mcp-echo", secret: false });
    assert.deepEqual(await reveal(result.imageId), { value: "<echo-image imageId>", secret: false });
  });

  describe("with a companion", () => {
    const services = [
      {
        name: "db",
        image: "db:1.0",
        user: 11_001,
        secrets: [{ name: "key" }],
        storage: [{ name: "data", path: "/data" }],
        health: { port: 5_432, startPeriod: "10s", timeout: "5s" },
      },
    ];
    const made = () => make({ secrets: [{ name: "key", env: "KEY" }], services }, { key: "hunter2" });

    it("waits for it; it is a component of its own, with image, secrets, storage and container", async () => {
      const { resources } = await made();
      assert.ok(children(resources, SERVER).includes("dind-mcp:index:Companion echo.db"));
      assert.deepEqual(children(resources, "dind-mcp:index:Companion echo.db"), [
        "dind-mcp:index:VolumeFiles echo.db-secret-files",
        `${DockerType.Container} echo.db`,
        `${DockerType.Container} echo.db-storage-folders`,
        `${DockerType.Image} echo.db-image`,
        `${DockerType.Volume} echo.db-secrets`,
      ]);
      const echo = container(resources, "echo");
      assert.ok(echo.dependencies.includes("echo.db"), echo.dependencies.join());
      const db = container(resources, "echo.db");
      assert.deepEqual([db.inputs.wait, db.inputs.waitTimeout], [true, 30]);
      assert.ok(db.dependencies.includes("echo.db-storage-folders"));
      assertReplacedWhenUnwell(db);
    });

    it("gives it a server's walls, an address in the server's network, and the value of a shared secret", async () => {
      const { resources } = await made();
      const db = container(resources, "echo.db");
      assertHardened(db, { uid: 11_001, memoryMiB: 512, cpus: "1.0", processes: 128, fsize: 2 ** 30 }, [
        "shmSize",
        "wait",
      ]);
      assert.equal(db.inputs.networkMode, "bridge");
      assert.deepEqual(db.inputs.networksAdvanced, [{ name: "mcp-echo", ipv4Address: "10.214.6.77", aliases: ["db"] }]);
      const carried = container(resources, "echo.db-secret-files").inputs.uploads as { file: string; owner: string }[];
      assert.deepEqual(
        carried.map(({ file, owner }) => [file, owner]),
        [["/files/key", "11001"]],
      );
      assert.ok(mounts(db).includes("/srv/mcp/storage/pulumi/echo.db.data -> /data rw"));
      assert.doesNotMatch(visible(resources), /hunter2/);
    });

    it("breaks no policy with it", async () => {
      const db = container((await made()).resources, "echo.db");
      const props = { ...db.inputs, image: `sha256:${"a".repeat(64)}` };
      for (const { about } of policies)
        assert.deepEqual(await violations(about.id, [{ props, host: INNER }]), [], about.id);
    });
  });
});
