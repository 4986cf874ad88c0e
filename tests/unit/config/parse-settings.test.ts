import assert from "node:assert/strict";
import { KEYS } from "../../../config/keys";
import { parseSettings } from "../../../config/parse-settings";
import { problemsOf } from "../../support/config/problems";

describe("settings", () => {
  it("have a default where nothing is set", () => {
    const { networkGateway, tokens, ...others } = parseSettings({}, [], "f");
    assert.equal(networkGateway, "172.30.0.1");
    assert.deepEqual(
      tokens.map(({ name, scopes }) => [name, scopes.join()]),
      [
        ["mcp", "mcp"],
        ["read", "read"],
        ["admin", "mcp,read,admin"],
      ],
    );
    // Without `oauth`, `consul`, `kong` or `secretSources` there is none, and the orchestrator has the defaults of `deploy`.
    const unset = ["tokens", "oauth", "deploy", "consul", "kong", "secretSources"];
    assert.deepEqual(Object.keys(KEYS).sort(), [...Object.keys(others), ...unset].sort());
  });

  it("keep text that looks like JSON as text, and read the rest as JSON", () => {
    const settings = parseSettings({ engineName: "12376", dockerTlsPort: "4000", servers: '["a"]' }, [], "f");
    assert.deepEqual([settings.engineName, settings.dockerTlsPort, settings.servers], ["12376", 4000, ["a"]]);
  });

  it("report all problems at once, each with its path, what was got and what is expected", () => {
    assert.deepEqual(problemsOf({ networkCidr: "172.30.0.0/33", dockerTlsPort: "0", engineNam: "x", servers: "a" }), [
      'networkCidr: got "172.30.0.0/33", expected an IPv4 subnet from /16 to /28, like 172.30.0.0/16',
      'servers: got "a", expected a list of texts',
      "dockerTlsPort: got 0, expected a whole number from 1 to 65535",
      `engineNam: got an unknown key, expected one of ${Object.keys(KEYS).join(", ")}. To fix: call it engineName, or remove it`,
    ]);
  });

  it("refuse secrets stored in plain text, and never show their value", () => {
    const dsn = "postgres://u:hunter2@db/x";
    const plain = problemsOf({ databaseDsn: dsn });
    assert.equal(plain.length, 1);
    assert.match(
      plain[0] ?? "",
      /^databaseDsn: got a value stored in plain text, .*pulumi config set --secret databaseDsn/,
    );
    const wrong = problemsOf({ databaseDsn: "mysql://u:hunter2@db/x" }, ["databaseDsn"]);
    assert.match(wrong[0] ?? "", /^databaseDsn: got a mapping, expected postgres:/);
    assert.doesNotMatch([...plain, ...wrong].join(), /hunter2/);
    for (const empty of ["{}", '{"weather":{}}'])
      assert.deepEqual(problemsOf({ secrets: empty }), [], "nothing is left");
    assert.equal(problemsOf({ secrets: '{"weather":{"key":""}}' }).length, 1);
    assert.equal(parseSettings({ databaseDsn: dsn }, ["databaseDsn"], "f").databaseDsn, dsn);
  });

  it("take private registries by the hosts of images, encrypted", () => {
    const registries = { "registry.lan:5000": { username: "u", password: "hunter2" } };
    const parsed = parseSettings({ registries: JSON.stringify(registries) }, ["registries"], "f");
    assert.deepEqual(parsed.registries, {
      "registry.lan:5000": { ...registries["registry.lan:5000"], plainHttp: false },
    });
    const plain = problemsOf({ registries: JSON.stringify(registries) }).join();
    assert.match(plain, /plain text, .*pulumi config set --secret --path 'registries\["HOST"\]\.password'/);
    for (const wrong of ["https://registry.lan", "registry.lan/team", "team", "Registry.lan"]) {
      const problems = problemsOf({ registries: JSON.stringify({ [wrong]: registries["registry.lan:5000"] }) }, [
        "registries",
      ]);
      assert.match(problems.join(), /expected a registry's host/, wrong);
      assert.doesNotMatch(problems.join(), /hunter2/);
    }
  });

  it("take a Consul agent that the engine can reach, with its token encrypted", () => {
    const consul = (value: object) => ({ consul: JSON.stringify(value) });
    const parsed = parseSettings(consul({ address: "https://consul.lan:8501" }), [], "f");
    assert.deepEqual(parsed.consul, { address: "https://consul.lan:8501", prefix: "mcp" });
    for (const address of [
      "consul:8500",
      "http://localhost:8500",
      "http://127.0.0.1:8500",
      "http://[::1]:8500",
      "http://c/",
    ])
      assert.match(problemsOf(consul({ address })).join(), /^consul\.address: got ".*expected a URL like/, address);
    for (const prefix of ["", "Mcp", "mcp-", "-", "m".repeat(25)])
      assert.equal(problemsOf(consul({ address: "http://c:8500", prefix })).length, 1, prefix);
    assert.match(problemsOf({ consulToken: "hunter2" }).join(), /pulumi config set --secret consulToken/);
    assert.doesNotMatch(problemsOf({ consulToken: "hunter2 x" }, ["consulToken"]).join(), /hunter2/);
  });

  it("take the word embedded for a Consul or a Kong inside the engine; that is no secret", () => {
    const { consul, kong } = parseSettings({ consul: "embedded", kong: "embedded" }, [], "f");
    assert.deepEqual(consul, { address: "http://10.214.0.19:8500", prefix: "mcp" });
    assert.deepEqual(kong, { embedded: true });
    assert.match(
      problemsOf({ consul: "embeded" }).join(),
      /^consul: got "embeded", expected a mapping with address, or embedded/,
    );
    assert.match(
      problemsOf({ kong: '{"admin":"http://k:8001"}' }).join(),
      /pulumi config set --secret --path kong\.admin/,
    );
    const lone = problemsOf({ kong: '{"token":"hunter2"}' }, ["kong"]).join();
    assert.match(lone, /^kong\.admin: .*expected the Admin API's URL/);
    assert.doesNotMatch(lone, /hunter2/);
  });

  it("take origins of desktop apps and extensions, and public URLs with a path", () => {
    const good = [
      "https://app.example.com",
      "app://obsidian.md",
      "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
      "vscode-webview://0abc",
      "tauri://localhost",
      "capacitor://localhost",
      "file://",
    ];
    assert.deepEqual(problemsOf({ allowedOrigins: JSON.stringify(good) }), []);
    for (const origin of [
      "null",
      "*",
      "app:",
      "app://x/",
      "app://a b",
      "https://a.example.com/x",
      "http:/x",
      "app://a,app://b",
    ])
      assert.equal(problemsOf({ allowedOrigins: JSON.stringify([origin]) }).length, 1, origin);
    for (const publicUrl of [
      "https://mcp.example.com",
      "http://h:8080/fleet",
      "https://example.com/a/b-c_d.e~",
      "https://example.com/mcp/a",
    ])
      assert.deepEqual(problemsOf({ publicUrl }), [], publicUrl);
    for (const publicUrl of [
      "https://a/",
      "https://a/b/",
      "https://a//b",
      "https://a/../b",
      "https://a/?b",
      "a/b",
      "https://A/b",
      "https://a/mcp",
      "https://a/v1/b",
      "https://a/servers",
    ])
      assert.equal(problemsOf({ publicUrl }).length, 1, publicUrl);
  });

  it("tell of every wrong value of the management layer where it is and what is expected", () => {
    const told = problemsOf({
      dockerApi: "on",
      publicUrl: "https://mcp.example.com/base/",
      allowedHosts: '["mcp.example.com","mcp.example.com:80"]',
      allowedOrigins: '["app.example.com"]',
      toolChanges: "true",
      auditArguments: "all",
      maxSessions: "0",
      maxSessionsPerToken: "-1",
      maxCallsPerToken: "0",
      maxBuffered: "100m",
      requestsPerMinute: "-1",
      tracingEndpoint: "grpc://collector",
      oauth: '{"issuer":"there","realm":"x"}',
      deploy: '{"memory":"much","cpus":0,"workspace":true,"privileged":true}',
      tokens: '[{"name":"Me","scopes":[]},{"name":"b","scopes":["root"],"tools":{"only":[]}},"c"]',
    });
    assert.deepEqual(told, [
      'publicUrl: got "https://mcp.example.com/base/", expected a URL like https://mcp.example.com or https://example.com/mcp-fleet, without a / at its end; its path is none of the API\'s own: /mcp, /sse, /messages, /servers, /v1',
      'allowedHosts.1: got "mcp.example.com:80", expected a host name or IPv4 address, without a port',
      'allowedOrigins.0: got "app.example.com", expected an origin like https://app.example.com, without a path',
      "tokens.0.name: got \"Me\", expected a name of 1 to 32 small letters, digits and '-', a letter first",
      "tokens.0.scopes: got a list, expected at least one scope",
      'tokens.1.scopes.0: got "root", expected one of mcp, read, admin',
      "tokens.1.tools.only: got an unknown key, expected one of allow, deny. To fix: correct the key's spelling, or remove it",
      'tokens.2: got "c", expected a mapping with name and scopes',
      'oauth.issuer: got "there", expected an http or https URL',
      "oauth.realm: got an unknown key, expected one of issuer, audience, jwksUri. To fix: correct the key's spelling, or remove it",
      "deploy.cpus: got 0, expected more than 0",
      'deploy.memory: got "much", expected a size like 512m',
      "deploy.workspace: got true, expected none, read-only or read-write",
      "deploy.privileged: got an unknown key, expected one of enabled, images, servers, cpus, memory, processes, storage, workspace. To fix: correct the key's spelling, or remove it",
      'dockerApi: got "on", expected read-only, full or off',
      "maxSessions: got 0, expected a whole number from 1 to 100000",
      "maxSessionsPerToken: got -1, expected a whole number from 0 to 100000",
      "maxCallsPerToken: got 0, expected a whole number from 1 to 100000",
      "requestsPerMinute: got -1, expected a whole number from 0 to 1000000",
      'maxBuffered: got "100m", expected a size from 8m to 96m',
      "toolChanges: got true, expected report or block",
      'auditArguments: got "all", expected redacted, full or none',
      'tracingEndpoint: got "grpc://collector", expected an http or https URL',
    ]);
  });
});
