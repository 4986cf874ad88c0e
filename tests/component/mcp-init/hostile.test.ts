import assert from "node:assert/strict";
import { BUILDS, build, Init, type InitOptions, pause, removeBuild, until } from "../../support/mcp-init/mcp-init";

after(removeBuild);

/** Servers that do not play along. After each of them the next session must find a healthy init. */
for (const which of BUILDS) {
  describe(`${which} serve, hostile servers`, () => {
    let init: Init;
    const GRACE = 300;
    const MARGIN = 1500; // for a machine that does other things as well
    const server = async (mode: string[], options: Partial<InitOptions> = {}): Promise<Init> => {
      init = await Init.server(which, mode, { graceMs: GRACE, ...options });
      return init;
    };
    before(function () {
      this.timeout(60_000);
      build();
    });
    afterEach(() => init?.destroy());

    for (const [mode, processes, what] of [
      ["children", 4, "forks children"],
      ["daemon", 2, "leaves a daemon of its own kernel session"],
      ["stubborn", 1, "ignores SIGTERM"],
      ["no-stdout", 1, "closes stdout"],
      ["half-line", 1, "writes half a line and stalls"],
      ["flood", 1, "writes without end"],
    ] as const) {
      it(`leaves nothing of a server that ${what}`, async () => {
        const graceMs = mode === "children" ? 60_000 : GRACE; // the whole group gets SIGTERM: no grace needed
        await server([mode], { graceMs, more: ["--drain-ms", "60000"] }); // closed is closed: the drain does not count
        const client = await init.open();
        if (mode === "stubborn") assert.equal(await client.line(), "ready");
        if (mode === "flood") client.socket.pause(); // the server blocks on a client that does not read
        await until(
          "server",
          () => init.processes.length,
          (count) => count === 2 + processes,
        );
        client.socket.destroy();
        await init.alone(GRACE + MARGIN);
        await (await init.open()).socket.destroy();
        assert.equal(await init.stop(), 0);
      });
    }

    it("kills the daemon of a server that exits, at once", async () => {
      await server(["daemon-and-exit"], { graceMs: 60_000 });
      const client = await init.open();
      assert.equal(await client.line(), "gone");
      assert.equal(await client.ended, "end");
      await init.alone(2000);
      await init.stop();
    });

    for (const [signal, name] of [
      [9, "kills"],
      [19, "stops"],
    ] as const) {
      it(`sweeps what is left when a server ${name} its supervisor`, async () => {
        await server(["signal-supervisor", `${signal}`]);
        const client = await init.open();
        await until(
          "daemon",
          () => init.processes.length,
          (count) => count === 4,
        );
        assert.match(await client.ended, /end|close|ECONNRESET/);
        await init.alone();
        assert.match(init.log, /session 1: its supervisor was killed by signal 9/);
        assert.equal(await init.stop(), 0);
      });
    }

    it("spares the other sessions when it sweeps", async () => {
      await server([]);
      const good = await init.open();
      const pid = await good.ask("pid");
      const bad = await init.open();
      await bad.ask("up");
      const supervisors = init.processes.filter(({ name }) => name === "mcp-session").map((found) => found.pid);
      process.kill(Math.max(...supervisors), "SIGKILL");
      await bad.ended;
      await until(
        "one session",
        () => init.processes.length,
        (count) => count === 3,
      );
      await pause(50);
      assert.equal(await good.ask("pid"), pid);
      await init.stop();
    });

    for (const descriptors of [0, 6]) {
      it(`ends with everything, for a restart, when a server leaves it only ${descriptors} descriptors`, async () => {
        await server(["blind-init", `${descriptors}`]);
        const client = await init.open();
        assert.equal(await client.line(), "blind");
        client.socket.destroy();
        assert.equal(await init.exited, 1);
        assert.deepEqual(init.processes, []);
        assert.match(init.log, /cannot read \/proc/);
      });
    }

    for (const [mode, what] of [
      [["bomb"], "a fork bomb, each child in a kernel session of its own"],
      [["walk", "1"], "processes that fork and exit in a circle"],
      [["walk", "2"], "processes that fork twice and exit in a circle"],
    ] as const) {
      it(`gets rid of ${what}`, async () => {
        await server([...mode], { processes: 40 });
        const client = await init.open();
        assert.equal(await client.line(), "ready");
        await pause(200);
        client.socket.destroy();
        await init.alone(GRACE + 3000);
        assert.equal(await init.stop(), 0);
      });
    }

    it("answers with an error while a bomb holds all processes, and lets the others go on", async () => {
      await server(["bomb"], { processes: 20 });
      const client = await init.open();
      assert.equal(await client.line(), "ready");
      await until(
        "full",
        () => init.processes.length,
        (count) => count >= 20,
      );
      const second = await init.open();
      const refusal = JSON.parse(await second.line());
      assert.match(refusal.error.message, /cannot be started: Resource temporarily unavailable/);
      assert.match(await second.ended, /end/);
      client.socket.destroy();
      await init.alone(GRACE + 3000);
      assert.match(init.log, /cannot start a process: .*raise the process limit/);
      await init.stop();
    });

    it("cannot be traced or ended by its servers", async () => {
      init = await Init.start({
        build: which,
        command: ["/bin/sh", "-c", "kill -HUP 1 $PPID; kill -KILL 1; ls /proc/1/fd /proc/$PPID/fd 2>&1; echo end; cat"],
      });
      const client = await init.open();
      const lines = [await client.line(), await client.line(), await client.line()];
      assert.match(lines.join("\n"), /Permission denied\n.*Permission denied\nend/);
      assert.equal(await client.ask("still here"), "still here");
      await init.stop();
    });
  });
}
