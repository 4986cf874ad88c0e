import assert from "node:assert/strict";
import { orchestratorConfigSchema } from "../../../config/orchestrator-config";
import { parseSettings } from "../../../config/parse-settings";
import { consulSecrets, orchestratorConfig } from "../../../config/to-orchestrator";

const facts = {
  stack: "dind-mcp/unit",
  version: "1.2.3",
  listen: "10.0.0.2",
};
const config = (raw: Record<string, string> = {}) =>
  orchestratorConfigSchema.parse(orchestratorConfig(parseSettings(raw, [], "f"), facts));

describe("what the orchestrator is told", () => {
  it("is the facts, and the keys' defaults where nothing is set", () => {
    const told = orchestratorConfig(parseSettings({}, [], "f"), facts);
    assert.deepEqual(told, {
      ...facts,
      publicUrl: "http://127.0.0.1:18080",
      pageUrl: "http://127.0.0.1:18081",
      allowedHosts: ["localhost", "127.0.0.1", "mcp-engine"],
      allowedOrigins: [],
      trustedProxies: [],
      dockerApi: "read-only",
      limits: { sessions: 1_000, sessionsPerToken: 0, callsPerToken: 500, requestsPerMinute: 0, bufferedBytes: "72m" },
      toolChanges: "report",
      audit: { arguments: "redacted" },
      registry: { url: "https://registry.modelcontextprotocol.io", search: false },
    });
  });

  it("has defaults of its own only for what no key sets", () => {
    const { deploy, limits, oauth, tracing } = config();
    assert.deepEqual(deploy, {
      ...{ enabled: true, images: ["*"], servers: 8, cpus: 1, memory: "512m", processes: 256 },
      ...{ storage: "2g", workspace: "none" },
    });
    assert.equal(limits.bodyBytes, 4 * 2 ** 20);
    assert.deepEqual([oauth, tracing], [undefined, undefined]);
    for (const name of [
      "dockerApi",
      "limits",
      "toolChanges",
      "audit",
      "allowedOrigins",
      "trustedProxies",
      "registry",
    ]) {
      const { [name]: left, ...rest } = orchestratorConfig(parseSettings({}, [], "f"), facts) as Record<
        string,
        unknown
      >;
      assert.ok(left !== undefined && !orchestratorConfigSchema.safeParse(rest).success, name);
    }
  });

  it("is everything that an operator may set", () => {
    const told = config({
      dockerApi: "off",
      publicUrl: "https://mcp.example.com",
      pageUrl: "https://page.example.com",
      allowedHosts: '["other.example"]',
      allowedOrigins: '["https://app.example.com"]',
      trustedProxies: '["172.30.0.1","fd00::/8"]',
      toolChanges: "block",
      auditArguments: "none",
      maxSessions: "7",
      maxSessionsPerToken: "5",
      maxCallsPerToken: "6",
      maxBuffered: "16m",
      requestsPerMinute: "8",
      serverRegistry: "https://registry.example.com",
      registrySearch: "true",
      npmRegistry: "https://npm.example.com",
      pypiIndex: "https://pypi.example.com/root",
      tracingEndpoint: "http://collector:4318",
      consul: '{"address":"https://consul:8501","datacenter":"dc1","prefix":"tools","tls":{"ca":"ca.pem"}}',
      oauth: '{"issuer":"https://id.example","audience":"me","jwksUri":"https://id.example/keys"}',
      deploy:
        '{"enabled":false,"images":["a/*"],"servers":1,"cpus":0.5,"memory":"64m","processes":9,"storage":"1g","workspace":"read-only"}',
    });
    const { limits, ...rest } = told;
    const { sessions, sessionsPerToken, callsPerToken, requestsPerMinute, bufferedBytes } = limits;
    assert.deepEqual([sessions, sessionsPerToken, callsPerToken, requestsPerMinute], [7, 5, 6, 8]);
    assert.equal(bufferedBytes, 16 * 2 ** 20);
    assert.deepEqual(rest, {
      ...facts,
      publicUrl: "https://mcp.example.com",
      pageUrl: "https://page.example.com",
      allowedHosts: ["localhost", "127.0.0.1", "mcp.example.com", "page.example.com", "mcp-engine", "other.example"],
      allowedOrigins: ["https://app.example.com"],
      trustedProxies: ["172.30.0.1", "fd00::/8"],
      dockerApi: "off",
      registry: {
        ...{ url: "https://registry.example.com", search: true },
        ...{ npm: "https://npm.example.com", pypi: "https://pypi.example.com/root" },
      },
      catalog: [],
      toolChanges: "block",
      audit: { ...config().audit, arguments: "none" },
      oauth: { issuer: "https://id.example", audience: "me", jwksUri: "https://id.example/keys" },
      deploy: {
        ...{ enabled: false, images: ["a/*"], servers: 1, cpus: 0.5, memory: "64m", processes: 9 },
        ...{ storage: "1g", workspace: "read-only" },
      },
      consul: { address: "https://consul:8501", datacenter: "dc1", prefix: "tools" },
      tracing: { endpoint: "http://collector:4318", sampleRatio: 1 },
      logLevel: "info",
    });
  });

  it("has what it needs for Consul apart, in a file", () => {
    const settings = (raw: Record<string, string>) => parseSettings(raw, ["consulToken", "consulKey"], "f");
    assert.deepEqual(consulSecrets(settings({})), {});
    assert.deepEqual(consulSecrets(settings({ consul: '{"address":"http://c:8500"}', consulToken: "t" })), {
      token: "t",
    });
    const key = "-----BEGIN PRIVATE KEY-----";
    const tls = { ca: "A", certificate: "B", serverName: "c" };
    const consul = JSON.stringify({ address: "https://c:8501", tls });
    assert.deepEqual(consulSecrets(settings({ consul, consulKey: key })), { tls: { ...tls, key } });
  });

  it("names the address it is bound to, but never all addresses, as a host to be called by", () => {
    assert.deepEqual(config({ bindAddress: "192.0.2.7" }).allowedHosts, [
      "localhost",
      "127.0.0.1",
      "192.0.2.7",
      "mcp-engine",
    ]);
    assert.deepEqual(config({ bindAddress: "0.0.0.0" }).allowedHosts, ["localhost", "127.0.0.1", "mcp-engine"]);
  });
});
