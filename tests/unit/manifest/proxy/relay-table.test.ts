import assert from "node:assert/strict";
import { relayTable } from "../../../../manifest/proxy/relay-table";

describe("the relay's table", () => {
  it("has a line for each port of each host, whatever the order of the servers", () => {
    const a = { address: "10.214.6.78", egress: ["git.example.com:22", "git.example.com:443", "api.example.com:443"] };
    const b = { address: "10.214.6.94", egress: ["mail.example.com:587"] };
    const table = "10.214.6.78 22 git.example.com\n10.214.6.78 443 git.example.com\n10.214.6.94 587 mail.example.com";
    assert.equal(relayTable([a, b]), table);
    assert.equal(relayTable([b, a]), table);
    assert.equal(relayTable([{ ...a, egress: ["public"] }]), "");
  });

  it("has no host for a port on which connections name theirs", () => {
    const egress = ["public", "git.example.com:22", "git.example.com:443", "*.example.org:8443"];
    const table = relayTable([{ address: "10.214.6.78", egress, transparentEgress: true }]);
    assert.equal(table, "10.214.6.78 22 git.example.com\n10.214.6.78 443 *\n10.214.6.78 80 *\n10.214.6.78 8443 *");
  });
});
