import assert from "node:assert/strict";
import { Registry } from "prom-client";
import { serviceOf } from "../../../../orchestrator/discovery/consul/service";
import { discoveryMetrics } from "../../../../orchestrator/metrics/discovery-metrics";
import { member, REGISTRANT } from "../../../support/orchestrator/discovery/members";
import { sources } from "../../../support/orchestrator/metrics/sources";

const series = async (consul: ReturnType<ReturnType<typeof sources>["discovery"]["consul"]>): Promise<string[]> => {
  const registry = new Registry();
  discoveryMetrics(registry, sources({ discovery: { consul: () => consul } }))();
  return (await registry.metrics()).split("\n").filter((line) => line.startsWith("dind_mcp"));
};

describe("metrics of Consul", () => {
  it("have no series without one", async () => {
    assert.deepEqual(await series(undefined), []);
  });

  it("say whether it has the fleet, with how many services, changes and failures", async () => {
    const services = [serviceOf(member("files"), REGISTRANT)];
    const counts = { registered: 5, deregistered: 4, failures: 3 };
    assert.deepEqual(await series({ address: "http://a:8500", state: "registered", since: 0, services, counts }), [
      'dind_mcp_consul_up{agent="http://a:8500"} 1',
      'dind_mcp_consul_services{agent="http://a:8500"} 1',
      'dind_mcp_consul_changes_total{agent="http://a:8500",change="registered"} 5',
      'dind_mcp_consul_changes_total{agent="http://a:8500",change="deregistered"} 4',
      'dind_mcp_consul_failures_total{agent="http://a:8500"} 3',
    ]);
    const [up] = await series({ address: "http://a:8500", state: "failing", since: 0, services, counts });
    assert.equal(up, 'dind_mcp_consul_up{agent="http://a:8500"} 0');
  });
});
