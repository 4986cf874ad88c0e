import assert from "node:assert/strict";
import { splitNames } from "../../../../components/tls/names";

describe("certificate names", () => {
  it("are sorted into DNS names and IP addresses of both kinds, each once", () => {
    assert.deepEqual(splitNames(["localhost", "127.0.0.1", "engine.example", "::1", "127.0.0.1", "localhost"]), {
      dnsNames: ["localhost", "engine.example"],
      ipAddresses: ["127.0.0.1", "::1"],
    });
  });

  it("that only look like addresses are DNS names", () => {
    assert.deepEqual(splitNames(["1.2.3", "256.1.1.1", "10.0.0.0/8"]).ipAddresses, []);
    assert.deepEqual(splitNames([]), { dnsNames: [], ipAddresses: [] });
  });
});
