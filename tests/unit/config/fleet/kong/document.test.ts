import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { siteOf } from "../../../../../cli/proxy/site";
import { kongDocument } from "../../../../../config/fleet/kong/document";
import { type KongWishes, kongEntities } from "../../../../../config/fleet/kong/entities";
import { parseSettings } from "../../../../../config/parse-settings";
import { membersOf } from "../../../../support/kong/members";
import { wrongDocument } from "../../../../support/kong/schema";

const WISHES: KongWishes = { tag: "dind-mcp.test", keyAuth: false, requestsPerMinute: 0 };

interface Named {
  name: string;
  config: Record<string, unknown>;
  plugins: Named[];
  routes: { paths: string[]; hosts: string[]; protocols: string[] }[];
}

function made(wishes: Partial<KongWishes> = {}, config: Record<string, string> = {}, servers = ["files", "http"]) {
  const settings = parseSettings({ publicUrl: "https://mcp.example.com", ...config }, [], "test");
  const site = siteOf(settings, {});
  const entities = kongEntities(site, membersOf(site, servers), { ...WISHES, ...wishes });
  return parse(stringify(kongDocument(entities, WISHES.tag))) as { services: Named[]; upstreams: Named[] };
}

describe("bin/dind-mcp kong: the declarative configuration", () => {
  const service = (document: { services: Named[] }, part: string) =>
    document.services.find(({ name }) => name === `dind-mcp.test.${part}`);
  const plugins = (found: Named | undefined) =>
    Object.fromEntries(found?.plugins.map((one) => [one.name, one.config]) ?? []);

  for (const [what, wishes, config] of [
    ["the plain fleet", {}, {}],
    ["keys of Kong's and a limit", { keyAuth: true, requestsPerMinute: 600 }, {}],
    [
      "a path and a page",
      { requestsPerMinute: 5 },
      { publicUrl: "https://example.com/fleet", pageUrl: "https://example.com" },
    ],
    ["plain HTTP on a port", {}, { publicUrl: "http://10.0.0.7:8000" }],
  ] as const) {
    it(`is one that Kong's documentation allows: ${what}`, () => {
      assert.deepEqual(wrongDocument(made(wishes, config)), []);
    });
  }

  it("has a route for each server, and one for all else; what is read before signing in stands alone", () => {
    const document = made();
    assert.deepEqual(
      document.services.map(({ name, routes }) => [
        name.slice("dind-mcp.test.".length),
        routes.map(({ paths }) => paths),
      ]),
      [
        ["open", [["/.well-known/oauth-protected-resource", "/healthz"]]],
        ["api", [["/"]]],
        ["server.files", [["/servers/files"]]],
        ["server.http", [["/servers/http"]]],
      ],
    );
    assert.deepEqual(service(document, "api")?.routes[0]?.hosts, ["mcp.example.com"]);
    assert.deepEqual(service(document, "api")?.routes[0]?.protocols, ["https"]);
  });

  it("puts the public URL's path in front of every path", () => {
    const document = made({}, { publicUrl: "https://example.com/fleet" });
    assert.deepEqual(service(document, "open")?.routes[0]?.paths, [
      "/.well-known/oauth-protected-resource/fleet",
      "/fleet/healthz",
    ]);
    assert.deepEqual(service(document, "server.files")?.routes[0]?.paths, ["/fleet/servers/files"]);
  });

  it("streams, keeps Host and path, waits for five minutes, and sends nothing twice", () => {
    const part = (row: object | undefined, names: string[]) =>
      names.map((name) => Object.entries(row ?? {}).find(([key]) => key === name)?.[1]);
    const found = service(made(), "server.files");
    assert.deepEqual(part(found, ["read_timeout", "write_timeout", "retries"]), [300_000, 300_000, 0]);
    const flags = ["strip_path", "preserve_host", "request_buffering", "response_buffering"];
    assert.deepEqual(part(found?.routes[0], flags), [false, true, false, false]);
  });

  it("checks the fleet's health by a name that the fleet takes", () => {
    const upstream = made().upstreams[0] as unknown as Record<string, unknown>;
    assert.equal(upstream.host_header, "mcp.example.com");
    const { active } = upstream.healthchecks as { active: { http_path: string; healthy: { interval: number } } };
    assert.deepEqual([active.http_path, active.healthy.interval], ["/healthz", 10]);
    assert.deepEqual(
      (upstream.targets as { target: string }[]).map(({ target }) => target),
      ["127.0.0.1:18080"],
    );
  });

  it("asks for keys and limits where it is told, and for no key where a client has none yet", () => {
    const document = made({ keyAuth: true, requestsPerMinute: 600 });
    const api = plugins(service(document, "api"));
    assert.equal(api["key-auth"]?.hide_credentials, true);
    assert.deepEqual([api["rate-limiting"]?.minute, api["rate-limiting"]?.limit_by], [600, "consumer"]);
    const open = plugins(service(document, "open"));
    assert.deepEqual([open["key-auth"], open["rate-limiting"]?.limit_by], [undefined, "header"]);
    assert.deepEqual(Object.keys(plugins(service(made(), "api"))), ["correlation-id", "request-size-limiting"]);
  });

  it("is the same for the same fleet, with the tag on everything and no secret in it", () => {
    assert.deepEqual(made(), made());
    const text = JSON.stringify(made());
    assert.equal(text.match(/"id":/g)?.length, text.match(/"tags":\["dind-mcp.test"\]/g)?.length);
    const ids = text.match(/"id":"[^"]+"/g) ?? [];
    assert.equal(new Set(ids).size, ids.length);
  });

  it("is measured by a schema that refuses what Kong refuses", () => {
    const broken = (change: (document: ReturnType<typeof made>) => void) => {
      const document = made({ requestsPerMinute: 5 });
      change(document);
      return wrongDocument(document).length > 0;
    };
    assert.ok(broken(({ services }) => Object.assign(services[0] ?? {}, { read_timeout: 0 })));
    assert.ok(broken(({ services }) => Object.assign(services[0] ?? {}, { unknown: 1 })));
    assert.ok(broken(({ services }) => Object.assign(services[0]?.routes[0] ?? {}, { paths: ["relative"] })));
    assert.ok(broken(({ services }) => Object.assign(services[0]?.plugins.at(-1)?.config ?? {}, { minute: 0 })));
    assert.ok(broken(({ upstreams }) => Object.assign(upstreams[0] ?? {}, { name: "10.0.0.1:80" })));
  });
});
