import assert from "node:assert/strict";
import { problemsOf } from "../../support/config/problems";

describe("values that do not go together", () => {
  it("are one port of two keys, and one name of two tokens", () => {
    const tokens = JSON.stringify([
      { name: "a", scopes: ["mcp"] },
      { name: "a", scopes: ["read"] },
    ]);
    assert.deepEqual(problemsOf({ apiPort: "12376", metricsPort: "18091", dockerPort: "18091", tokens }), [
      "apiPort: got 12376, expected another port than dockerTlsPort",
      "dockerPort: got 18091, expected another port than metricsPort",
      'tokens.1.name: got "a", expected another name than that of tokens.0',
    ]);
  });

  it("are a client certificate for Consul without its key, and certificates for plain HTTP", () => {
    const key = "-----BEGIN PRIVATE KEY-----";
    const consul = (address: string, tls?: object) => ({ consul: JSON.stringify({ address, tls }) });
    const address = "https://consul.lan:8501";
    const embedded = { consul: "embedded" };
    assert.deepEqual(problemsOf(embedded), []);
    const own = problemsOf({ ...embedded, consulToken: "t" }, ["consulToken"]).join();
    assert.match(own, /^consulToken: got .*expected none, as the embedded Consul has a token of its own/);
    assert.match(
      problemsOf({ ...embedded, consulPort: "18080" }).join(),
      /^consulPort: got .*another port than apiPort/,
    );
    assert.deepEqual(problemsOf({ ...consul(address), consulPort: "18080" }), [], "nothing has that port");
    assert.match(
      problemsOf(consul(address, { certificate: "c.pem" })).join(),
      /^consul\.tls\.certificate: got "c\.pem", expected none/,
    );
    assert.deepEqual(problemsOf({ ...consul(address, { certificate: "c.pem" }), consulKey: key }, ["consulKey"]), []);
    assert.match(
      problemsOf(consul("http://consul.lan", { ca: "c.pem" })).join(),
      /^consul\.address: got .*an https URL/,
    );
  });

  it("are a subnet and one that the engine uses inside", () => {
    for (const subnet of ["10.213.0.0/16", "10.214.0.0/16"]) {
      assert.deepEqual(problemsOf({ networkCidr: subnet }), [
        `networkCidr: got "${subnet}", expected a subnet outside ${subnet}, which the engine uses inside`,
      ]);
    }
  });

  it("are a folder in another that servers write, where they could put a link in its place", () => {
    const folders = (access: string, path: string) =>
      problemsOf({
        folders: JSON.stringify({
          all: { path: "/home/me/code", access, servers: ["files"] },
          one: { path, servers: ["git"] },
        }),
      });
    assert.deepEqual(folders("read-write", "/home/me/code/a/b"), [
      'folders.one.path: got "/home/me/code/a/b", expected a path outside of folders.all, which is lent read-write: ' +
        "a server could put a link in its place",
    ]);
    assert.deepEqual(folders("read-only", "/home/me/code/a"), []);
    for (const path of ["/home/me/code", "/home/me/codes", "/home/me"])
      assert.deepEqual(folders("read-write", path), []);
  });

  it("are the whole Docker API and a network", () => {
    const open = { dockerApi: "full", bindAddress: "0.0.0.0" };
    assert.match(problemsOf(open).join(), /dockerApi: got "full", expected read-only or off, as bindAddress/);
    assert.deepEqual(problemsOf({ ...open, bindAddress: "127.0.0.2" }), []);
    assert.deepEqual(problemsOf({ ...open, dockerApi: "read-only" }), []);
  });
});
