import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../support/eventually";
import { must } from "../../support/fleet/command";
import { facts } from "../../support/hosts/facts";
import { engine, HOST, PATIENCE, TOOLS } from "../../support/hosts/host";
import {
  answers,
  cgroupFile,
  connect,
  identity,
  inEngine,
  SERVER_IMAGE,
  serverHealthy,
  startServer,
} from "../../support/hosts/server";

const MIB = 1024 * 1024;

/** Images, servers, and the walls around them. */
export function serverChecks(): void {
  it("an image is loaded, and one is built with COPY and RUN", async () => {
    const image = join(HOST.work, "image.tar");
    await must("tar", ["-cf", image, "-C", HOST.work, "hostile"]);
    await engine.docker("import", "--change", "CMD []", image, SERVER_IMAGE);
    const context = join(HOST.work, "tools");
    await mkdir(context, { recursive: true });
    await copyFile(join(HOST.work, "busybox"), join(context, "busybox"));
    const lines = [
      "FROM scratch",
      "COPY busybox /bin/busybox",
      'RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install /bin && echo built >/answer"]',
    ];
    await writeFile(join(context, "Dockerfile"), lines.join("\n"));
    await engine.docker("build", "-q", "-t", TOOLS, context);
    assert.equal(
      await engine.docker("run", "--rm", "--network=none", "--cap-drop=ALL", TOOLS, "cat", "/answer"),
      "built",
    );
  });

  it("a server becomes healthy: its check speaks MCP", async () => {
    await startServer("one", 11_000);
    await startServer("two", 11_001);
    await serverHealthy("one", PATIENCE);
    await serverHealthy("two", PATIENCE);
  });

  it("the server answers an MCP client over the TLS API", () => answers("one"));

  it("the server has its own user, no capability, no network, and a read-only root", async () => {
    const pid = await engine.docker("inspect", "mcp-one", "-f", "{{.State.Pid}}");
    const status = await inEngine(`cat /proc/${pid}/status`);
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1];
    assert.match(field("Uid") ?? "", /^11000\t11000\t11000\t11000$/);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) assert.equal(field(set), "0".repeat(16), set);
    assert.equal(field("NoNewPrivs"), "1");
    assert.equal(field("Seccomp"), "2");
    facts["AppArmor profile of a server"] = await inEngine(
      `cat /proc/${pid}/attr/current 2>/dev/null | tr -d '\\0' | grep . || echo none`,
    );
    assert.match(
      await inEngine(`sed -n 's/^.* \\/ \\/ \\([^ ,]*\\).*$/\\1/p' /proc/${pid}/mountinfo | head -1`),
      /^ro$/,
    );
    const interfaces = (await inEngine(`tail -n +3 /proc/${pid}/net/dev`)).split("\n").map((line) => line.trim());
    assert.deepEqual(
      interfaces.map((line) => line.split(":")[0]),
      ["lo"],
    );
  });

  it("its limits are in force in the cgroup: 64 MiB without swap, half a processor", async () => {
    assert.equal(Number(await cgroupFile("one", "memory.max", "memory/memory.limit_in_bytes")), 64 * MIB);
    const [quota, period] = [
      await cgroupFile("one", "cpu.max", "cpu/cpu.cfs_quota_us"),
      facts["cgroup version"] === "v2" ? "" : await cgroupFile("one", "cpu.max", "cpu/cpu.cfs_period_us"),
    ];
    assert.equal(`${quota} ${period}`.trim(), "50000 100000");
    // A host without swap accounting has no such file; then there is no swap to limit, or the kernel was told not to count it.
    const swap = await cgroupFile("one", "memory.swap.max", "memory/memory.memsw.limit_in_bytes").catch(() => "absent");
    facts["swap limit"] = swap === "absent" ? "not counted by this kernel" : "in force";
    if (swap !== "absent") assert.equal(Number(swap), facts["cgroup version"] === "v2" ? 0 : 64 * MIB);
  });

  it("a memory hog is killed at its limit, and it alone", async () => {
    const before = [await identity("one"), await identity("two")];
    const kills = async () => {
      const file = await cgroupFile("one", "memory.events", "memory/memory.oom_control");
      return Number(/^oom_kill (\d+)$/m.exec(file)?.[1]);
    };
    const killed = await kills();
    const client = await connect("one");
    await assert.rejects(client.callTool({ name: "hog", arguments: {} }));
    await client.close();
    assert.ok((await kills()) > killed, "the kernel killed nobody in the server's cgroup");
    assert.deepEqual([await identity("one"), await identity("two")], before);
    await answers("two");
    await answers("one");
  });

  it("a fork bomb stops at the server's process limit and ends with its session", async () => {
    const processes = async () => Number(await inEngine("cat /proc/[0-9]*/status | grep -c '^Uid:.11000'"));
    const client = await connect("one");
    const call = client.callTool({ name: "bomb", arguments: {} }).catch(() => "closed");
    await eventually(async () => assert.ok((await processes()) >= 20), PATIENCE);
    assert.ok((await processes()) <= 24);
    await answers("two");
    await client.close();
    await call;
    await eventually(async () => assert.ok((await processes()) <= 2), PATIENCE);
    await answers("one");
  });
}
