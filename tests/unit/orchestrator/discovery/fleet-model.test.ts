import assert from "node:assert/strict";
import { ServerStatus } from "../../../../api/server-status";
import { type FleetFacts, fleetModel } from "../../../../orchestrator/discovery/fleet-model";
import { testConfig } from "../../../support/config/orchestrator-config";
import { server } from "../../../support/orchestrator/rest/fleet";

const facts = (more: Partial<FleetFacts> = {}): FleetFacts => ({
  config: testConfig({ publicUrl: "https://mcp.example.com/fleet", version: "9.9.9" }),
  protocols: ["2026-07-28", "2025-11-25"],
  servers: [],
  engineAnswers: true,
  toolsDigest: () => undefined,
  ...more,
});

describe("the model of the live fleet", () => {
  it("begins with the URL of all servers, also without any", () => {
    assert.deepEqual(fleetModel(facts()), [
      {
        version: "9.9.9",
        url: "https://mcp.example.com/fleet/mcp",
        transport: "streamable-http",
        protocols: ["2026-07-28", "2025-11-25"],
        authentication: { scheme: "bearer" },
        health: { state: "passing", reason: "the gateway serves" },
      },
    ]);
    const [all] = fleetModel(facts({ engineAnswers: false }));
    assert.equal(all?.health.state, "warning");
  });

  it("has every server with what it takes to use it", () => {
    const oauth = { issuer: "https://id.example" };
    const [, one] = fleetModel(
      facts({
        config: testConfig({ publicUrl: "https://mcp.example.com", oauth }),
        servers: [server("files", {}, { version: "2.0.0", timeouts: { call: "90s" } })],
        toolsDigest: ({ name }) => `digest of ${name}`,
      }),
    );
    assert.deepEqual(
      [one?.server, one?.version, one?.url, one?.callMs, one?.toolsDigest],
      ["files", "2.0.0", "https://mcp.example.com/servers/files/mcp", 90_000, "digest of files"],
    );
    assert.deepEqual(one?.authentication, { scheme: "bearer", issuer: "https://id.example" });
    assert.deepEqual(one?.health, { state: "passing", reason: "it runs, and its MCP health check passes" });
  });

  it("follows each server's health, and leaves out what is meant to be away", () => {
    const servers = Object.values(ServerStatus).map((status) => server(status, { status, reason: "because" }));
    const [, ...members] = fleetModel(facts({ servers }));
    assert.deepEqual(
      members.map((member) => [member.server, member.health.state]),
      [
        ["running", "passing"],
        ["starting", "critical"],
        ["unhealthy", "critical"],
        ["restarting", "critical"],
      ],
    );
    assert.equal(members[2]?.health.reason, "its MCP health check fails: because");
  });

  it("leaves out throwaway copies", () => {
    assert.equal(fleetModel(facts({ servers: [server("files-learn", { copyOf: "files" })] })).length, 1);
  });
});
