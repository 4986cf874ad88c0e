import assert from "node:assert/strict";
import { relayedHosts, transparentPorts } from "../../../manifest/egress-hosts";

describe("hosts that programs reach without a proxy", () => {
  it("are those with a port that is not of the web, with all their ports", () => {
    const egress = ["a.example.com:443", "mail.example.com:587", "git.example.com:443", "git.example.com:22"];
    assert.deepEqual(relayedHosts({ egress }), [
      { host: "mail.example.com", ports: [587] },
      { host: "git.example.com", ports: [443, 22] },
    ]);
  });

  it("are none of whole domains or of the world, and not at the proxy's own port", () => {
    const egress = ["public", "*.example.com:22", "192.168.1.5:5432", "a.example.com:3128", "b.example.com:80"];
    assert.deepEqual(relayedHosts({ egress }), []);
  });

  it("are all that are listed by name, when the manifest says so", () => {
    const egress = ["public", "*.example.com:443", "192.168.1.5:443", "a.example.com:443", "git.example.com:22"];
    assert.deepEqual(relayedHosts({ egress, transparentEgress: true }), [
      { host: "a.example.com", ports: [443] },
      { host: "git.example.com", ports: [22] },
    ]);
  });

  it("name themselves on the ports of the web and of wildcards, and on no others", () => {
    const egress = ["public", "*.example.com:8443", "*.example.com:443", "*.example.com:3128", "git.example.com:22"];
    assert.deepEqual(transparentPorts({ egress, transparentEgress: true }), [80, 443, 8_443]);
    assert.deepEqual(transparentPorts({ egress }), []);
  });
});
