import assert from "node:assert/strict";
import { docker, type Fleet, theFleet, tryDocker } from "./support/fleet";
import { inside } from "./support/probe";
import { LANGUAGE, SERVERS, type ServerName } from "./support/sessions";
import { FACTS, type Inside, LOOK_AROUND } from "./support/walls";

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
        const manifest = JSON.parse(config.Labels["dind-mcp.manifest"]);
        assert.equal(manifest.name, server);
        assert.equal(manifest.user, facts.uid);
        assert.equal(config.Labels["dind-mcp.stack"], `dind-mcp/${fleet.stack.name}`);
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

  it("no server is in the group that may use all sockets, and no two have the same user", () => {
    assert.ok(SERVERS.every((server) => !FACTS[server].groups.includes(20_000)));
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
