import assert from "node:assert/strict";
import { type Found, plan } from "../../../../../orchestrator/discovery/consul/plan";
import { checksOf, type Service, serviceOf } from "../../../../../orchestrator/discovery/consul/service";
import { member, REGISTRANT } from "../../../../support/orchestrator/discovery/members";

const one = serviceOf(member("one"), REGISTRANT);
const two = serviceOf(member("two"), REGISTRANT);

/** An agent that has these services exactly so. */
const having = (...services: Service[]): Found => ({
  services: services.map(({ id: ID, name, address: Address, port: Port, tags: Tags, meta: Meta }) => {
    return { ID, Service: name, Address, Port, Tags, Meta };
  }),
  checks: services.flatMap((service) =>
    Object.keys(checksOf(service)).map((CheckID) => ({ CheckID, ServiceID: service.id, Status: "passing" })),
  ),
});
const nothing = { register: [], deregister: [], taken: [] };

describe("the plan for a Consul agent", () => {
  it("is nothing where all is as it should be", () => {
    assert.deepEqual(plan([one, two], having(one, two), REGISTRANT), nothing);
  });

  it("registers what is missing, and all at an agent that came back empty", () => {
    assert.deepEqual(plan([one, two], having(one), REGISTRANT), { ...nothing, register: [two] });
    assert.deepEqual(plan([one, two], having(), REGISTRANT), { ...nothing, register: [one, two] });
  });

  it("registers anew what differs in anything, or lost a check", () => {
    const others: Partial<Service>[] = [
      { name: "x" },
      { address: "x" },
      { port: 1 },
      { tags: ["mcp"] },
      { meta: { ...one.meta, version: "2" } },
      { meta: { ...one.meta, more: "x" } },
    ];
    for (const other of others)
      assert.deepEqual(plan([one], having({ ...one, ...other }), REGISTRANT).register, [one], JSON.stringify(other));
    for (const at of [0, 1]) {
      const { services, checks } = having(one);
      assert.deepEqual(plan([one], { services, checks: checks.toSpliced(at, 1) }, REGISTRANT).register, [one]);
    }
  });

  it("deregisters what is gone from the fleet", () => {
    assert.deepEqual(plan([one], having(one, two), REGISTRANT), { ...nothing, deregister: [two.id] });
    assert.deepEqual(plan([], having(one, two), REGISTRANT).deregister, [one.id, two.id]);
  });

  it("never touches what is not its own: other services, another fleet of the same stack, an id of ours with another's meta", () => {
    const web = { ...one, id: "web", meta: {} };
    const neighbour = serviceOf(member("one"), { ...REGISTRANT, fleet: "fedcba9876543210" });
    const stray = { ...one, meta: { ...one.meta, "dind-mcp-fleet": "somebody" } };
    const bare = { ...one, id: "theirs" }; // our meta, copied
    assert.deepEqual(plan([], having(web, neighbour, stray, bare), REGISTRANT), nothing);
    assert.deepEqual(plan([one], having(stray), REGISTRANT), { ...nothing, taken: [one.id] });
    const found = {
      services: [{ ID: one.id, Service: "x", Address: "", Port: 0, Tags: null, Meta: null }],
      checks: [],
    };
    assert.deepEqual(plan([], found, REGISTRANT), nothing);
  });
});
