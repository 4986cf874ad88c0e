import assert from "node:assert/strict";
import { BUILDS, build, Init, type InitOptions, pause, removeBuild, until } from "../../support/mcp-init/mcp-init";
import { run } from "../../support/mcp-init/mcp-init-client";

after(removeBuild);

/** Blocks this whole process for a moment: nothing is read or written meanwhile. */
const busy = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);

for (const which of BUILDS) {
  describe(`${which} serve, refusals`, () => {
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

    it("refuses a session over the cap with a JSON-RPC error, and takes one again when one has ended", async () => {
      await server([], { sessions: 2 });
      const [one, two] = [await init.open(), await init.open()];
      await two.ask("up");
      const three = await init.open();
      three.send("hello"); // unread by anybody: must not become a reset
      const refusal = JSON.parse(await three.line());
      assert.equal(refusal.error.code, -32000);
      assert.equal(refusal.id, null);
      assert.match(refusal.error.message, /^too many sessions: 2 of 2 are open/);
      assert.equal(await three.ended, "end");
      one.socket.destroy();
      await until(
        "room",
        () => init.processes.length,
        (count) => count === 3,
      );
      assert.equal(await (await init.open()).ask("room"), "room");
      await init.stop();
      assert.equal(init.log.match(/too many sessions/g)?.length, 1);
    });

    it("tells a crowd of refused clients why, however late they read", async () => {
      await server(["stubborn"], { sessions: 1 });
      assert.equal(await (await init.open()).line(), "ready");
      const pid = init.pid;
      process.kill(pid, "SIGSTOP");
      // Not clients of this process: Node takes a reset behind the last byte for an end.
      const connect = ["connect", "--socket", init.socket];
      const crowd = Array.from({ length: 20 }, () => run(init.program, connect, "nobody will read this\n"));
      await pause(500);
      process.kill(pid, "SIGCONT");
      for (const { code, out } of await Promise.all(crowd)) {
        assert.match(out, /^{.*too many sessions: 1 of 1.*}$/); // and no "Connection reset by peer" behind it
        assert.equal(code, 0);
      }
      await init.stop();
    });

    it("lets a client that is slow to send its first request read how its session ended", async () => {
      await server(["exit", "0"], { sessions: 1 });
      const ended = await init.open();
      busy(); // meanwhile the server exits
      ended.send("initialize");
      assert.equal(await ended.ended, "end");
      await init.stop();
      await server(["stubborn"], { sessions: 1 });
      const first = await init.open();
      assert.equal(await first.line(), "ready");
      const refused = await init.open();
      busy();
      refused.send("initialize");
      assert.match(await refused.line(), /too many sessions/);
      assert.equal(await refused.ended, "end");
      await init.stop();
    });
  });
}
