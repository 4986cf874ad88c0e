import assert from "node:assert/strict";
import { containerLabels, Label, Owner, ownLabels, Role } from "../../../../manifest/container/labels";

describe("labels", () => {
  it("are all stated on a container of ours, so that those of its image count for nothing", () => {
    const stated = containerLabels({ [Label.Server]: "x" });
    assert.deepEqual(Object.keys(stated).sort(), Object.values(Label).sort());
    assert.deepEqual(ownLabels(stated, {}), { [Label.Server]: "x" });
  });

  it("of another container are its own only where its image does not say the same", () => {
    const image = { [Label.Stack]: "p/s", [Label.Role]: "engine" };
    assert.deepEqual(ownLabels({ ...image, [Label.Role]: "egress", more: "1" }, image), {
      [Label.Role]: "egress",
      more: "1",
    });
    assert.deepEqual(ownLabels(null, null), {});
  });

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
      "consul",
      "database",
      "database-relay",
      "egress",
      "engine",
      "kong",
      "learning-egress",
      "orchestrator",
      "shared-service",
      "storage-folders",
      "volume-files",
    ]);
  });
});
