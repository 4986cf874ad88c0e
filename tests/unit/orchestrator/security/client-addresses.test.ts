import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { ClientAddresses } from "../../../../orchestrator/security/client-addresses";

describe("orchestrator: who a request's client is", () => {
  const of = (trusted: string[], peer: string | undefined, forwarded?: string): string => {
    const request = { socket: { remoteAddress: peer }, headers: { "x-forwarded-for": forwarded } };
    return new ClientAddresses(trusted).of(request as unknown as IncomingMessage);
  };

  it("is the other end of the connection, whatever the header says, where no proxy is trusted", () => {
    assert.equal(of([], "192.0.2.1", "198.51.100.7"), "192.0.2.1");
    assert.equal(of([], "::ffff:192.0.2.1"), "192.0.2.1");
    assert.equal(of([], undefined, "198.51.100.7"), "unknown");
  });

  it("is the other end where that is none of the trusted proxies", () => {
    assert.equal(of(["172.30.0.1"], "192.0.2.1", "198.51.100.7"), "192.0.2.1");
  });

  it("is what the trusted proxy says of its own other end, not what the client wrote in front of it", () => {
    assert.equal(of(["172.30.0.1"], "172.30.0.1", "198.51.100.7"), "198.51.100.7");
    assert.equal(of(["172.30.0.0/16"], "::ffff:172.30.0.1", "203.0.113.9, 198.51.100.7"), "198.51.100.7");
    assert.equal(of(["fd00::/8"], "fd00::1", "2001:db8::7"), "2001:db8::7");
  });

  it("goes on through several trusted proxies", () => {
    const trusted = ["172.30.0.1", "10.0.0.0/8"];
    assert.equal(of(trusted, "172.30.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3"), "198.51.100.7");
    assert.equal(of(trusted, "172.30.0.1", "10.9.9.9, 10.1.2.3"), "10.9.9.9");
  });

  it("is the proxy where its header says no address", () => {
    for (const nothing of [undefined, "", "unknown", "<script>", "198.51.100.7:1234", "_hidden"]) {
      assert.equal(of(["172.30.0.1"], "172.30.0.1", nothing), "172.30.0.1", String(nothing));
    }
  });
});
