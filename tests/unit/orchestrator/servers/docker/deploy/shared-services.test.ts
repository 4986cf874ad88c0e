import assert from "node:assert/strict";
import { type EngineClient, engineClient } from "../../../../../../lib/docker-client";
import { Label, Role } from "../../../../../../manifest/container/labels";
import { sharedServices } from "../../../../../../orchestrator/servers/docker/deploy/shared-services";
import { FakeEngine } from "../../../../../support/orchestrator/servers/docker/fake-engine";
import { inspected, STACK } from "../../../../../support/orchestrator/servers/docker/inspect";

describe("shared services, for what the API deploys", () => {
  let engine: FakeEngine;
  let client: EngineClient;
  beforeEach(async () => {
    engine = new FakeEngine();
    await engine.start();
    client = engineClient({ socketPath: engine.socketPath });
  });
  afterEach(async () => {
    client.close();
    await engine.remove();
  });

  it("have their containers' users; servers are none", async () => {
    const redis = inspected("r1");
    const Labels = { [Label.Role]: Role.SharedService };
    const Config = { ...redis.Config, Labels, User: "11900:11900" };
    engine.containers.set("r1", { ...redis, Name: "/mcp-shared.redis", Config });
    engine.containers.set("c1", inspected("c1"));
    assert.deepEqual(await sharedServices(client, STACK), [
      { name: "mcp-shared.redis", managedBy: "pulumi", manifest: { user: 11_900 } },
    ]);
  });
});
