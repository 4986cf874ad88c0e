import assert from "node:assert/strict";
import { eventually } from "../../support/eventually";
import { engine, host, NAME, PATIENCE } from "../../support/hosts/host";
import { removeAll, settings, untilHealthy } from "../../support/hosts/outer";
import { answers, identity, inEngine, serverHealthy } from "../../support/hosts/server";

/** Crashes, restart, stop, removal. */
export function lifecycleChecks(): void {
  for (const daemon of ["dockerd", "containerd"]) {
    it(`kill -9 of ${daemon} inside: the API comes back, the server's process goes on`, async () => {
      const before = await identity("one");
      const pid = await inEngine(`cat /run/dind-mcp/${daemon}.pid`);
      await inEngine(`kill -9 ${pid}`);
      await eventually(async () => {
        const now = await inEngine(`cat /run/dind-mcp/${daemon}.pid`);
        assert.notEqual(now, pid);
        await engine.docker("ps");
      }, PATIENCE);
      assert.equal(await identity("one"), before);
      await eventually(() => answers("one"), PATIENCE);
    });
  }

  it("a restart of the engine: everything is back by itself", async () => {
    const before = await identity("one");
    await host.docker("restart", "-t", "60", NAME);
    await untilHealthy(PATIENCE);
    await serverHealthy("one", PATIENCE);
    assert.notEqual(await identity("one"), before);
    await answers("one");
  });

  it("stop ends the engine in time, with exit code 0", async () => {
    const begun = Date.now();
    await host.docker("stop", "-t", String(settings().engineStopGrace), NAME);
    assert.ok(Date.now() - begun < 50_000, `it took ${Date.now() - begun} ms`);
    assert.equal(await host.docker("inspect", NAME, "-f", "{{.State.ExitCode}} {{.State.OOMKilled}}"), "0 false");
  });

  it("nothing of it is left on the host", async () => {
    assert.deepEqual(await removeAll(), []);
  });
}
