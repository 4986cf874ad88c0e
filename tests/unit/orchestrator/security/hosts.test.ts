import assert from "node:assert/strict";
import { AllowedHosts } from "../../../../orchestrator/security/hosts";

const hosts = new AllowedHosts(
  ["127.0.0.1", "LOCALHOST", "[::1]", "mcp.example.org"],
  ["https://App.example.com:8443"],
);

describe("Host and Origin", () => {
  const good = [
    "127.0.0.1",
    "127.0.0.1:18080",
    "localhost:1",
    "LocalHost:18080",
    "[::1]",
    "[::1]:18080",
    "[0:0:0:0:0:0:0:1]:18080",
    "MCP.example.org",
  ];
  const forged = [
    "",
    " ",
    "evil.example.com",
    "127.0.0.1.evil.com",
    "evil.com:18080",
    "localhost.evil.com",
    "evil-localhost",
    "mcp.example.org.evil.com",
    "xmcp.example.org",
    "example.org",
    "user@127.0.0.1",
    "127.0.0.1@evil.com",
    "user:secret@localhost:18080",
    "localhost.",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "127.0.0.2",
    "0.0.0.0",
    "::1",
    "[::1",
    "[::1]x",
    "[::ffff:127.0.0.1]",
    "[fe80::1%25eth0]",
    "[::1%25lo]",
    "[localhost]",
    "lоcalhost",
    "xn--lcalhost-hbh",
    "localhost:",
    "localhost:x",
    "localhost:123456",
    "localhost:80:80",
    "localhost/",
    "localhost/evil",
    "localhost#evil.com",
    "localhost?evil.com",
    "localhost, evil.com",
    "localhost evil.com",
    "localhost%00",
    "local\thost",
    "http://localhost",
    "..localhost",
    "*",
    "null",
  ];
  for (const host of good) it(`takes the host "${host}"`, () => assert.equal(hosts.host(host), true));
  for (const host of forged) it(`refuses the host "${host}"`, () => assert.equal(hosts.host(host), false));

  for (const host of good) {
    it(`takes pages of http and https on "${host}"`, () => {
      assert.deepEqual([hosts.origin(`http://${host}`), hosts.origin(`https://${host}`)], [true, true]);
    });
  }
  const forgedOrigins = [
    ...forged.map((host) => `http://${host}`),
    "",
    "null",
    "NULL",
    "localhost",
    "//localhost",
    "file://",
    "ftp://localhost",
    "chrome-extension://localhost",
    "javascript:localhost",
    "http://localhost http://evil.com",
    "https://app.example.com",
    "http://app.example.com:8443",
    "https://app.example.com:8443.evil.com",
    "https://app.example.com:8443/",
  ];
  for (const origin of forgedOrigins) {
    it(`refuses the origin "${origin}"`, () => assert.equal(hosts.origin(origin), false));
  }
  it("takes a listed origin as it is written, in any case", () => {
    assert.equal(hosts.origin("https://app.example.com:8443"), true);
    assert.equal(new AllowedHosts([], ["vscode-webview://abc"]).origin("vscode-webview://abc"), true);
  });
  for (const origin of [
    "app://obsidian.md",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    "vscode-webview://0abc",
    "tauri://localhost",
    "capacitor://localhost",
    "file://",
  ]) {
    it(`takes ${origin} when it is listed, and nothing that looks like it`, () => {
      const listed = new AllowedHosts(["localhost"], [origin]);
      assert.equal(listed.origin(origin), true);
      for (const other of [`${origin}x`, `${origin}/`, `x${origin}`, origin.slice(0, -1), "null"])
        assert.equal(listed.origin(other), false, other);
      assert.equal(new AllowedHosts(["localhost"]).origin(origin), false);
    });
  }
  it("does not take null even when someone lists it: any sandboxed page has that origin", () => {
    assert.equal(new AllowedHosts(["localhost"], ["null"]).origin("null"), false);
  });
});
