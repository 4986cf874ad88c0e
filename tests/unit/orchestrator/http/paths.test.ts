import assert from "node:assert/strict";
import { prefixOf } from "../../../../api/paths";
import { routeOf, withoutPrefix } from "../../../../orchestrator/http/paths";
import { Api } from "../../../support/orchestrator/rest/api";

describe("orchestrator: the gateway's paths", () => {
  it("are known from all others", () => {
    assert.deepEqual(routeOf("/mcp"), { server: undefined, endpoint: "mcp" });
    assert.deepEqual(routeOf("/sse?x=/mcp"), { server: undefined, endpoint: "sse" });
    assert.deepEqual(routeOf("/servers/a/mcp"), { server: "a", endpoint: "mcp" });
    assert.deepEqual(routeOf("/servers/a/messages?x"), { server: "a", endpoint: "messages" });
    for (const path of ["/", "", "/v1/servers", "/servers//mcp", "/servers/a", "/servers/a/b/mcp", "/mcps", "mcp"])
      assert.equal(routeOf(path), undefined, path);
  });

  it("want the scope mcp, all of them, and say so; everything else wants its own", async () => {
    const api = await Api.start();
    try {
      const wanted = async (method: string, path: string): Promise<string | undefined> => {
        const { status, headers } = await api.call(method, path);
        assert.equal(status, 401, path);
        return /scope="([^"]*)"/.exec(headers.get("www-authenticate") ?? "")?.[1];
      };
      for (const endpoint of ["mcp", "sse", "messages"])
        for (const path of [`/${endpoint}`, `/servers/files/${endpoint}`, `/${endpoint}?sessionId=x`])
          assert.equal(await wanted("POST", path), "mcp", path);
      assert.equal(await wanted("GET", "/v1/servers"), "read");
      assert.equal(await wanted("DELETE", "/v1/servers/files"), "admin");
      assert.equal(await wanted("GET", "/no/such/path"), "read");
    } finally {
      await api.stop();
    }
  });
});

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
