import assert from "node:assert/strict";
import { secretsHeld } from "../../../../orchestrator/rest/server-views";
import { server } from "../../../support/orchestrator/rest/fleet";

describe("orchestrator: REST, a server's secrets", () => {
  const inject = { host: "api.example.com:443", header: "X-Key", value: "{}" };

  it("are in the server, but for those that the egress proxy keeps", () => {
    const secrets = [
      { name: "key", required: true, inject },
      { name: "own", required: true },
    ];
    assert.deepEqual(secretsHeld(server("a", {}, { egress: [inject.host], secrets })), [
      { name: "key", held: "proxy", host: "api.example.com:443" },
      { name: "own", held: "server" },
    ]);
  });

  it("of one that runs elsewhere are at the gateway, which sends them", () => {
    const transport = { type: "remote", url: "https://api.example.com/mcp" };
    const written = { transport, image: undefined, secrets: [{ name: "key", required: true }] };
    assert.deepEqual(secretsHeld(server("b", {}, written)), [{ name: "key", held: "gateway" }]);
  });
});
