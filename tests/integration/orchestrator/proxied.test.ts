import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstHost } from "../../../lib/addresses";
import { eventually } from "../../support/eventually";
import { type Fleet, theFleet } from "../../support/fleet/fleet";
import { freePort } from "../../support/free-port";
import { programOf } from "../../support/proxy/programs";

/** What docs/proxies.md says of `trustedProxies`: the address that a proxy on the host has for the orchestrator. */
describe("orchestrator: a proxy on the host", function () {
  this.timeout(120_000);
  let fleet: Fleet;
  let folder: string;
  let proxy: ChildProcess;
  let url: string;

  before(async function () {
    this.timeout(600_000); // by itself, this file waits for the whole fleet
    fleet = await theFleet();
    folder = mkdtempSync(join(tmpdir(), "mcp-proxied-"));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const file = join(folder, "nginx.conf");
    const to = `proxy_pass ${fleet.outputs.endpoints.api}; proxy_set_header Host $http_host;`;
    const headers = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";
    writeFileSync(file, `server { listen 127.0.0.1:${port}; location / { ${to} ${headers} } }\n`);
    const { path, env, start } = await programOf("nginx");
    proxy = spawn(path, start(folder, file), { env, stdio: "ignore" });
    await eventually(async () => void (await fetch(`${url}/healthz`)), 30_000);
  });
  after(async () => {
    if (proxy?.exitCode === null) {
      const gone = once(proxy, "close");
      proxy.kill();
      await gone;
    }
    if (folder) rmSync(folder, { recursive: true });
  });

  it("comes from the first address of the engine's network, as every program of the host does", async () => {
    const authorization = `Bearer ${fleet.outputs.tokens.read}`;
    const from = async (base: string) => {
      const answer = await fetch(`${base}/v1/arrival`, { headers: { authorization } });
      const { peer, trusted } = (await answer.json()) as { peer: string; trusted: boolean };
      return [peer.replace(/^::ffff:/, ""), trusted];
    };
    const gateway = firstHost(fleet.outputs.network.cidr);
    assert.deepEqual(await from(url), [gateway, false]);
    assert.deepEqual(await from(fleet.outputs.endpoints.api), [gateway, false]);
  });

  it("is the client in the audit log while nobody names it", async () => {
    await fetch(`${url}/v1/servers`, { headers: { authorization: "Bearer wrong" } });
    const answer = await fetch(`${fleet.outputs.endpoints.api}/v1/audit?kind=auth&limit=1`, {
      headers: { authorization: `Bearer ${fleet.outputs.tokens.admin}` },
    });
    const { items } = (await answer.json()) as { items: { client: string }[] };
    assert.equal(items[0]?.client, firstHost(fleet.outputs.network.cidr));
  });
});
