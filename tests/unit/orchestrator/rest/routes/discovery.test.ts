import assert from "node:assert/strict";
import { serviceOf } from "../../../../../orchestrator/discovery/consul/service";
import { member, REGISTRANT } from "../../../../support/orchestrator/discovery/members";
import { Api } from "../../../../support/orchestrator/rest/api";

describe("orchestrator: REST, discovery", () => {
  let api: Api;
  before(async () => {
    api = await Api.start();
  });
  after(() => api.stop());

  it("is empty where the config names no Consul", async () => {
    assert.deepEqual((await api.call("GET", "/v1/discovery", { as: "read" })).body, {});
  });

  it("tells how registering goes, and what Consul has", async () => {
    const health = { state: "critical" as const, reason: "it fails" };
    const members = [member(undefined), member("files", { health }), member("echo")];
    const services = members.map((one) => serviceOf(one, REGISTRANT));
    api.consul = {
      ...{ address: "http://10.0.0.1:8500", state: "failing", since: 0, reason: "ACL not found", services },
      counts: { registered: 2, deregistered: 0, failures: 1 },
    };
    const { body } = await api.call("GET", "/v1/discovery", { as: "files" }); // echo is not that token's
    const id = `dind-mcp-${REGISTRANT.fleet}`;
    assert.deepEqual(body, {
      consul: {
        ...{ address: "http://10.0.0.1:8500", state: "failing", since: "1970-01-01T00:00:00.000Z" },
        reason: "ACL not found",
        services: [
          { id: `${id}-orchestrator`, name: "mcp-orchestrator", health: "passing" },
          { id: `${id}-files`, name: "mcp-files", server: "files", health: "critical" },
        ],
      },
    });
  });
});
