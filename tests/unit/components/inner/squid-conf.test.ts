import assert from "node:assert/strict";
import fc from "fast-check";
import { squidConf } from "../../../../components/inner/squid-conf";
import { NOT_PUBLIC } from "../../../../lib/special-addresses";
import { anyCharacter } from "../../../support/characters";

const rule = { server: "http", subnet: "10.214.6.96/28", egress: ["example.com:80", "*.example.org:443"] };

/** The lines that decide, in their order. */
function decisions(conf: string): string[] {
  return conf
    .split("\n")
    .filter((line) => /^(acl|http_access|tcp_outgoing)/.test(line) && !line.startsWith("acl refused"));
}

describe("squid configuration", () => {
  it("allows each server its own list, and ends with a refusal of all else", () => {
    const other = { server: "a-b", subnet: "10.214.6.64/28", egress: ["example.com:8080"] };
    assert.deepEqual(decisions(squidConf([rule, other], { outgoingAddress: "10.214.0.34" })), [
      "tcp_outgoing_address 10.214.0.34",
      "acl plain proto HTTP",
      "acl many maxconn 64",
      "http_access deny manager",
      "http_access deny !CONNECT !plain",
      "http_access deny many",
      "acl from_a-b src 10.214.6.64/28",
      "acl a-b_1_host dstdomain -n example.com",
      "acl a-b_1_port port 8080",
      "http_access allow from_a-b a-b_1_host a-b_1_port !refused",
      "acl from_http src 10.214.6.96/28",
      "acl http_1_host dstdomain -n example.com",
      "acl http_1_port port 80",
      "http_access allow from_http http_1_host http_1_port !refused",
      "acl http_2_host dstdomain -n .example.org",
      "acl http_2_itself dstdomain -n example.org",
      "acl http_2_port port 443",
      "http_access allow from_http http_2_host !http_2_itself http_2_port !refused",
      "http_access deny all",
    ]);
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
    assert.match(conf, /^logformat egress %ts\.%03tu %>a %Ss\/%03>Hs %<st %rm %>rd:%>rP$/m);
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
