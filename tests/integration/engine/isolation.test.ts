import assert from "node:assert/strict";
import { cpus } from "node:os";
import { Label } from "../../../manifest/container/labels";
import { inside } from "../../support/attacks/probe";
import { FACTS, type Inside, LOOK_AROUND } from "../../support/attacks/walls";
import { LANGUAGE, SERVERS, type ServerName } from "../../support/clients/sessions";
import { eventually } from "../../support/eventually";
import { must } from "../../support/fleet/command";
import { docker, type Fleet, theFleet, tryDocker } from "../../support/fleet/fleet";

const MIB = 1024 ** 2;

describe("isolation of containers", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  before(async () => {
    fleet = await theFleet();
  });

  for (const server of SERVERS) {
    describe(`of ${server}`, () => {
      const facts = FACTS[server];
      let seen: Inside;
      before(async () => {
        const language = LANGUAGE[server];
        seen = JSON.parse(await inside(fleet, `mcp-${server}`, language, LOOK_AROUND[language])) as Inside;
      });

      it("its container is as the rules say", async () => {
        const [container] = JSON.parse(await docker(fleet, "inspect", `mcp-${server}`));
        const { HostConfig: host, Config: config } = container;
        const { Ulimits: ulimits, ...limits } = facts.hostConfig;
        assert.equal(config.User, `${facts.uid}:${facts.uid}`);
        assert.deepEqual(Object.fromEntries(Object.keys(limits).map((key) => [key, host[key]])), limits);
        assert.deepEqual(
          Object.fromEntries(host.Ulimits.map((u: Record<string, unknown>) => [u.Name, [u.Soft, u.Hard]])),
          ulimits,
        );
        assert.deepEqual(Object.keys(container.NetworkSettings.Networks), [facts.network]);
        const mounts = container.Mounts.map(
          (m: Record<string, string | boolean>) => `${m.Destination} ${m.RW ? "rw" : "ro"}`,
        );
        assert.deepEqual(mounts.sort(), facts.mounts);
        const manifest = JSON.parse(config.Labels[Label.Manifest]);
        assert.equal(manifest.name, server);
        assert.equal(manifest.user, facts.uid);
        assert.equal(config.Labels[Label.Stack], `dind-mcp/${fleet.stack.name}`);
      });

      it("its processes have a user of their own and no privilege, under seccomp", () => {
        const { CapEff, CapPrm, CapBnd, CapAmb, NoNewPrivs, Seccomp } = seen.status;
        assert.deepEqual(
          [CapEff, CapPrm, CapBnd, CapAmb].map((set) => Number(`0x${set}`)),
          [0, 0, 0, 0],
        );
        assert.deepEqual([NoNewPrivs, Seccomp], ["1", "2"]);
        assert.equal(seen.uid, facts.uid);
        assert.deepEqual([...new Set(seen.groups)].sort(), facts.groups);
      });

      it(`has ${facts.network === "none" ? "no network at all" : "one network"}`, () =>
        assert.deepEqual(seen.interfaces.sort(), facts.network === "none" ? ["lo"] : ["eth0", "lo"]));

      it("writes nowhere but where it has to", () => {
        const writable = Object.keys(seen.writable).filter((folder) => seen.writable[folder]);
        assert.deepEqual(writable, ["/tmp", "/run/mcp"]);
        for (const path of ["/tmp", "/run/mcp"]) {
          const options = seen.mounts.find((mount) => mount.path === path)?.options ?? [];
          for (const option of ["noexec", "nosuid", "nodev"]) assert.ok(options.includes(option), `${path}: ${option}`);
        }
        assert.ok(seen.mounts.find(({ path }) => path === "/")?.options.includes("ro"));
      });

      it("sees no engine, no other volume and no device", () =>
        assert.deepEqual(
          Object.entries(seen.exist).filter(([, there]) => there),
          [],
        ));

      it("has its own session socket, which nobody else can use", async () => {
        assert.deepEqual(seen.sockets, ["session.sock"]);
        const other = SERVERS.find((name) => name !== server) as ServerName;
        for (const user of [FACTS[other].uid, 65_534]) {
          const args = ["exec", "-u", `${user}:${user}`, `mcp-${server}`, "/.mcp/init", "check", "--socket"];
          const { code, stdout, stderr } = await tryDocker(fleet, [
            ...args,
            "/run/mcp/session.sock",
            "--timeout-ms",
            "5000",
          ]);
          assert.notEqual(code, 0);
          assert.match(stdout + stderr, /[Pp]ermission denied/);
        }
        const device = (name: ServerName) => docker(fleet, "exec", `mcp-${name}`, "stat", "-c", "%d", "/run/mcp");
        assert.notEqual(await device(server), await device(other));
      });
    });
  }

  it("the orchestrator has the same walls, and beyond them its ports and what it is for", async () => {
    const [container] = JSON.parse(await docker(fleet, "inspect", "mcp-orchestrator"));
    const { HostConfig: host, Config: config } = container;
    const { Ulimits: _, ...same } = FACTS.files.hostConfig;
    const own = {
      Memory: 384 * MIB,
      MemorySwap: 384 * MIB,
      NanoCpus: Math.min(2, cpus().length) * 1e9,
      NetworkMode: "bridge",
      Tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,mode=1777,size=16m" },
    };
    const expected = { ...same, ...own, PortBindings: undefined };
    const ports = Object.values(host.PortBindings as Record<string, { HostPort: string }[]>).flat();
    assert.deepEqual(ports.map(({ HostPort }) => Number(HostPort)).sort(), [12_375, 18_080, 18_081, 19_090]);
    assert.deepEqual(
      Object.fromEntries(Object.keys(expected).map((key) => [key, key === "PortBindings" ? undefined : host[key]])),
      expected,
    );
    assert.equal(config.User, "10901:10901");
    assert.deepEqual(Object.keys(container.NetworkSettings.Networks), ["mcp-gateway"]);
    const mounts = container.Mounts.map(
      (m: Record<string, string | boolean>) => `${m.Destination} ${m.RW ? "rw" : "ro"} ${m.Propagation}`,
    );
    assert.deepEqual(mounts.sort(), [
      "/run/engine ro rprivate",
      "/run/secrets ro ",
      "/run/volumes ro rslave",
      "/var/lib/orchestrator rw rprivate",
    ]);
    const status = await docker(fleet, "exec", "mcp-orchestrator", "cat", "/proc/1/status");
    for (const line of [
      /^Uid:\t10901\t10901/m,
      /^Groups:\t10901 20000 20002 $/m,
      /^CapBnd:\t0+$/m,
      /^NoNewPrivs:\t1$/m,
    ])
      assert.match(status, line);
    const list = await tryDocker(fleet, ["exec", "mcp-orchestrator", "ls", "/run/volumes"]);
    assert.match(list.stderr, /Permission denied/, "it knows its servers' volumes by name, and lists none");
    const secret = await tryDocker(fleet, [
      "exec",
      "mcp-orchestrator",
      "cat",
      "/run/volumes/mcp-postgres-secrets/_data/dsn",
    ]);
    assert.match(secret.stderr, /Permission denied/);
  });

  it("the engine's API has two sockets, one for root and one for the orchestrator, also after dockerd has started anew", async () => {
    const engine = (...args: string[]) => must("docker", ["exec", fleet.stack.engineName, ...args]);
    const stat = () =>
      engine("stat", "-c", "%A %u:%g", "/run/docker.sock", "/run/dind-mcp-api", "/run/dind-mcp-api/docker.sock");
    const expected = ["srw-rw---- 0:20002", "drwxr-x--- 0:20002", "srw-rw---- 0:20002"].join("\n");
    assert.equal(await stat(), expected);
    const pid = () => engine("cat", "/run/dind-mcp/dockerd.pid");
    const before = await pid();
    await engine("kill", before);
    await eventually(async () => assert.notEqual(await pid(), before));
    const ask =
      'require("http").get({ socketPath: "/run/engine/docker.sock", path: "/_ping" }, (r) => console.log(r.resume().statusCode))';
    await eventually(async () => assert.equal(await inside(fleet, "mcp-orchestrator", "node", ask), "200"), 30_000);
    assert.equal(await stat(), expected);
  });

  it("no server is in a group of the orchestrator's, and no two have the same user", () => {
    assert.ok(SERVERS.every((server) => !FACTS[server].groups.some((group) => [20_000, 20_002].includes(group))));
    assert.equal(new Set(SERVERS.map((server) => FACTS[server].uid)).size, SERVERS.length);
  });

  it("the database's address is in one file, for one user, and nowhere else", async () => {
    const file = "/run/secrets/dsn";
    const password = new URL(await docker(fleet, "exec", "mcp-postgres", "cat", file)).password;
    assert.match(password, /^\w{32}$/);
    assert.equal(await docker(fleet, "exec", "mcp-postgres", "stat", "-c", "%u:%g %a", file), "11000:11000 400");
    const denied = await tryDocker(fleet, ["exec", "-u", "65534:65534", "mcp-postgres", "cat", file]);
    assert.match(denied.stderr, /Permission denied/);
    const change = await tryDocker(fleet, ["exec", "mcp-postgres", "sh", "-c", `chmod 644 ${file} || rm ${file}`]);
    assert.match(change.stderr, /Read-only file system/);
    const running = (await docker(fleet, "ps", "-aq")).split("\n");
    assert.ok(!(await docker(fleet, "inspect", ...running)).includes(password), "in docker inspect");
    const processes = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; true";
    assert.ok(
      !(await docker(fleet, "exec", "mcp-postgres", "sh", "-c", processes)).includes(password),
      "in a process's arguments",
    );
    const logs = await Promise.all(["postgres", "database"].map((name) => tryDocker(fleet, ["logs", `mcp-${name}`])));
    assert.ok(!JSON.stringify(logs).includes(password), "in the logs");
  });
});
