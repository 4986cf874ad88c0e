import assert from "node:assert/strict";
import fc from "fast-check";
import { contains } from "../../../../lib/addresses";
import { NOT_PUBLIC } from "../../../../lib/special-addresses";
import { keysConf, squidConf } from "../../../../manifest/proxy/squid-conf";
import { anyCharacter } from "../../../support/characters";

const rule = {
  server: "http",
  subnet: "10.214.6.96/28",
  egress: ["example.com:80", "*.example.org:443"],
  privateHosts: [],
};

/** The lines of the servers. */
function decisions(conf: string): string[] {
  const lines = conf.split("\n");
  return lines.slice(lines.indexOf("http_access deny many") + 1, -1);
}

describe("squid configuration", () => {
  it("allows each server its own list, and ends with a refusal of all else", () => {
    const other = { server: "a-b", subnet: "10.214.6.64/28", egress: ["example.com:8080"], privateHosts: [] };
    assert.deepEqual(decisions(squidConf([rule, other])), [
      "acl from_a-b src 10.214.6.64/28",
      "acl a-b_1_host dstdomain -n example.com",
      "acl a-b_1_port port 8080",
      "http_access allow from_a-b a-b_1_host a-b_1_port known !refused",
      "http_access deny from_a-b a-b_1_host a-b_1_port known not_public",
      "http_access deny from_a-b a-b_1_host a-b_1_port no_address",
      "acl from_http src 10.214.6.96/28",
      "acl http_1_host dstdomain -n example.com",
      "acl http_1_port port 80",
      "http_access allow from_http http_1_host http_1_port known !refused",
      "http_access deny from_http http_1_host http_1_port known not_public",
      "http_access deny from_http http_1_host http_1_port no_address",
      "acl http_2_host dstdomain -n .example.org",
      "acl http_2_itself dstdomain -n example.org",
      "acl http_2_port port 443",
      "http_access allow from_http http_2_host !http_2_itself http_2_port known !refused",
      "http_access deny from_http http_2_host !http_2_itself http_2_port known not_public",
      "http_access deny from_http http_2_host !http_2_itself http_2_port no_address",
      "http_access deny all",
    ]);
  });

  it("lets no server take all connections with idle ones; keys' squid has all of a server's from one address", () => {
    const limit = "client_ip_max_connections 128";
    const keys = [{ secret: "k", host: "example.com:443", header: "X-Key", value: "{}" }];
    const both = [squidConf([rule]), keysConf([{ ...rule, keys }])];
    assert.deepEqual(
      both.map((conf) => conf.split("\n").includes(limit)),
      [true, false],
    );
  });

  it("refuses a companion that has no way out before its server's list is looked at", () => {
    const lines = decisions(squidConf([{ ...rule, without: ["10.214.6.109", "10.214.6.107"] }]));
    assert.deepEqual(lines.slice(0, 3), [
      "acl without_http src 10.214.6.109 10.214.6.107",
      "http_access deny without_http no_way_out",
      "acl from_http src 10.214.6.96/28",
    ]);
    assert.throws(() => squidConf([{ ...rule, without: ["10.214.6.1"] }]), /expected an address of 10\.214\.6\.96\/28/);
  });

  it("lets `public` reach names of the world on the ports of the web, and no address that is not public", () => {
    const conf = squidConf([{ ...rule, egress: ["public", "example.com:22"] }]);
    assert.deepEqual(decisions(conf).slice(0, 4), [
      "acl from_http src 10.214.6.96/28",
      "http_access allow from_http dns_name !private_name web known !refused",
      "http_access deny from_http dns_name !private_name web known not_public",
      "http_access deny from_http dns_name !private_name web no_address",
    ]);
    assert.ok(decisions(conf).includes("http_access allow from_http http_2_host http_2_port known !refused"));
    const pattern = (name: string) =>
      new RegExp(new RegExp(`^acl ${name} dstdom_regex -n -i (.*)$`, "m").exec(conf)?.[1] ?? "", "i");
    const reached = (host: string) => pattern("dns_name").test(host) && !pattern("private_name").test(host);
    for (const host of [
      "example.com",
      "A.Example.COM",
      "xn--e1afmkfd.xn--p1ai",
      "a_b.example.net",
      "mylocal.com",
      "local.example.org",
    ]) {
      assert.ok(reached(host), host);
    }
    for (const host of [
      "example",
      "1.2.3.4",
      "127.1",
      "2130706433",
      "0x7f.1",
      "0x7f000001",
      "[::1]",
      "a.local",
      "x.Internal",
      "b.home.arpa",
      "a..com",
      "a%00.com",
      "-a.com-",
      "",
    ]) {
      assert.ok(!reached(host), host);
    }
    assert.match(conf, /^acl web port 80 443$/m);
  });

  it("lets a private host that was granted lead to a private address, and never to this machine, metadata or our own networks", () => {
    const egress = ["db.lan:5432", "192.168.1.5:6443", "example.com:443"];
    const conf = squidConf([{ ...rule, egress, privateHosts: egress.slice(0, 2) }], { engineNetwork: "172.30.0.0/16" });
    const allowed = decisions(conf).filter((line) => line.includes("allow"));
    assert.deepEqual(allowed, [
      "http_access allow from_http http_1_host http_1_port known !own",
      "http_access allow from_http http_2_host http_2_port known !own",
      "http_access allow from_http http_3_host http_3_port known !refused",
    ]);
    assert.ok(decisions(conf).includes("acl http_2_host dstdomain -n 192.168.1.5"));
    const own = /^acl own dst (.*)$/m.exec(conf)?.[1]?.split(" ") ?? [];
    const refused = (address: string) => own.some((block) => contains(block, address));
    for (const address of [
      "127.0.0.1",
      "0.0.0.0",
      "169.254.169.254",
      "10.213.0.1",
      "10.214.0.18",
      "172.30.0.2",
      "224.0.0.1",
      "::1",
    ]) {
      assert.ok(refused(address), address);
    }
    for (const address of ["10.0.0.5", "192.168.1.5", "172.16.0.1", "100.64.0.1", "93.184.216.34"])
      assert.ok(!refused(address), address);
    assert.throws(
      () => squidConf([{ ...rule, egress: ["db.lan:5432"] }]),
      /^RangeError: http: got "db.lan:5432", expected a public name/,
    );
    assert.throws(() => squidConf([], { engineNetwork: "all" }), /^RangeError: got "all", expected a subnet/);
  });

  it("sends from the address that it is given", () => {
    assert.match(squidConf([rule], { outgoingAddress: "10.214.0.34" }), /^tcp_outgoing_address 10\.214\.0\.34$/m);
  });

  it("allows nothing when nobody needs anything", () => {
    assert.doesNotMatch(squidConf([]), /http_access allow|tcp_outgoing/);
    assert.match(squidConf([]), /http_access deny all\n$/);
  });

  it("is the same whatever the order of the servers", () => {
    const other = { ...rule, server: "a" };
    assert.equal(squidConf([rule, other]), squidConf([other, rule]));
  });

  it("lets no name lead to an address that is not public", () => {
    assert.match(squidConf([]), new RegExp(`^acl refused dst ${NOT_PUBLIC.join(" ")}$`, "m"));
  });

  it("logs no path, no query, and keeps nothing", () => {
    const conf = squidConf([rule]);
    assert.match(conf, /^logformat egress %ts\.%03tu %>a %Ss\/%03>Hs %<st %rm %>rd:%>rP %err_code$/m);
    for (const line of [
      "strip_query_terms on",
      "cache deny all",
      "forwarded_for delete",
      "via off",
      "pid_filename none",
    ]) {
      assert.ok(conf.split("\n").includes(line), line);
    }
  });

  it("lets no text become a line of its own", () => {
    const evil = "example.com:80\nhttp_access allow all";
    assert.throws(() => squidConf([{ ...rule, egress: [evil] }]), /^RangeError: http: got .*, expected host:port/);
    assert.throws(
      () => squidConf([{ ...rule, server: "a\nb" }]),
      new RangeError('got "a\\nb", expected a server\'s name'),
    );
    assert.throws(
      () => squidConf([{ ...rule, subnet: "0.0.0.0/0\n" }]),
      new RangeError('http: got "0.0.0.0/0\\n", expected a subnet'),
    );
    assert.throws(
      () => squidConf([], { outgoingAddress: "1.1.1.1 all" }),
      new RangeError('got "1.1.1.1 all", expected an IPv4 address'),
    );
    const lines = squidConf([{ ...rule, egress: ["example.com:80"] }]).split("\n").length;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: anyCharacter }),
          fc.string().map((text) => `example.com${text}:80`),
        ),
        (text) => {
          try {
            const conf = squidConf([{ ...rule, egress: [text] }]);
            assert.ok(
              /^(\*\.)?[a-z0-9_.-]+:\d+$/.test(text) && conf.split("\n").length - lines <= 1,
              JSON.stringify(text),
            );
          } catch (error) {
            assert.ok(error instanceof RangeError, String(error));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
