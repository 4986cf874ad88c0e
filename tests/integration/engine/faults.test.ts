import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { eventually } from "../../support/eventually";
import { must } from "../../support/fleet/command";
import { inEngine, theFaultsFleet } from "../../support/fleet/faults-fleet";
import { callTool, connect, docker, type Fleet, SOCKET, tryDocker } from "../../support/fleet/fleet";
import { mustPulumi, type TestStack } from "../../support/fleet/stack";

/** Pid and start time, as the host's kernel sees them, of the first process of each server: the same = never stopped. */
async function processes(fleet: Fleet, ...servers: string[]): Promise<Record<string, string>> {
  const init = async (server: string) => {
    const pid = await docker(fleet, "inspect", `mcp-${server}`, "-f", "{{.State.Pid}}");
    return `${pid} ${await inEngine(fleet, `cut -d' ' -f22 /proc/${pid}/stat`)}`;
  };
  return Object.fromEntries(await Promise.all(servers.map(async (server) => [server, await init(server)])));
}

/** Processes of a server's container: mcp-init alone when it has no session. */
async function sessionProcesses(fleet: Fleet, server: string): Promise<number> {
  return (await docker(fleet, "top", `mcp-${server}`, "-o", "pid")).split("\n").length - 2;
}

async function answers(fleet: Fleet, server = "files"): Promise<void> {
  const client = await connect(fleet, server);
  try {
    assert.ok((await client.listTools()).tools.length > 0);
  } finally {
    await client.close();
  }
}

describe("faults", function () {
  this.timeout(900_000);
  let stack: TestStack;
  let fleet: Fleet;

  before(async () => {
    fleet = await theFaultsFleet();
    stack = fleet.stack;
  });

  for (const daemon of ["dockerd", "containerd"]) {
    it(`${daemon} killed with -9: the servers go on untouched, the API is back in seconds`, async () => {
      const before = await processes(fleet, "files", "hostile");
      const session = await connect(fleet, "hostile");
      await inEngine(fleet, `kill -9 $(cat /run/dind-mcp/${daemon}.pid)`);
      await eventually(() => answers(fleet), 20_000);
      assert.deepEqual(await processes(fleet, "files", "hostile"), before);
      await session.close().catch(() => {}); // its exec went through the daemon
    });
  }

  it("docker restart of the engine: everything is back by itself, data intact", async () => {
    await callTool(fleet, "files", "write_file", { path: "/workspace/survivor.txt", content: "still here" });
    await must("docker", ["restart", stack.engineName]);
    await eventually(() => answers(fleet), 60_000);
    await eventually(() => answers(fleet, "hostile"), 30_000);
    const { text } = await callTool(fleet, "files", "read_text_file", { path: "/workspace/survivor.txt" });
    assert.equal(text, "still here");
    await mustPulumi(stack, "up", "--expect-no-changes");
  });

  it("the engine killed with -9: everything is back, without remains of the earlier life in the way", async () => {
    await must("docker", ["kill", stack.engineName]);
    await must("docker", ["start", stack.engineName]);
    await eventually(() => answers(fleet), 60_000);
  });

  it("stopping the engine is orderly: exit code 0 within the grace", async () => {
    await must("docker", ["stop", stack.engineName]);
    assert.equal(await must("docker", ["inspect", stack.engineName, "-f", "{{.State.ExitCode}}"]), "0");
    await must("docker", ["start", stack.engineName]);
    await eventually(() => answers(fleet), 60_000);
  });

  it("20 sessions whose clients are killed with -9 leave no process behind", async () => {
    await eventually(async () => assert.equal(await sessionProcesses(fleet, "hostile"), 0));
    const exec = ["exec", "-i", "mcp-hostile", "/.mcp/init", "connect", "--socket", SOCKET];
    const clients = Array.from({ length: 20 }, () =>
      spawn("docker", exec, { env: fleet.env, stdio: ["pipe", "ignore", "ignore"] }),
    );
    try {
      // Of the 20 the cap lets 8 through; each is a supervisor, a server and the exec that connects them.
      await eventually(async () => assert.ok((await sessionProcesses(fleet, "hostile")) >= 16), 30_000);
    } finally {
      for (const client of clients) client.kill("SIGKILL");
    }
    await eventually(async () => assert.equal(await sessionProcesses(fleet, "hostile"), 0), 10_000);
    await answers(fleet, "hostile");
  });

  describe("a hostile server", () => {
    /** Starts a call that will not answer; ends the session when the attack is over. */
    async function attack(tool: string, during: () => Promise<void>): Promise<void> {
      const client = await connect(fleet, "hostile");
      const call = client.callTool({ name: tool, arguments: {} }).catch(() => undefined);
      try {
        await during();
      } finally {
        await client.close();
        await call;
      }
    }

    afterEach(() => eventually(async () => assert.equal(await sessionProcesses(fleet, "hostile"), 0), 20_000));

    it("with a fork bomb stays within its process limit, and the others answer", async () => {
      await attack("bomb", async () => {
        await eventually(async () => assert.ok((await sessionProcesses(fleet, "hostile")) > 50), 20_000);
        await answers(fleet);
        const count = await sessionProcesses(fleet, "hostile");
        assert.ok(count <= 128, `${count} processes, 128 allowed`);
      });
      await eventually(() => answers(fleet, "hostile"), 30_000);
    });

    it("with a memory hog is stopped at its limit, and the others answer", async () => {
      await attack("hog", async () => {
        await answers(fleet);
        await eventually(async () => assert.equal(await sessionProcesses(fleet, "hostile"), 0), 20_000);
      });
      const log = await tryDocker(fleet, ["logs", "mcp-hostile"]);
      assert.match(log.stderr, /killed by signal 9/);
      await answers(fleet, "hostile");
    });

    it("with a log flood fills no more than its share of the disk, and the others answer", async () => {
      await attack("flood", () => answers(fleet));
      const id = await docker(fleet, "inspect", "mcp-hostile", "-f", "{{.Id}}");
      const kib = await inEngine(fleet, `du -sk /var/lib/docker/containers/${id} | cut -f1`);
      assert.ok(Number(kib) < 11 * 1024, `${kib} KiB of logs, two files of 5 MB allowed`);
    });
  });
});
