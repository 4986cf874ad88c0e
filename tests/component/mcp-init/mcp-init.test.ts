import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { BUILDS, build, Init, type InitOptions, pause, removeBuild, until } from "../../support/mcp-init/mcp-init";

after(removeBuild);

for (const which of BUILDS) {
  describe(`${which} serve`, () => {
    let init: Init;
    const server = async (mode: string[], options: Partial<InitOptions> = {}): Promise<Init> => {
      init = await Init.server(which, mode, options);
      return init;
    };
    before(function () {
      this.timeout(60_000);
      build();
    });
    afterEach(() => init?.destroy());

    it("gives each connection a process of its own, with its supervisor as parent", async () => {
      await server([], { graceMs: 60_000 });
      const [one, two] = [await init.open(), await init.open()];
      const pids = [await one.ask("pid"), await two.ask("pid")];
      assert.notEqual(pids[0], pids[1]);
      assert.equal(await one.ask("hello"), "hello");
      assert.equal(await two.ask("you"), "you");
      assert.equal(init.processes.length, 5); // PID 1, two supervisors, two servers
      one.socket.destroy();
      two.socket.destroy();
      await init.alone();
      assert.equal(await init.stop(), 0);
      assert.equal(init.log, "");
    });

    it("starts servers with default signals and nothing open but 0, 1, 2", async () => {
      await server(["state"]);
      const client = await init.open();
      assert.equal(await client.line(), " 0 1 2");
      for (const name of ["SigBlk", "SigIgn"]) assert.equal(await client.line(), `${name}:\t0000000000000000`);
      await init.stop();
    });

    it("listens on a socket of mode 0666, replaces a stale one and removes its own", async () => {
      await server([]);
      assert.equal(statSync(init.socket).mode & 0o777, 0o666);
      assert.deepEqual(readdirSync(init.folder), ["session.sock"]);
      process.kill(init.pid, "SIGKILL"); // from outside its namespace it can be killed: the socket stays
      await init.exited;
      assert.ok(existsSync(init.socket));
      const folder = init.folder;
      const again = spawn(init.program, ["serve", "--socket", init.socket, "--", "/bin/cat"], { stdio: "ignore" });
      await until(
        "socket",
        () => statSync(init.socket).uid,
        (uid) => uid === 0,
      );
      again.kill("SIGINT");
      assert.equal(await new Promise((resolve) => again.on("exit", resolve)), 0);
      assert.deepEqual(readdirSync(folder), []);
    });

    it("ends 20 sessions whose clients were killed with -9", async () => {
      await server(["children"], { sessions: 20 });
      const clients = Array.from({ length: 20 }, () =>
        spawn(init.program, ["connect", "--socket", init.socket], { stdio: ["pipe", "ignore", "ignore"] }),
      );
      await until(
        "20 sessions",
        () => init.processes.length,
        (count) => count === 1 + 20 * 5,
      );
      for (const client of clients) client.kill("SIGKILL");
      const took = await init.alone();
      assert.ok(took < 10_000, `${took} ms, of which 300 are grace`);
      await init.stop();
    });

    it("lets a server finish its answer to a client that closed its sending half", async () => {
      await server(["last-words"], { graceMs: 1000 });
      const client = await init.open();
      client.socket.end();
      assert.equal(await client.line(), "last words");
      assert.equal(await client.ended, "end");
      await init.alone();
      await init.stop();
      assert.equal(init.log, "");
    });

    it("ends a half-closed session after --drain-ms", async () => {
      await server(["half-line"], { more: ["--drain-ms", "200"] });
      const client = await init.open();
      client.socket.end();
      const start = performance.now();
      assert.equal(await client.ended, "end");
      assert.ok(performance.now() - start > 180);
      await init.alone();
      await init.stop();
    });

    it("gives the client the end at once when the server exits, and logs an unexpected death", async () => {
      for (const [mode, logged] of [
        [["exit", "0"], ""],
        [["exit", "7"], "mcp-init: session 1: server exited with code 7\n"],
        [["crash", "9"], "mcp-init: session 1: server killed by signal 9 (out of memory?)\n"],
        [["crash", "11"], "mcp-init: session 1: server killed by signal 11\n"],
      ] as const) {
        await server([...mode]);
        const client = await init.open();
        client.send("never read");
        assert.equal(await client.ended, "end");
        await init.alone(2000);
        assert.equal(await init.stop(), 0);
        assert.equal(init.log, logged);
      }
    });

    it("stops in order on SIGTERM: sessions end, the socket is gone, exit 0", async () => {
      await server(["stubborn"]);
      const client = await init.open();
      assert.equal(await client.line(), "ready");
      assert.equal(await init.stop(), 0);
      assert.match(init.log, /still running 300 ms after SIGTERM: killed/);
      assert.match(await client.ended, /end|close/);
    });

    it("leaves no zombie, however many sessions and orphans there were", async () => {
      await server(["daemon-and-exit"], { sessions: 32 });
      for (let i = 0; i < 20; i++) {
        const client = await init.open();
        assert.equal(await client.line(), "gone");
        await client.ended;
      }
      await init.alone();
      await pause(50);
      assert.deepEqual(
        init.processes.filter(({ state }) => state === "Z"),
        [],
      );
      await init.stop();
    });
  });
}
