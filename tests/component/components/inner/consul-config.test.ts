import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { consulServers } from "../../../../cli/import/from-consul";
import { eventually } from "../../../support/eventually";
import { run } from "../../../support/fleet/command";
import { ConsulProcess, consulProgram, MANAGEMENT } from "../../../support/orchestrator/discovery/consul-process";
import { LiveFleet } from "../../../support/orchestrator/discovery/live-fleet";

const PROGRAM = consulProgram();

describe("the embedded Consul's configuration, in a real agent", function () {
  this.timeout(120_000);
  let consul: ConsulProcess;
  let folder: string;

  before(async function () {
    if (!PROGRAM) this.skip();
    folder = mkdtempSync(join(tmpdir(), "mcp-consul-config-"));
    consul = await ConsulProcess.start(PROGRAM, { embedded: true });
  });
  after(async () => {
    await consul?.remove();
    if (folder) rmSync(folder, { recursive: true });
  });

  /** What the container's health check asks. */
  const check = async (token: string): Promise<number | null> => {
    const file = join(folder, "token");
    writeFileSync(file, token);
    const ask = ["catalog", "nodes", `-token-file=${file}`, `-http-addr=${consul.address}`];
    const { code, stdout } = await run(PROGRAM ?? "", ask);
    return stdout.includes("dind-mcp") ? code : 99;
  };

  it("lets nobody do anything without the token", async () => {
    const body = JSON.stringify({ ID: "web", Name: "web", Port: 80 });
    const asked = await fetch(`${consul.address}/v1/agent/service/register`, { method: "PUT", body });
    assert.equal(asked.status, 403);
    const listed = await fetch(`${consul.address}/v1/catalog/services`);
    assert.deepEqual(await listed.json(), {});
    assert.equal((await fetch(`${consul.address}/v1/kv/x`, { method: "PUT", body })).status, 403);
  });

  it("has a health check that passes with the token alone", async () => {
    assert.equal(await check(MANAGEMENT), 0);
    assert.notEqual(await check(MANAGEMENT.replaceAll("1", "9")), 0);
  });

  it("takes the fleet from an orchestrator that has the token, and another fleet finds its servers there", async () => {
    const fleet = new LiveFleet();
    try {
      fleet.set("files");
      fleet.announce({ address: consul.address, prefix: "mcp" }, { token: MANAGEMENT });
      await eventually(async () => assert.deepEqual(await consul.catalog(), fleet.wanted()), 30_000);
      const found = await consulServers({ address: consul.address, token: MANAGEMENT }, "http://127.0.0.1:1");
      assert.deepEqual(
        found.map(({ name, server, why }) => [name, server?.headers, why === undefined]),
        [
          // biome-ignore lint/suspicious/noTemplateCurlyInString: what is to be filled in
          ["files", { Authorization: "Bearer ${TOKEN}" }, true],
          ["mcp-orchestrator", undefined, false],
        ],
      );
    } finally {
      await fleet.close();
    }
    assert.deepEqual(await consul.catalog(), {}, "it takes all back when it ends");
  });
});
