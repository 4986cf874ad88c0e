import assert from "node:assert/strict";
import { waysOut } from "../../../../components/inner/ways-out";

const closed = {
  ...{ databaseDsn: "", oauth: undefined, tracingEndpoint: "", privateHosts: {} },
  ...{ registrySearch: false, serverRegistry: "https://registry.example.com", consul: undefined, kong: undefined },
  ...{ npmRegistry: "", pypiIndex: "" },
};
const none = { egressTo: [], publishedFor: [] };
const GATEWAY = "10.214.0.16/28";
const OUTBOUND = "10.214.0.32/28";

describe("the ways out of the engine", () => {
  it("are none for the orchestrator, not even by DNS, and none to private addresses", () => {
    assert.deepEqual(waysOut(closed), {
      dnsFor: [OUTBOUND],
      inboundOnly: [GATEWAY],
      privateEgressFrom: [],
      egressTo: [],
      publishedFor: [],
    });
  });

  it("lead the orchestrator to the embedded Consul, which itself leads nowhere", () => {
    const consul = { address: "http://10.214.0.19:8500", prefix: "mcp" };
    const publishedFor = ["10.214.0.18=10.214.0.19:8500"];
    assert.deepEqual(waysOut({ ...closed, consul }), { ...waysOut(closed), publishedFor });
    const asking = { ...closed, tracingEndpoint: "http://collector:4318" };
    assert.deepEqual(waysOut({ ...asking, consul }), {
      ...waysOut(asking),
      ...{ inboundOnly: ["10.214.0.19/32"], publishedFor },
    });
  });

  it("lead the embedded Kong to the orchestrator's API, and nowhere else", () => {
    const kong = { embedded: true as const };
    const publishedFor = ["10.214.0.20=10.214.0.18:18080"];
    assert.deepEqual(waysOut({ ...closed, kong }), { ...waysOut(closed), publishedFor });
    const ways = waysOut({ ...closed, kong, tracingEndpoint: "http://collector:4318" });
    assert.deepEqual(ways.inboundOnly, ["10.214.0.20/32"]);
  });

  it("lead to private addresses from the relay of an external database", () => {
    const ways = waysOut({ ...closed, databaseDsn: "postgres://db/d" });
    assert.deepEqual(ways, { ...waysOut(closed), privateEgressFrom: ["10.214.0.35/32"] });
  });

  it("lead to private addresses from the egress proxy, at the ports of the hosts that the config opens", () => {
    const privateHosts = { a: ["db.lan:5432", "192.168.1.5:6443"], b: ["db.lan:5432"] };
    assert.deepEqual(waysOut({ ...closed, privateHosts }).privateEgressFrom, [
      "10.214.0.34/32:5432",
      "10.214.0.34/32:6443",
    ]);
  });

  it("open for the orchestrator where it asks an issuer of tokens, or sends traces", () => {
    const open = { dnsFor: [OUTBOUND, GATEWAY], inboundOnly: [], privateEgressFrom: ["10.214.0.18/32"], ...none };
    assert.deepEqual(waysOut({ ...closed, oauth: { issuer: "https://id.example" } }), open);
    assert.deepEqual(waysOut({ ...closed, tracingEndpoint: "http://collector:4318" }), open);
  });

  it("lead the orchestrator to Consul's agent, at its address and port alone, and nowhere else", () => {
    const ways = waysOut({ ...closed, consul: { address: "http://192.168.1.5:8500", prefix: "mcp" } });
    assert.deepEqual(ways, { ...waysOut(closed), egressTo: ["10.214.0.18/32=192.168.1.5/32:8500"] });
    const named = waysOut({ ...closed, consul: { address: "https://consul.lan", prefix: "mcp" } });
    assert.deepEqual(named, {
      ...waysOut(closed),
      dnsFor: [OUTBOUND, GATEWAY],
      egressTo: ["10.214.0.18/32=0.0.0.0/0:443"], // the firewall knows no names
    });
  });

  it("open for the orchestrator where it may ask a registry, to private addresses at the registry's port alone", () => {
    const ways = waysOut({ ...closed, registrySearch: true });
    const open = { dnsFor: [OUTBOUND, GATEWAY], inboundOnly: [], ...none };
    assert.deepEqual(ways, { ...open, privateEgressFrom: ["10.214.0.18/32:443"] });
    const own = waysOut({ ...closed, registrySearch: true, serverRegistry: "https://registry.lan:8443/mcp" });
    assert.deepEqual(own.privateEgressFrom, ["10.214.0.18/32:8443"]);
  });

  it("open for the orchestrator where it may ask registries of packages, at each one's port", () => {
    const npmRegistry = "https://npm.lan:4873";
    const ways = waysOut({ ...closed, npmRegistry });
    assert.deepEqual(ways, {
      dnsFor: [OUTBOUND, GATEWAY],
      inboundOnly: [],
      ...none,
      privateEgressFrom: ["10.214.0.18/32:4873"],
    });
    const all = waysOut({ ...closed, npmRegistry, pypiIndex: "https://pypi.example.com", registrySearch: true });
    assert.deepEqual(all.privateEgressFrom, ["10.214.0.18/32:443", "10.214.0.18/32:4873"]);
  });
});
