import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayClient } from "../../support/clients/gateway-client";
import { eventually } from "../../support/eventually";
import { theChangesFleet } from "../../support/fleet/changes-fleet";
import { must } from "../../support/fleet/command";
import { connected, expire, servedSerial } from "../../support/fleet/engine-tls";
import { docker, enter, type Fleet } from "../../support/fleet/fleet";
import { mustCli } from "../../support/fleet/stack";

describe("what proves who somebody is is made anew by one up, and meanwhile", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  let client: GatewayClient;
  let token: string;
  let failed: string[];
  let going = true;
  let paused = false;
  let calls: Promise<void>;
  let started: string;

  /** What has to go on: both containers, and every process of the server, that of the client's session among them. */
  const running = async (): Promise<string> => {
    const format = "{{.Id}} {{.State.StartedAt}} {{.State.Pid}}";
    const containers = await docker(fleet, "inspect", "mcp-files", "mcp-orchestrator", "-f", format);
    return `${containers}\n${await docker(fleet, "top", "mcp-files", "-o", "pid,args")}`;
  };

  const call = () => client.text("list_allowed_directories");

  before(async () => {
    fleet = await enter((await theChangesFleet()).stack);
    token = fleet.outputs.tokens.mcp ?? "";
    const target = { url: `${fleet.outputs.endpoints.api}/servers/files/mcp`, token };
    client = await GatewayClient.connect("legacy", target, (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("Authorization", `Bearer ${token}`);
      return fetch(input, { ...init, headers });
    });
    started = await running();
    calls = (async () => {
      while (going) {
        if (!paused) await call().catch((error: Error) => failed.push(error.message));
        await sleep(100);
      }
    })();
  });
  beforeEach(() => {
    failed = [];
  });
  afterEach("no call fails and no process ends", async () => {
    assert.deepEqual(failed, []);
    assert.equal(await running(), started);
  });
  after(async () => {
    going = false;
    await calls;
    await client.transport.terminateSession();
    await client.client.close();
  });

  const again = async (): Promise<{ old: Fleet; serial: string }> => {
    const old = fleet;
    fleet = await enter(fleet.stack);
    return { old, serial: await servedSerial(fleet) };
  };
  const refuses = (one: Fleet) => assert.rejects(connected(one));

  it("the certificates; the up waits for whoever is connected, and the old client is refused", async () => {
    const serial = await servedSerial(fleet);
    const watcher = await connected(fleet);
    const rotated = mustCli(fleet.stack, "rotate", "certificates");
    const engineHas = (file: string) => must("docker", ["exec", fleet.stack.engineName, "cat", file]);
    const served = await engineHas("/run/dind-mcp/certs/server-cert.pem");
    await eventually(async () => assert.notEqual(await engineHas("/certs/server-cert.pem"), served), 120_000);
    await sleep(6_000); // the engine looks every two seconds
    assert.equal(await engineHas("/run/dind-mcp/certs/server-cert.pem"), served, "dockerd goes on for the watcher");
    watcher.destroy();
    await rotated;
    const { old, serial: now } = await again();
    assert.notEqual(now, serial);
    await refuses(old);
    assert.equal(fleet.outputs.tls.ca, old.outputs.tls.ca);
  });

  it("the authorities with all they signed, at once", async () => {
    const urns = ["**::tls-ca-key", "**::tls-client-ca-key"];
    await mustCli(fleet.stack, "up", ...urns.flatMap((urn) => ["--replace", urn]));
    const { old } = await again();
    assert.notEqual(fleet.outputs.tls.ca, old.outputs.tls.ca);
    await refuses(old);
  });

  it("certificates that have expired", async () => {
    await expire(fleet.stack);
    await eventually(() => assert.rejects(servedSerial(fleet), { code: "CERT_HAS_EXPIRED" }), 60_000);
    await mustCli(fleet.stack, "up");
    await again();
    assert.ok(Date.parse(fleet.outputs.tls.validUntil.server) > Date.now());
  });

  it("the authority; both are trusted until the change is finished", async () => {
    const first = fleet;
    await mustCli(fleet.stack, "rotate", "ca");
    const { serial } = await again();
    assert.equal(await servedSerial(first), serial, "a client that has not moved goes on");
    assert.notEqual(fleet.outputs.tls.clientCert, first.outputs.tls.clientCert);
    await mustCli(fleet.stack, "rotate", "ca", "--finish");
    await refuses(first);
    const moved = fleet;
    assert.notEqual((await again()).serial, serial);
    await connected(moved).then((socket) => socket.destroy());
    await refuses({ ...fleet, outputs: { ...fleet.outputs, tls: { ...fleet.outputs.tls, ca: first.outputs.tls.ca } } });
  });

  it("the tokens: a session goes on with the new value, and the old one is refused", async () => {
    const status = async (bearer: string) => {
      const headers = { Authorization: `Bearer ${bearer}` };
      return (await fetch(`${fleet.outputs.endpoints.api}/v1/servers`, { headers })).status;
    };
    const { read = "", admin = "" } = fleet.outputs.tokens;
    assert.equal(await status(read), 200);
    paused = true; // a client cannot know the new value before there is one
    await mustCli(fleet.stack, "rotate", "tokens", "mcp", "read");
    await again();
    assert.deepEqual([await status(read), await status(fleet.outputs.tokens.read ?? "")], [401, 200]);
    assert.equal(fleet.outputs.tokens.admin, admin, "the others are as they were");
    await assert.rejects(call, /401|Unauthorized/i);
    token = fleet.outputs.tokens.mcp ?? "";
    await call();
    paused = false;
  });
});
