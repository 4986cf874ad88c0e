import assert from "node:assert/strict";
import { Label, Owner, Role } from "../../../../manifest/container/labels";

describe("labels", () => {
  it("keep their names, by which users find containers and older stacks are recognised", () => {
    assert.deepEqual(Object.values(Label).sort(), [
      "dind-mcp.companion",
      "dind-mcp.copy-of",
      "dind-mcp.docker-api",
      "dind-mcp.learns-until",
      "dind-mcp.managed-by",
      "dind-mcp.manifest",
      "dind-mcp.role",
      "dind-mcp.secrets-revision",
      "dind-mcp.server",
      "dind-mcp.stack",
      "dind-mcp.transport",
    ]);
    assert.equal(Label.ManagedBy, "dind-mcp.managed-by");
    assert.equal(Label.Stack, "dind-mcp.stack");
    assert.deepEqual(Object.values(Owner), ["pulumi", "api"]);
    assert.deepEqual(Object.values(Role).sort(), [
      "companion",
      "database",
      "database-relay",
      "egress",
      "engine",
      "learning-egress",
      "orchestrator",
      "storage-folders",
      "volume-files",
    ]);
  });
});
