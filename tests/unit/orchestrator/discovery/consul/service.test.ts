import assert from "node:assert/strict";
import { checksOf, registration, serviceOf } from "../../../../../orchestrator/discovery/consul/service";
import { member, REGISTRANT } from "../../../../support/orchestrator/discovery/members";

describe("a member of the fleet as a Consul service", () => {
  it("has a name of its own, the address that clients use, and meta that says how", () => {
    const service = serviceOf(member("files", { toolsDigest: "abc" }), REGISTRANT);
    assert.deepEqual(service, {
      id: "dind-mcp-0123456789abcdef-files",
      name: "mcp-files",
      address: "mcp.example.com",
      port: 443,
      tags: ["mcp", "server"],
      meta: {
        "dind-mcp-fleet": "0123456789abcdef",
        "dind-mcp-stack": "dind-mcp/test",
        server: "files",
        version: "1.0.0",
        url: "https://mcp.example.com/fleet/servers/files/mcp",
        scheme: "https",
        path: "/fleet/servers/files/mcp",
        transport: "streamable-http",
        "protocol-versions": "2026-07-28,2025-11-25",
        "tools-digest": "abc",
        "call-timeout-ms": "60000",
        authentication: "bearer",
      },
      server: "files",
      health: { status: "passing", output: "it runs" },
    });
  });

  it("is called orchestrator for all servers together", () => {
    const { id, name, tags, meta } = serviceOf(member(undefined), { ...REGISTRANT, prefix: "tools" });
    assert.deepEqual(
      [id, name, tags],
      ["dind-mcp-0123456789abcdef-orchestrator", "tools-orchestrator", ["mcp", "all-servers"]],
    );
    assert.equal(meta.server, undefined);
  });

  it("keeps to what Consul takes: short values, one line", () => {
    const health = { state: "critical" as const, reason: `a\nb\u001b[1m${"c".repeat(1_000)}` };
    const service = serviceOf(member("files", { version: "9".repeat(600), health }), REGISTRANT);
    assert.equal(service.meta.version?.length, 512);
    assert.match(service.health.output, /^a b \[1mc{1,500}$/);
    assert.ok(service.health.output.length <= 500);
  });

  it("has a lease that Consul ends it by, and a health check that it never ends it by", () => {
    const health = { state: "critical" as const, reason: "it fails" };
    const service = serviceOf(member("files", { health }), REGISTRANT);
    assert.deepEqual(registration(service).Checks, [
      {
        ...{ CheckID: `${service.id}-lease`, Name: "Fleet is there", TTL: "30s", Status: "passing" },
        DeregisterCriticalServiceAfter: "1m",
      },
      { CheckID: `${service.id}-health`, Name: "MCP health", TTL: "30s", Status: "critical" },
    ]);
    assert.equal(checksOf(service)[`${service.id}-health`]?.output, "it fails");
  });
});
