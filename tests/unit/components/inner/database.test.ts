import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "../../../../components/inner/database";
import { DockerType } from "../../../../lib/docker-types";
import { Label, Role } from "../../../../manifest/container/labels";
import { assertHardened, assertReplacedWhenUnwell, mounts } from "../../../support/components/hardening";
import { record, reveal } from "../../../support/components/mocks";
import { LABEL_LIST, LABELS, withProvider } from "../../../support/components/parts";
import { children, container, labelsOf, only, visible } from "../../../support/components/queries";

const IMAGE = join(__dirname, "../../../../images/postgres");
const args = { networks: ["mcp-a", "mcp-b"], carrierImage: "sha256:carrier", keepImage: false, labels: LABELS };
const make = (more: { keepImage?: boolean } = {}) =>
  record(() => new Database("database", { ...args, ...more }, withProvider("inner")));

describe("Database", () => {
  it("is an image, a password and the volume that carries it, and a container, all inside the engine", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:Database database"), [
      "dind-mcp:index:VolumeFiles database-secret-files",
      `${DockerType.Container} database`,
      `${DockerType.Image} database-image`,
      `${DockerType.Volume} database-secrets`,
      "random:index/randomPassword:RandomPassword database-reader-password",
    ]);
    const docker = resources.filter(({ id }) => id.startsWith("docker:"));
    assert.deepEqual(new Set(docker.map(({ provider }) => provider)), new Set(["inner"]));
  });

  it("has the walls that servers have", async () => {
    const database = container((await make()).resources, "database");
    assertHardened(database, { uid: 10_900, memoryMiB: 720, cpus: "1.0", processes: 100 });
    assertReplacedWhenUnwell(database);
  });

  it("has room for all that its limits let its clients take, so that the kernel never has to end a process", async () => {
    const { inputs } = container((await make()).resources, "database");
    const found = (file: string, pattern: RegExp): number => {
      const [, number] = pattern.exec(readFileSync(join(IMAGE, file), "utf8")) ?? [];
      return Number(number ?? assert.fail(`${file}: ${pattern}`));
    };
    const setting = (name: string) => found("postgresql.conf", new RegExp(`^${name} = (\\d+)`, "m"));
    const own = found("entrypoint", /^ulimit -d (\d+)$/m) / 1_024; // MB, of each process
    const readers = found("roles.sql", /CONNECTION LIMIT (\d+)/);
    const others = setting("max_connections") - readers; // the health check, people
    assert.ok(others >= setting("superuser_reserved_connections") + 1);
    assert.equal(setting("max_parallel_workers"), 0, "a connection is one process");
    // Twice as many connections as there are, and a few, may wait at the question for the password.
    const asking =
      2 * (setting("max_connections") + setting("autovacuum_max_workers") + setting("max_worker_processes") + 1);
    const shared = setting("shared_buffers") * 1.15 + 8; // locks, WAL buffers and so on: measured
    const server = 7 * 3; // postmaster, checkpointer, writers, launchers
    const maintenance = setting("autovacuum_max_workers") * Math.min(own, setting("maintenance_work_mem") + 8);
    const [, tmp] = /size=(\d+)m/.exec((inputs.tmpfs as Record<string, string>)["/tmp"] ?? "") ?? [];
    const all = readers * own + others * 8 + asking * 1.5 + shared + server + maintenance + Number(tmp);
    assert.ok(all <= (inputs.memory as number), `${all} MB may be taken of ${inputs.memory}`);
    // And a query with some of PostgreSQL's own steps gets that far: four hashes at once.
    assert.ok(own >= 4 * setting("work_mem") * setting("hash_mem_multiplier") + 4, `${own} MB`);
  });

  it("writes to the stack's volume alone, and reads its secrets", async () => {
    assert.deepEqual(mounts(container((await make()).resources, "database")), [
      "/srv/mcp/postgres -> /var/lib/postgresql/data rw",
      "mcp-database-secrets -> /run/secrets",
    ]);
  });

  it("is in the networks of the servers that use it, and in no other", async () => {
    const { inputs } = container((await make()).resources, "database");
    assert.equal(inputs.networkMode, "bridge");
    assert.deepEqual(inputs.networksAdvanced, [
      { name: "mcp-a", aliases: ["database"] },
      { name: "mcp-b", aliases: ["database"] },
    ]);
  });

  it("gets the reader's password as a file of its own user, and nothing of it elsewhere", async () => {
    const { resources } = await make();
    const carrier = container(resources, "database-secret-files");
    assert.deepEqual(carrier.inputs.uploads, [
      {
        file: "/files/reader-password",
        content: "<database-reader-password result>",
        permissions: "0400",
        owner: "10900",
        group: "10900",
      },
    ]);
    assert.deepEqual(carrier.secrets, ["uploads.0.content"]);
    assert.deepEqual(carrier.inputs.volumes, [{ volumeName: "mcp-database-secrets", containerPath: "/files" }]);
    assert.doesNotMatch(visible(resources), /database-reader-password result/);
  });

  it("starts anew when the password changes: its label holds the carrier's revision", async () => {
    const database = container((await make()).resources, "database");
    assert.deepEqual(labelsOf(database), {
      ...LABELS,
      [Label.Role]: Role.Database,
      [Label.SecretsRevision]: "<database-secret-files id>".slice(0, 12),
    });
    assert.ok(database.dependencies.includes("database-secret-files"));
  });

  it("gives servers the reader's address, secret, with a password that fits into a URL", async () => {
    const { result, resources } = await make();
    assert.deepEqual(await reveal(result.readerDsn), {
      value: "postgres://mcp_reader:<database-reader-password result>@database:5432/mcp?sslmode=disable",
      secret: true,
    });
    assert.deepEqual(only(resources, "database-reader-password").inputs, { length: 32, special: false });
  });

  it("labels its volume, and keeps its image when asked to", async () => {
    const { resources } = await make({ keepImage: true });
    assert.deepEqual(only(resources, "database-secrets").inputs, { name: "mcp-database-secrets", labels: LABEL_LIST });
    assert.equal(only(resources, "database-image").inputs.keepLocally, true);
    assert.equal(only((await make()).resources, "database-image").inputs.keepLocally, false);
  });
});
