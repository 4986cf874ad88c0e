import assert from "node:assert/strict";
import fc from "fast-check";
import { hasAuthorities, keyFiles, keyHosts, proxyKeys } from "../../../../manifest/proxy/key-lines";
import { keysConf, squidConf } from "../../../../manifest/proxy/squid-conf";

const key = { secret: "k", host: "api.example.com:443", header: "X-Key", value: "{}" };
const rule = {
  server: "search",
  subnet: "10.214.6.96/28",
  egress: ["api.example.com:443", "other.example.com:443"],
  privateHosts: [],
  keys: [key, { ...key, secret: "id", header: "Authorization", value: "Bearer {}" }],
};
const lines = (...rules: Parameters<typeof squidConf>[0]): string[] => squidConf(rules).split("\n");

describe("keys at the egress proxy", () => {
  it("are put in by a squid of their own, into that server's requests to that host, in place of its own headers", () => {
    const conf = keysConf([rule]).split("\n");
    const from = conf.findIndex((line) => line.startsWith("http_port"));
    assert.match(
      conf[from] ?? "",
      /^http_port 127\.0\.0\.1:4001 name=search_keys ssl-bump .*tls-key=\/run\/egress-keys\/ca\.key /,
    );
    assert.deepEqual(conf.slice(from + 1), [
      "acl search_keys myportname search_keys",
      "note from 10.214.6.96 search_keys",
      "acl search_key_1_host dstdomain -n api.example.com",
      "acl search_key_1_port port 443",
      "acl search_key_1_server ssl::server_name --client-requested api.example.com",
      "acl search_key_1_place all-of search_keys search_key_1_host search_key_1_port",
      "ssl_bump bump search_key_1_place search_key_1_server",
      "sslproxy_cert_adapt setCommonName{api.example.com} search_key_1_place",
      "http_access allow search_key_1_place known !refused",
      "acl search_key_1 all-of search_key_1_place https_scheme",
      "note key k,id search_key_1",
      "request_header_access X-Key deny search_key_1",
      "request_header_access Authorization deny search_key_1",
      "ssl_bump splice all",
      "include /run/egress-keys/headers.conf",
      "http_access deny all",
      "",
    ]);
    assert.ok(conf.includes("http_access deny trace"));
  });

  it("are reached by what the first squid allows, over TLS, and by nothing else of it", () => {
    const conf = lines(rule);
    const from = conf.findIndex((line) => line.startsWith("cache_peer "));
    assert.deepEqual(conf.slice(from), [
      "cache_peer 127.0.0.1 parent 4001 0 name=search_keys no-query no-digest no-netdb-exchange",
      "acl search_key_1_host dstdomain -n api.example.com",
      "acl search_key_1_port port 443",
      "acl search_key_1 all-of from_search search_key_1_host search_key_1_port ends_in_tls",
      "never_direct allow search_key_1",
      "cache_peer_access search_keys allow search_key_1",
      "cache_peer_access search_keys deny all",
      "http_access deny all",
      "",
    ]);
    assert.ok(!conf.some((line) => /ssl_bump|egress-keys|request_header_add/.test(line)));
    const both = lines({ ...rule, server: "a" }, rule).filter((line) => line.startsWith("cache_peer "));
    assert.deepEqual(
      both.map((line) => line.split(" ")[3]),
      ["4001", "4002"],
    );
  });

  it("may lead to a private host where the config says so", () => {
    const own = { ...rule, privateHosts: ["api.example.com:443"] };
    assert.ok(keysConf([own]).includes("http_access allow search_key_1_place known !own\n"));
  });

  it("change nothing for a fleet that has none", () => {
    const { keys, ...plain } = rule;
    assert.deepEqual(lines(plain), lines({ ...plain, keys: [] }));
    assert.deepEqual([keysConf([plain]), keyFiles([plain], {})], ["", {}]);
    assert.ok(!lines(plain).some((line) => line.startsWith("cache_peer")));
    assert.equal(keys.length, 2);
  });

  it("are in a file that squid reads as it was meant, whatever the key", () => {
    const secrets = { search: { k: 'a"b\\c%d$&', id: "token\n" } };
    assert.deepEqual(keyFiles([rule], secrets), {
      "headers.conf":
        'request_header_add X-Key "a\\"b\\\\c%%d$&" search_key_1\nrequest_header_add Authorization "Bearer token" search_key_1\n',
    });
    const named = keyFiles([{ ...rule, keys: [key] }], { search: { k: "\x24{service_name}" } })["headers.conf"];
    assert.equal(named, 'request_header_add X-Key "$\\{service_name}" search_key_1\n'); // squid would say "squid" there
    assert.deepEqual(keyFiles([rule], {}), { "headers.conf": "\n" });
    // Nothing in a value ends its line or its quotes.
    const quoted = /^request_header_add X-Key "(?:[^"\\%]|\\.|%%)*" search_key_1\n$/;
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", minLength: 1 }), (k) => {
        try {
          assert.match(keyFiles([{ ...rule, keys: [key] }], { search: { k } })["headers.conf"] ?? "", quoted);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          assert.match(error.message, /^secrets\.search\.k: expected /); // and does not show it
        }
      }),
    );
  });

  it("are no longer than what squid reads: it would end, and its log show the key", () => {
    const longest = { ...rule, keys: [{ ...key, value: `${"%".repeat(100)}{}` }] };
    const file = (k: string): string => keyFiles([longest], { search: { k } })["headers.conf"] ?? "";
    const inQuotes = /"(.*)"/.exec(file(`${"a".repeat(1_846)}"`))?.[1];
    assert.equal(inQuotes?.length, 2_048);
    assert.throws(
      () => file(`${"a".repeat(1_847)}"`),
      /^RangeError: secrets\.search\.k: expected at most 1848 characters/,
    );
  });

  it("have more authorities only where a host needs them", () => {
    const own = { ...rule, keys: [{ ...key, ca: { secret: "ca" } }] };
    const files = keyFiles([rule, own], { search: { k: "x", ca: "PEM\n" } });
    assert.equal(files["authorities.pem"], "PEM");
    const trusting = "tls_outgoing_options min-version=1.2 cafile=/run/egress-keys/authorities.pem\n";
    assert.deepEqual(
      [keysConf([own]), keysConf([rule]), squidConf([own])].map((conf) => conf.includes(trusting)),
      [true, false, false],
    );
    assert.equal(hasAuthorities([rule]), false);
  });

  it("name each host once for the authority's certificate", () => {
    const more = [key, { ...key, host: "b.example.com:8443" }, { ...key, host: "b.example.com:443" }];
    assert.deepEqual(keyHosts([rule, { ...rule, server: "x", keys: more }, { ...rule, keys: [] }]), [
      "api.example.com",
      "b.example.com",
    ]);
    const { secret, ...inject } = key;
    const secrets = [
      { name: secret, required: true, inject },
      { name: "other", required: true },
    ];
    assert.deepEqual(proxyKeys({ secrets }), [key]);
  });
});
