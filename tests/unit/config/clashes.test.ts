import assert from "node:assert/strict";
import { problemsOf } from "../../support/config/problems";

describe("values that do not go together", () => {
  it("are one port of two keys, and one name of two tokens", () => {
    const tokens = JSON.stringify([
      { name: "a", scopes: ["mcp"] },
      { name: "a", scopes: ["read"] },
    ]);
    assert.deepEqual(problemsOf({ apiPort: "12376", metricsPort: "18081", dockerPort: "18081", tokens }), [
      "apiPort: got 12376, expected another port than dockerTlsPort",
      "dockerPort: got 18081, expected another port than metricsPort",
      'tokens.1.name: got "a", expected another name than that of tokens.0',
    ]);
  });

  it("are a subnet and one that the engine uses inside", () => {
    for (const subnet of ["10.213.0.0/16", "10.214.0.0/16"]) {
      assert.deepEqual(problemsOf({ networkCidr: subnet }), [
        `networkCidr: got "${subnet}", expected a subnet outside ${subnet}, which the engine uses inside`,
      ]);
    }
  });

  it("are the whole Docker API and a network", () => {
    const open = { dockerApi: "full", bindAddress: "0.0.0.0" };
    assert.match(problemsOf(open).join(), /dockerApi: got "full", expected read-only or off, as bindAddress/);
    assert.deepEqual(problemsOf({ ...open, bindAddress: "127.0.0.2" }), []);
    assert.deepEqual(problemsOf({ ...open, dockerApi: "read-only" }), []);
  });
});
