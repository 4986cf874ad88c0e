import assert from "node:assert/strict";
import { parse } from "yaml";
import { PROXIES } from "../../../../cli/proxy/files";
import { siteOf } from "../../../../cli/proxy/site";
import { parseSettings } from "../../../../config/parse-settings";

describe("bin/dind-mcp proxy", () => {
  const settings = (config: Record<string, string> = {}) => parseSettings(config, [], "test");

  it("takes what the stack says: its public URL, and where it publishes the API", () => {
    assert.deepEqual(siteOf(settings({ publicUrl: "https://mcp.example.com", apiPort: "18090" }), {}), {
      ...{ url: "https://mcp.example.com", host: "mcp.example.com", port: 443, paths: ["/"] },
      ...{ upstream: "127.0.0.1:18090", tls: { certificate: undefined, key: undefined } },
    });
  });

  it("hands on only the path of the public URL, and its metadata", () => {
    const { paths, port } = siteOf(settings(), { url: "https://example.com:8443/mcp/fleet" });
    assert.deepEqual(paths, ["/mcp/fleet", "/.well-known/oauth-protected-resource/mcp/fleet"]);
    assert.equal(port, 8443);
  });

  it("refuses what it cannot make a file of, with what to do", () => {
    assert.throws(() => siteOf(settings(), {}), /publicUrl: got nothing/);
    assert.throws(() => siteOf(settings(), { url: "mcp.example.com" }), /--url: got mcp\.example\.com, expected a URL/);
    assert.throws(() => siteOf(settings(), { url: "https://a.example/\nroot /;" }), /--url: got/);
    const upstream = "10.0.0.7";
    assert.throws(() => siteOf(settings(), { url: "https://a.example", upstream }), /--upstream: got 10\.0\.0\.7/);
  });

  for (const [name, { file }] of Object.entries(PROXIES)) {
    it(`makes a file for ${name} that names the host, the way to the fleet, and the certificate's files`, () => {
      const wishes = {
        url: "https://a.example/fleet",
        certificate: "/c.pem",
        key: "/k.pem",
        upstream: "10.0.0.7:18080",
      };
      const text = file(siteOf(settings(), wishes));
      for (const part of ["a.example", "/fleet", "10.0.0.7", "18080", "/c.pem"]) assert.ok(text.includes(part), part);
      if (name === "envoy" || name === "traefik") assert.ok(parse(text));
      const plain = file(siteOf(settings(), { url: "http://a.example" }));
      assert.doesNotMatch(plain, /letsencrypt|ssl_certificate|certResolver|DownstreamTls/);
    });
  }
});
