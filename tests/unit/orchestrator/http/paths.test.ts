import assert from "node:assert/strict";
import { prefixOf } from "../../../../api/paths";
import { withoutPrefix } from "../../../../orchestrator/http/paths";
import { Api } from "../../../support/orchestrator/rest/api";

describe("orchestrator: a public URL with a path", () => {
  it("gives a prefix, which requests may have", () => {
    assert.equal(prefixOf("https://a.example.com"), "");
    assert.equal(prefixOf("https://a.example.com/fleet/one"), "/fleet/one");
    for (const [target, rest] of [
      ["/fleet", "/"],
      ["/fleet?x=1", "/?x=1"],
      ["/fleet/", "/"],
      ["/fleet/mcp?x=/fleet", "/mcp?x=/fleet"],
      ["/fleets/mcp", "/fleets/mcp"],
      ["/mcp", "/mcp"],
      ["http://fleet/mcp", "http://fleet/mcp"],
    ] as const)
      assert.equal(withoutPrefix(target, "/fleet"), rest, target);
    assert.equal(withoutPrefix("/mcp", ""), "/mcp");
  });

  it("is known at every endpoint, with the prefix and without", async () => {
    const api = await Api.start({
      publicUrl: "https://example.com/fleet",
      oauth: { issuer: "https://login.example.com" },
    });
    try {
      for (const prefix of ["", "/fleet"]) {
        const status = async (path: string, as?: "read") => (await api.call("GET", prefix + path, { as })).status;
        assert.equal(await status("/v1/servers", "read"), 200);
        assert.equal(await status("/healthz"), 200);
        assert.equal(await status("/openapi.json"), 200);
        assert.equal(await status("/v1/none", "read"), 404);
        for (const path of ["/mcp", "/servers/echo/mcp"]) {
          const answer = await api.call("POST", prefix + path, { as: "mcp" });
          assert.equal(answer.status, 200, prefix + path);
          assert.equal((await api.call("POST", prefix + path)).status, 401);
        }
        const { headers } = await api.call("POST", `${prefix}/mcp`);
        const { body } = await api.call("GET", `${prefix}/.well-known/oauth-protected-resource/mcp`);
        assert.match(
          headers.get("www-authenticate") ?? "",
          /resource_metadata="https:\/\/example\.com\/fleet\/\.well-known\/oauth-protected-resource\/mcp"/,
        );
        assert.equal(body.resource, "https://example.com/fleet/mcp");
      }
      const { body } = await api.call("GET", "/.well-known/oauth-protected-resource/fleet/mcp");
      assert.equal(body.resource, "https://example.com/fleet/mcp", "where RFC 9728 puts it");
      const page = await api.call("GET", "/docs");
      for (const [, path] of page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
        assert.match(path as string, /^\/fleet\/docs\//);
        assert.equal((await api.call("GET", path as string)).status, 200);
      }
    } finally {
      await api.stop();
    }
  });
});
