import assert from "node:assert/strict";
import { ServerStatus } from "../../../../api/server-status";
import { placed } from "../../../../orchestrator/rest/placed-server";
import { Api } from "../../../support/orchestrator/rest/api";
import { server } from "../../../support/orchestrator/rest/fleet";

describe("orchestrator: REST, topology", () => {
  it("has of a server what its container was made with", () => {
    const companions = [
      { name: "cache", container: "mcp-rich-cache", status: ServerStatus.Unhealthy, reason: "x" },
      { name: "redis", container: "mcp-shared.redis", status: ServerStatus.Running, shared: true },
    ];
    const written = {
      user: 11_500,
      egress: ["api.example.com:443"],
      storage: [{ name: "data", path: "/data", size: "1g" }],
      mounts: [
        { volume: "workspace", path: "/work", readOnly: true },
        { folder: "code", path: "/code", readOnly: false },
      ],
    };
    const { network, ...rest } = placed(server("rich", { companions }, written));
    assert.equal(network?.name, "mcp-rich");
    assert.match(network?.subnet ?? "", /^10\.214\.\d+\.\d+\/28$/);
    assert.deepEqual(rest, {
      ...{ name: "rich", status: "running", managedBy: "pulumi", database: false, egress: ["api.example.com:443"] },
      mounts: [
        { kind: "volume", name: "workspace", path: "/work", readOnly: true },
        { kind: "folder", name: "code", path: "/code", readOnly: false },
        { kind: "storage", name: "data", path: "/data", readOnly: false },
      ],
      companions: [
        { name: "cache", status: "unhealthy" },
        { name: "redis", status: "running", shared: true },
      ],
    });
    assert.equal(placed(server("plain")).network, undefined);
  });

  it("has the servers that the token sees", async () => {
    const api = await Api.start();
    try {
      const of = async (as: "read" | "files") =>
        (await api.call<{ engine?: object; servers: { name: string }[] }>("GET", "/v1/topology", { as })).body;
      assert.deepEqual((await of("read")).engine, { version: "27.0", kernel: "6.1" });
      assert.deepEqual(
        (await of("read")).servers.map(({ name }) => name),
        ["echo", "extra", "files"],
      );
      assert.deepEqual(
        (await of("files")).servers.map(({ name }) => name),
        ["files"],
      );
    } finally {
      await api.stop();
    }
  });
});
