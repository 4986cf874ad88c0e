import assert from "node:assert/strict";
import { parseManifest } from "../../../../manifest/manifest";
import { fromServerJson, serverJsonSchema } from "../../../../manifest/server-json";
import { registryServer, search } from "../../../../orchestrator/rest/registry";
import { server } from "../../../support/orchestrator/rest/fleet";

const URL = "https://mcp.example.com";
const BEGUN = "2026-01-01T00:00:00.000Z";
const OFFICIAL = "io.modelcontextprotocol.registry/official";

describe("orchestrator: registry entries", () => {
  it("are valid server.json with the gateway as the remote, and give the manifest back", () => {
    const echo = server("echo", {}, { title: "Echo", egress: ["api.example.com:443"] });
    const entry = registryServer(echo, URL, BEGUN);
    assert.ok(serverJsonSchema.safeParse(entry.server).success);
    const [remote] = entry.server.remotes ?? [];
    assert.equal(remote?.type, "streamable-http");
    assert.equal(remote?.url, "https://mcp.example.com/servers/echo/mcp");
    assert.deepEqual(
      remote?.headers?.map(({ name, isSecret, isRequired }) => [name, isSecret, isRequired]),
      [["Authorization", true, true]],
    );
    const imported = fromServerJson(entry.server, { user: echo.manifest.user });
    assert.deepEqual(parseManifest(imported.manifest, "f").manifest, echo.manifest);
    assert.deepEqual(entry._meta[OFFICIAL], {
      ...{ status: "active", isLatest: true },
      ...{ publishedAt: echo.startedAt, updatedAt: echo.startedAt },
    });
  });

  it("are there for a server that was never started, and for one whose own part is too large", () => {
    assert.equal(registryServer(server("a", { startedAt: undefined }), URL, BEGUN)._meta[OFFICIAL].updatedAt, BEGUN);
    const large = server(
      "b",
      {},
      { egress: Array.from({ length: 200 }, (_, n) => `host-number-${n}.example.com:443`) },
    );
    const { server: entry } = registryServer(large, URL, BEGUN);
    assert.equal(entry.name, "io.github.dind-mcp/b");
    assert.equal(entry._meta, undefined);
    assert.equal(entry.remotes?.length, 1);
    assert.ok(serverJsonSchema.safeParse(entry).success);
  });

  it("are found by part of the name in any case, by version, and by time", () => {
    const at = (name: string, startedAt: string, version: string) =>
      registryServer(server(name, { startedAt }, { version }), URL, BEGUN);
    const all = [at("echo", "2026-02-01T00:00:00Z", "1.0.0"), at("files", "2026-03-01T00:00:00Z", "2.0.0")];
    const names = (filter: Parameters<typeof search>[1]) => search(all, filter).map(({ server: { name } }) => name);
    assert.deepEqual(names({}), ["io.github.dind-mcp/echo", "io.github.dind-mcp/files"]);
    assert.deepEqual(names({ search: "FIL" }), ["io.github.dind-mcp/files"]);
    assert.deepEqual(names({ search: "nope" }), []);
    assert.deepEqual(names({ version: "latest" }).length, 2);
    assert.deepEqual(names({ version: "1.0.0" }), ["io.github.dind-mcp/echo"]);
    assert.deepEqual(names({ updatedSince: "2026-02-15T00:00:00Z" }), ["io.github.dind-mcp/files"]);
    assert.deepEqual(names({ updatedSince: "2026-03-01T01:00:00+01:00" }), ["io.github.dind-mcp/files"]);
  });
});
