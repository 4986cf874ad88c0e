import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Api } from "../../../support/clients/api";
import { GatewayClient } from "../../../support/clients/gateway-client";
import { eventually } from "../../../support/eventually";
import { connection, ready, target } from "../../../support/fleet/faults";
import { addStatic, FAULTY, inEngine, theFaultsFleet } from "../../../support/fleet/faults-fleet";
import { addHttp } from "../../../support/fleet/fixture-catalog";
import { docker, type Fleet } from "../../../support/fleet/fleet";
import { mustPulumi } from "../../../support/fleet/stack";

const LATER = { stdio: "later", http: "later-http" };
const AUDIT = "/srv/mcp/orchestrator/audit";

describe("the gateway while its surroundings change", function () {
  this.timeout(300_000);
  let fleet: Fleet;
  before(async () => {
    fleet = await theFaultsFleet();
    await ready(fleet);
  });

  it("pulumi up adds and removes servers: a session on another goes on, /mcp shows and hides their tools", async () => {
    const { stack } = fleet;
    const catalog = join(stack.folder, "catalog");
    const clients = connection(fleet, FAULTY.calm, 1);
    const session = await clients.open();
    const call = () => clients.request(session, "tools/call", { name: "echo", arguments: {} });
    const all = await Promise.all(
      (["legacy", "modern"] as const).map((era) => GatewayClient.connect(era, target(fleet))),
    );
    try {
      const ends = await Promise.all(all.map((client) => client.watch({ tools: true })));
      const names = async (client: GatewayClient) =>
        (await client.client.listTools(undefined, { cacheMode: "refresh" })).tools.map(({ name }) => name);
      const shown = async (there: boolean) => {
        for (const client of all) {
          await client.hears("notifications/tools/list_changed", 20_000);
          await eventually(async () => {
            const found = await names(client);
            for (const name of [`${LATER.stdio}__echo`, `${LATER.http}__test_simple_text`])
              assert.equal(found.includes(name), there, `${name} for the ${client.era} client`);
          });
          client.told.length = 0;
        }
      };
      await call();
      for (const client of all) client.told.length = 0;
      await addStatic(catalog, LATER.stdio, 11_913);
      await addHttp(catalog, LATER.http, 11_914);
      await mustPulumi(stack, "up");
      await call();
      await shown(true);
      for (const client of all) {
        assert.equal(await client.text(`${LATER.stdio}__echo`), "echo");
        await client.text(`${LATER.http}__test_simple_text`);
      }

      for (const name of Object.values(LATER)) await rm(join(catalog, name), { recursive: true });
      await mustPulumi(stack, "up");
      await call();
      await shown(false);
      for (const list of [
        await docker(fleet, "network", "ls"),
        await docker(fleet, "ps", "-a"),
        await docker(fleet, "volume", "ls"),
      ])
        assert.doesNotMatch(list, /mcp-later/);
      assert.equal((await Api.of(fleet).get(`/v1/servers/${LATER.http}`)).status, 404);
      for (const end of ends) await end();
    } finally {
      for (const client of all) await client.close();
      clients.close();
      for (const name of Object.values(LATER)) await rm(join(catalog, name), { recursive: true, force: true });
    }
  });

  it("a full volume of the audit log stops nothing, is told, and is over when there is room again", async () => {
    const api = Api.of(fleet);
    const restart = async () => {
      await docker(fleet, "restart", "mcp-orchestrator");
      await ready(fleet);
    };
    await inEngine(fleet, `mount -t tmpfs -o size=64k,uid=10901,gid=10901,mode=0700 tmpfs ${AUDIT}`);
    try {
      await restart(); // a mount is seen by containers that start later
      const clients = connection(fleet, FAULTY.calm, 4);
      const session = await clients.open();
      const call = () => clients.request(session, "tools/call", { name: "echo", arguments: {} });
      await eventually(async () => {
        for (let count = 0; count < 100; count++) await Promise.all([call(), call(), call(), call()]);
        const { status, body } = await api.get<{ audit?: { state: string } }>("/readyz");
        assert.deepEqual([status, body.audit?.state], [200, "full"], JSON.stringify(body));
      });
      await call();
      clients.close();
    } finally {
      await inEngine(fleet, `umount -l ${AUDIT}`);
      await restart();
    }
    const { body } = await api.get<{ audit?: { state: string } }>("/readyz");
    assert.equal(body.audit?.state, "writes");
  });
});
