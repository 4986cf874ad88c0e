import assert from "node:assert/strict";
import type { LiveMember } from "../../../../../config/fleet/member";
import { Registrar } from "../../../../../orchestrator/discovery/consul/registrar";
import { eventually } from "../../../../support/eventually";
import { member, REGISTRANT } from "../../../../support/orchestrator/discovery/members";
import { MemoryAgent } from "../../../../support/orchestrator/discovery/memory-agent";

const idOf = (server: string): string => `dind-mcp-${REGISTRANT.fleet}-${server}`;

describe("registering with Consul", () => {
  let agent: MemoryAgent;
  let members: LiveMember[] | undefined;
  let turns: (string | undefined)[];
  let registrar: Registrar;

  const made = (datacenter?: string, everyMs = 20): Registrar =>
    new Registrar({
      ...{ registrant: REGISTRANT, datacenter, agent: async () => agent, members: () => members },
      onTurn: (reason) => turns.push(reason),
      everyMs,
    });
  beforeEach(() => {
    agent = new MemoryAgent();
    members = [member(undefined), member("one"), member("two")];
    turns = [];
    registrar = made();
  });
  afterEach(() => registrar.close());

  const has = async (...servers: string[]): Promise<void> =>
    eventually(async () => assert.deepEqual([...agent.found.keys()].sort(), servers.map(idOf).sort()), 5_000);
  const state = async (wanted: string): Promise<void> =>
    eventually(async () => assert.equal(registrar.state().state, wanted), 5_000);
  const stateOf = (server: string) => agent.states.get(`${idOf(server)}-health`);

  it("registers the fleet with its health, and says so", async () => {
    members = [member(undefined), member("one", { health: { state: "critical", reason: "it fails" } })];
    assert.equal(registrar.state().state, "starting");
    registrar.start();
    await state("registered");
    await has("orchestrator", "one");
    assert.deepEqual([stateOf("one")?.Status, stateOf("one")?.output], ["critical", "it fails"]);
    assert.deepEqual(
      registrar.state().services.map(({ server }) => server),
      [undefined, "one"],
    );
    assert.deepEqual(turns, [undefined]);
    assert.deepEqual(registrar.state().counts, { registered: 2, deregistered: 0, failures: 0 });
  });

  it("follows the fleet: what comes, what goes, and how it is; nothing else is asked", async () => {
    registrar.start();
    await has("orchestrator", "one", "two");
    await state("registered");
    const before = agent.asked.length;
    members = [
      member(undefined),
      member("two", { health: { state: "critical", reason: "it starts" } }),
      member("three"),
    ];
    registrar.changed();
    await has("orchestrator", "two", "three");
    await eventually(async () => assert.equal(stateOf("two")?.output, "it starts"), 5_000);
    await eventually(async () => assert.equal(stateOf("three")?.output, "it runs"), 5_000);
    assert.deepEqual(agent.asked.slice(before).sort(), [
      `deregister ${idOf("one")}`,
      `register ${idOf("three")}`,
      `tell ${idOf("three")}-health passing`,
      `tell ${idOf("three")}-lease passing`,
      `tell ${idOf("two")}-health critical`,
    ]);
  });

  it("is right again after the agent was away, came back empty, or lost a check", async () => {
    registrar.start();
    await state("registered");
    agent.away = true;
    await state("failing");
    assert.match(registrar.state().reason ?? "", /ECONNREFUSED/);
    agent.restartEmpty();
    agent.away = false;
    await state("registered");
    await has("orchestrator", "one", "two");
    assert.deepEqual(turns, [undefined, "no answer: connect ECONNREFUSED", undefined], "told once each");
    agent.restartEmpty();
    await has("orchestrator", "one", "two");
    agent.states.delete(`${idOf("one")}-lease`);
    await eventually(async () => assert.ok(agent.states.has(`${idOf("one")}-lease`)), 5_000);
    assert.ok(registrar.state().counts.failures > 0);
  });

  it("registers what it may where the token lacks a right, and names what it may not", async () => {
    agent.forbidden.add(idOf("one"));
    registrar.start();
    await state("failing");
    await has("orchestrator", "two");
    assert.equal(registrar.state().reason, `Permission denied: ${idOf("one")}`);
    assert.deepEqual(
      registrar.state().services.map(({ server }) => server),
      [undefined, "two"],
    );
    agent.forbidden.clear();
    await state("registered");
    await has("orchestrator", "one", "two");
  });

  it("leaves somebody else's service of its own id alone, and says so", async () => {
    const theirs = { ID: idOf("one"), Service: "x", Address: "h", Port: 1, Tags: [], Meta: {} };
    agent.found.set(idOf("one"), theirs);
    registrar.start();
    await state("failing");
    assert.match(registrar.state().reason ?? "", /is somebody else's in Consul/);
    assert.equal(agent.found.get(idOf("one")), theirs);
    await has("orchestrator", "one", "two");
  });

  it("is not put off by a fleet that never stops changing", async () => {
    registrar = made(undefined, 60_000);
    const changes = setInterval(() => registrar.changed(), 10);
    try {
      registrar.start();
      await has("orchestrator", "one", "two");
      members = [member(undefined)];
      await has("orchestrator");
    } finally {
      clearInterval(changes);
    }
  });

  it("registers nothing in another datacenter than it should", async () => {
    registrar = made("dc2");
    registrar.start();
    await state("failing");
    assert.equal(registrar.state().reason, 'consul.datacenter: got an agent in "dc1", expected "dc2"');
    assert.equal(agent.found.size, 0);
    agent.inDatacenter = "dc2";
    await state("registered");
  });

  it("takes nothing back while it is not known which servers there are", async () => {
    registrar.start();
    await state("registered");
    members = undefined;
    registrar.changed();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await has("orchestrator", "one", "two");
  });

  it("takes all back when it ends, and nothing of others", async () => {
    agent.found.set("web", { ID: "web", Service: "web", Address: "", Port: 80, Tags: null, Meta: null });
    registrar.start();
    await state("registered");
    await registrar.close();
    assert.deepEqual([...agent.found.keys()], ["web"]);
    assert.equal(agent.asked.at(-1), "close");
  });

  it("ends in time where the agent is away", async () => {
    registrar.start();
    await state("registered");
    agent.away = true;
    await registrar.close();
    assert.equal(agent.found.size, 3, "their leases end them");
  });
});
