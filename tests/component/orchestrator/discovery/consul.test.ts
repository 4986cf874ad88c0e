import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ServerStatus } from "../../../../api/server-status";
import { ConsulAgent } from "../../../../orchestrator/discovery/consul/agent";
import { serviceOf } from "../../../../orchestrator/discovery/consul/service";
import { eventually } from "../../../support/eventually";
import { makeCertificates } from "../../../support/hosts/certificates";
import { type AgentTls, ConsulProcess, consulProgram } from "../../../support/orchestrator/discovery/consul-process";
import { LiveFleet } from "../../../support/orchestrator/discovery/live-fleet";
import { member, REGISTRANT } from "../../../support/orchestrator/discovery/members";

/** `tests/consul/run.sh` builds the agent and takes its time. Elsewhere a machine without the agent has nothing to run. */
const IS_LONG = process.env.DIND_MCP_TEST_CONSUL === "long";
const PROGRAM = consulProgram();
const CHURN_MS = IS_LONG ? 60_000 : 10_000;
const SERVERS = 50;

describe("a real Consul agent", function () {
  this.timeout(180_000);
  let consul: ConsulProcess;
  let fleet: LiveFleet;
  const stop: (() => Promise<void>)[] = [];

  before(function () {
    if (!PROGRAM && !IS_LONG) this.skip();
  });
  beforeEach(() => {
    fleet = new LiveFleet();
    stop.push(() => fleet.close());
  });
  afterEach(async () => {
    for (const end of stop.splice(0)) await end();
  });

  const agent = async (options: Parameters<typeof ConsulProcess.start>[1] = {}): Promise<void> => {
    consul = await ConsulProcess.start(PROGRAM ?? assert.fail("no Consul in the cache"), options);
    stop.push(() => consul.remove());
  };
  const announce = (secrets: object = {}): void => fleet.announce({ address: consul.address, prefix: "mcp" }, secrets);
  const isRight = (others: Record<string, string> = {}): Promise<void> =>
    eventually(async () => assert.deepEqual(await consul.catalog(), { ...others, ...fleet.wanted() }), 30_000);
  const fails = (reason: RegExp): Promise<void> =>
    eventually(async () => {
      assert.equal(fleet.state()?.state, "failing");
      assert.match(fleet.state()?.reason ?? "", reason);
    }, 30_000);

  it("has the fleet with health and meta, follows servers that go down, and is left clean", async () => {
    await agent();
    await consul.call("PUT", "/v1/agent/service/register", JSON.stringify({ ID: "web", Name: "web", Port: 80 }));
    fleet.set("files");
    fleet.set("http", ServerStatus.Starting);
    announce();
    await isRight({ web: "passing" });
    const [entry] = (await consul.call("GET", "/v1/catalog/service/mcp-files")) as Record<string, unknown>[];
    assert.deepEqual(
      [entry?.ServiceAddress, entry?.ServicePort, entry?.ServiceTags],
      ["127.0.0.1", 18080, ["mcp", "server"]],
    );
    const { url, "protocol-versions": versions } = (entry?.ServiceMeta ?? {}) as Record<string, string>;
    assert.deepEqual([url, versions], ["http://127.0.0.1:18080/servers/files/mcp", "2026-07-28"]);
    fleet.set("http");
    fleet.set("files", ServerStatus.Unhealthy);
    await isRight({ web: "passing" });
    fleet.set("files", ServerStatus.Stopped);
    fleet.gone("http");
    await isRight({ web: "passing" });
    await fleet.close();
    await eventually(async () => assert.deepEqual(await consul.catalog(), { web: "passing" }));
  });

  it("is right again after it was away, with what it had and without", async () => {
    await agent();
    fleet.set("files");
    announce();
    await isRight();
    for (const forget of [false, true]) {
      await consul.down({ forget });
      await fails(/no answer: .*ECONNREFUSED/);
      fleet.set(`new-${forget}`);
      fleet.gone("files");
      await consul.up();
      await isRight();
      assert.equal(fleet.state()?.state, "registered");
    }
  });

  it("with a wrong token is told so, and right as soon as the token is; one with few rights registers what it may", async () => {
    await agent({ acl: true });
    fleet.set("files");
    announce({ token: "99999999-0000-0000-0000-000000000000" });
    await fails(/got 403, .*ACL not found/);
    fleet.keep({ token: await consul.token('service "mcp-orchestrator" { policy = "write" }') });
    await fails(/got 403, Permission denied: .*'service:write' on \\?"mcp-files\\?"/);
    await eventually(async () => assert.deepEqual(await consul.catalog(), { "mcp-orchestrator": "passing" }), 30_000);
    fleet.keep({ token: await consul.token('service_prefix "mcp-" { policy = "write" }') });
    await isRight();
    assert.equal(fleet.state()?.state, "registered");
    assert.equal(fleet.state()?.reason, undefined);
  });

  it("is reached by TLS with a client certificate, and not trusted without its authority", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-test-consul-tls-"));
    stop.push(async () => rmSync(folder, { recursive: true }));
    await makeCertificates(folder);
    const file = (name: string): string => join(folder, name);
    const tls: AgentTls = {
      ...{ ca: file("ca.pem"), cert: file("server/server-cert.pem"), key: file("server/server-key.pem") },
      ...{ clientCert: file("client/cert.pem"), clientKey: file("client/key.pem") },
    };
    await agent({ tls });
    const read = (name: string): string => readFileSync(name, "utf8");
    const client = { certificate: read(tls.clientCert), key: read(tls.clientKey) };
    fleet.set("files");
    announce({ tls: client });
    await fails(/no answer: .*(self.signed|unable to verify|certificate)/i);
    fleet.keep({ tls: { ca: read(tls.ca) } });
    await fails(/no answer: /);
    fleet.keep({ tls: { ca: read(tls.ca), ...client, serverName: "elsewhere" } });
    await fails(/no answer: .*(altnames|elsewhere)/i);
    fleet.keep({ tls: { ca: read(tls.ca), ...client, serverName: "localhost" } });
    await isRight();
  });

  it(`equals the fleet after ${CHURN_MS / 1_000} s in which ${SERVERS} servers come, go and fail, and it came back empty once`, async () => {
    await agent();
    announce();
    const end = Date.now() + CHURN_MS;
    let restart: Promise<void> | undefined;
    for (let step = 0; Date.now() < end; step++) {
      const name = `s${(step * 7) % SERVERS}`;
      const what = (step * 13 + Math.floor(step / SERVERS)) % 5;
      if (what === 0) fleet.gone(name);
      else
        fleet.set(
          name,
          [ServerStatus.Running, ServerStatus.Unhealthy, ServerStatus.Stopped, ServerStatus.Running][what - 1],
        );
      if (end - Date.now() < CHURN_MS / 2) restart ??= consul.down({ forget: true }).then(() => consul.up());
      await wait(20);
    }
    for (let at = 0; at < SERVERS; at += 3) fleet.set(`s${at}`);
    await restart;
    await isRight();
    const counts = fleet.state()?.counts;
    assert.ok(counts && counts.registered > SERVERS && counts.deregistered > 0, JSON.stringify(counts));
  });

  it("removes by itself what nobody speaks for any more", async function () {
    if (!IS_LONG) this.skip();
    await agent();
    const client = new ConsulAgent({ address: consul.address });
    stop.push(async () => client.close());
    await client.register(serviceOf(member("files"), REGISTRANT));
    await eventually(async () => assert.deepEqual(await consul.catalog(), { "mcp-files": "passing" }));
    await eventually(async () => assert.deepEqual(await consul.catalog(), { "mcp-files": "critical" }), 45_000);
    await eventually(async () => assert.deepEqual(await consul.catalog(), {}), 120_000);
  });
});
