import assert from "node:assert/strict";
import { goneServers } from "../../../../cli/stack/gone";

const FLEET = "urn:pulumi:dev::dind-mcp::dind-mcp:index:Fleet::fleet";
const server = (name: string) => `urn:pulumi:dev::dind-mcp::dind-mcp:index:Fleet$dind-mcp:index:McpServer::${name}`;
const files = (name: string) =>
  `urn:pulumi:dev::dind-mcp::dind-mcp:index:McpServer$dind-mcp:index:VolumeFiles::${name}`;
const resource = (type: string, urn: string, parent: string) => ({ type, urn, parent });

describe("servers that go", () => {
  it("are those that nobody names any more, with all that belongs to them", () => {
    const resources = [
      resource("dind-mcp:index:Fleet", FLEET, ""),
      resource("dind-mcp:index:McpServer", server("git"), FLEET),
      resource("docker:index/container:Container", "git's container", server("git")),
      resource("dind-mcp:index:McpServer", server("old"), FLEET),
      resource("dind-mcp:index:VolumeFiles", files("old"), server("old")),
      resource("docker:index/container:Container", "old's carrier", files("old")),
      resource("docker:index/container:Container", "orchestrator", FLEET),
    ];
    assert.deepEqual(goneServers({ resources }, ["git", "new"]), [server("old"), files("old"), "old's carrier"]);
    assert.deepEqual(goneServers({}, []), []);
  });
});
