import assert from "node:assert/strict";
import { type Answer, Api } from "../../../support/clients/api";
import { eventually } from "../../../support/eventually";
import { loadHostileImage } from "../../../support/fleet/catalog";
import { target, withClient } from "../../../support/fleet/faults";
import { docker, type Fleet, theFleet, tryDocker } from "../../../support/fleet/fleet";
import { extraServer } from "../../../support/fleet/servers-site";

const IMAGE = "example/deployed:1.0";
const SECRET = "s3cret-of-a-deployment";
interface Problem {
  problems: { path: string; got: string; expected: string }[];
}

describe("deployments through the running API", function () {
  this.timeout(120_000);
  let fleet: Fleet;
  let api: Api;
  before(async () => {
    fleet = await theFleet();
    api = Api.of(fleet);
    await loadHostileImage(fleet, IMAGE);
  });
  after(() => tryDocker(fleet, ["rmi", IMAGE]));

  const manifest = (name: string, more: Record<string, unknown> = {}) => extraServer(name, { image: IMAGE, ...more });

  /** Everything there is in the engine, by id or name. */
  async function all(): Promise<Record<string, string[]>> {
    const lists: [string, ...string[]][] = [
      ["ps", "-aq", "--no-trunc"],
      ["volume", "ls", "-q"],
      ["network", "ls", "-q"],
      ["images", "-aq"],
    ];
    const found = await Promise.all(lists.map((args) => docker(fleet, ...args)));
    return Object.fromEntries(found.map((list, index) => [lists[index]?.[0], list.split("\n").filter(Boolean).sort()]));
  }

  const BAD: Record<string, [manifest: Record<string, unknown>, problems: string[]]> = {
    "the workspace": [{ mounts: [{ volume: "workspace", path: "/w", readOnly: false }] }, ["mounts.0"]],
    "the host's files": [{ mounts: [{ source: "/", path: "/host" }] }, ["mounts.0"]],
    "the engine's socket": [{ mounts: [{ volume: "/run/docker.sock", path: "/s" }] }, ["mounts.0"]],
    egress: [{ egress: ["example.com:443"] }, ["egress"]],
    "the database": [{ database: true }, ["database"]],
    "a build": [{ image: undefined, build: { context: "." } }, ["build"]],
    "too much of everything": [
      { resources: { cpus: 64, memory: "64g", processes: 100_000 } },
      ["resources.cpus", "resources.memory", "resources.processes"],
    ],
    "a catalog server's name": [{ name: "files" }, ["name"]],
    "a catalog server's user": [{ user: 11_001 }, ["user"]],
    root: [{ user: 0 }, ["user"]],
    "privileges that no manifest knows": [
      {
        privileged: true,
        capAdd: ["SYS_ADMIN"],
        networkMode: "host",
        pid: "host",
        devices: ["/dev/kmsg"],
        securityOpt: [],
      },
      ["privileged", "capAdd", "networkMode", "pid", "devices", "securityOpt"],
    ],
    "a secret in its environment": [{ env: { API_TOKEN: SECRET } }, ["env"]],
    "a name that leads elsewhere": [{ name: "../../x" }, ["name"]],
    "all of it at once": [
      { privileged: true, database: true, egress: ["example.com:443"], user: 11_001, resources: { memory: "64g" } },
      ["privileged", "database", "egress", "user", "resources.memory"],
    ],
  };
  for (const [what, [asked, expected]] of Object.entries(BAD)) {
    it(`that ask for ${what} are refused with every problem, and nothing is made`, async () => {
      const before = await all();
      const body = { manifest: manifest("greedy", asked) };
      const answer: Answer<Problem> = await api.send("POST", "/v1/servers", body);
      assert.ok([400, 422].includes(answer.status), answer.text);
      const paths = answer.body.problems.map(({ path }) => path);
      for (const path of expected)
        assert.ok(
          paths.some((found) => found.replace(/^manifest\./, "").startsWith(path)),
          `${path} is not in ${answer.text}`,
        );
      assert.ok(!answer.text.includes(SECRET));
      assert.deepEqual(await all(), before);
    });
  }

  it("have the walls of the catalog's servers, keep their secrets, and go without a trace", async () => {
    const before = await all();
    const body = { manifest: manifest("deployed", { secrets: [{ name: "key" }] }), secrets: { key: SECRET } };
    const made = await api.post("/v1/servers", body);
    try {
      assert.equal(made.status, 201, made.text);
      const [theirs] = JSON.parse(await docker(fleet, "inspect", "mcp-files"));
      const text = await docker(fleet, "inspect", "mcp-deployed");
      const [mine] = JSON.parse(text);
      // What a manifest decides: sizes, mounts and the user.
      const own = new Set([
        "Memory",
        "MemorySwap",
        "MemoryReservation",
        "NanoCpus",
        "Ulimits",
        "Binds",
        "Mounts",
        "GroupAdd",
      ]);
      const fields = new Set([...Object.keys(theirs.HostConfig), ...Object.keys(mine.HostConfig)]);
      const plain = (value: unknown) => (Array.isArray(value) && value.length === 0 ? null : (value ?? null));
      for (const field of fields)
        if (!own.has(field)) assert.deepEqual(plain(mine.HostConfig[field]), plain(theirs.HostConfig[field]), field);
      assert.equal(mine.HostConfig.Memory, 64 * 2 ** 20);
      assert.equal(mine.HostConfig.MemorySwap, 64 * 2 ** 20);
      const mounts = mine.Mounts.map(
        (one: Record<string, string | boolean>) => `${one.Type} ${one.Destination} ${one.RW ? "rw" : "ro"}`,
      );
      assert.deepEqual(mounts.sort(), ["bind /.mcp/init ro", "volume /run/mcp rw", "volume /run/secrets ro"]);
      assert.match(mine.Config.User, /^1[1-4]\d{3}:/);

      await withClient("modern", target(fleet, "deployed"), async (client) =>
        assert.equal(await client.text("echo"), "echo"),
      );
      const audit = await api.get("/v1/audit?limit=200");
      const { stdout, stderr } = await tryDocker(fleet, ["logs", "mcp-orchestrator"]);
      const detail = await api.get("/v1/servers/deployed");
      for (const said of [text, made.text, audit.text, detail.text, stdout, stderr]) assert.ok(!said.includes(SECRET));
    } finally {
      await api.send("DELETE", "/v1/servers/deployed");
    }
    await eventually(async () => assert.deepEqual(await all(), before));
    assert.equal((await api.get("/v1/servers/deployed")).status, 404);
  });
});
