import assert from "node:assert/strict";
import { parse } from "yaml";
import { PROXIES } from "../../../../cli/proxy/files";
import { listenersOf } from "../../../../cli/proxy/listeners";
import { siteOf } from "../../../../cli/proxy/site";
import { parseSettings } from "../../../../config/parse-settings";

describe("bin/dind-mcp proxy", () => {
  const settings = (config: Record<string, string> = {}) => parseSettings(config, [], "test");

  it("takes what the stack says: its public URL, and where it publishes the API", () => {
    const [url, upstream] = ["https://mcp.example.com", "127.0.0.1:18090"];
    assert.deepEqual(siteOf(settings({ publicUrl: url, apiPort: "18090" }), {}), {
      url,
      hosts: [
        {
          ...{ origin: url, name: "mcp.example.com", port: 443, tls: { certificate: undefined, key: undefined } },
          routes: [{ paths: ["/"], backend: "dind-mcp" }],
        },
      ],
      backends: [{ name: "dind-mcp", upstream, health: "/healthz", host: "mcp.example.com" }],
    });
  });

  it("hands on only the path of the public URL, and its metadata", () => {
    const { hosts } = siteOf(settings(), { url: "https://example.com:8443/mcp/fleet" });
    assert.deepEqual(hosts[0]?.routes[0]?.paths, ["/mcp/fleet", "/.well-known/oauth-protected-resource/mcp/fleet"]);
    assert.equal(hosts[0]?.port, 8443);
  });

  it("serves the page where the stack says that it has a host name", () => {
    const pageUrl = "https://page.example.com";
    const config = { publicUrl: "https://mcp.example.com", pageUrl, pagePort: "18091" };
    const { hosts, backends } = siteOf(settings(config), {});
    assert.deepEqual(
      hosts.map(({ name, routes }) => [name, routes]),
      [
        ["mcp.example.com", [{ paths: ["/"], backend: "dind-mcp" }]],
        ["page.example.com", [{ paths: ["/"], backend: "dind-mcp-page" }]],
      ],
    );
    const page = { name: "dind-mcp-page", upstream: "127.0.0.1:18091", health: "/", host: "page.example.com" };
    assert.deepEqual(backends[1], page);
    const elsewhere = siteOf(settings(config), { upstream: "10.0.0.7:8080" });
    assert.equal(elsewhere.backends[1]?.upstream, "10.0.0.7:18091", "beside the API, at the page's own port");
    assert.equal(siteOf(settings({ ...config, pagePort: "off" }), {}).hosts.length, 1);
  });

  it("puts the page at the root of the API's host where the API has a path, and nowhere else", () => {
    const both = { url: "https://example.com/fleet", pageUrl: "https://example.com" };
    const { hosts } = siteOf(settings(), both);
    assert.deepEqual(
      hosts.map(({ routes }) => routes.map(({ backend }) => backend)),
      [["dind-mcp", "dind-mcp-page"]],
    );
    const same = { url: "https://example.com", pageUrl: "https://example.com" };
    assert.throws(() => siteOf(settings(), same), /--page-url: got .*, expected another than the API's own host/);
    const deep = { url: "https://example.com", pageUrl: "https://page.example.com/deep" };
    assert.throws(() => siteOf(settings(), deep), /expected a URL without a path/);
  });

  it("has a listener for each port, with each certificate once", () => {
    const wishes = { url: "https://a.example", pageUrl: "https://b.example" };
    const [listener] = listenersOf(siteOf(settings(), wishes));
    const paths = listener?.certificates.map(({ certificate }) => certificate);
    assert.deepEqual(paths, [
      "/etc/letsencrypt/live/a.example/fullchain.pem",
      "/etc/letsencrypt/live/b.example/fullchain.pem",
    ]);
    const one = listenersOf(siteOf(settings(), { ...wishes, certificate: "/c.pem", key: "/k.pem" }));
    assert.deepEqual(one[0]?.certificates, [{ certificate: "/c.pem", key: "/k.pem" }]);
    const two = listenersOf(siteOf(settings(), { ...wishes, pageUrl: "http://b.example:8080" }));
    assert.deepEqual(
      two.map(({ port, isTls, hosts }) => [port, isTls, hosts.length]),
      [
        [443, true, 1],
        [8080, false, 1],
      ],
    );
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
        pageUrl: "https://page.example",
      };
      const text = file(siteOf(settings(), wishes));
      for (const part of ["a.example", "/fleet", "10.0.0.7", "18080", "18081", "/c.pem", "page.example"])
        assert.ok(text.includes(part), part);
      if (name === "envoy" || name === "traefik") assert.ok(parse(text));
      const plain = file(siteOf(settings(), { url: "http://a.example" }));
      assert.doesNotMatch(plain, /letsencrypt|ssl_certificate|certResolver|DownstreamTls/);
    });
  }
});
