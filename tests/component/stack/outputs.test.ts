import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

import program = require("../../..");

import { OUTPUTS_VERSION, type Outputs } from "../../../stack/outputs";
import { configure } from "../../support/components/config";
import { fakeHostEngine } from "../../support/components/host-engine";
import { record } from "../../support/components/mocks";
import { HTTP } from "../../support/components/parts";
import { document } from "../../support/manifest/documents";
import { assertFits, fields, misfits, secretPaths } from "../../support/stack/outputs-schema";

/** Paths of the outputs that are secret, and the outputs' values: what `pulumi stack output` has to go by. */
async function settle(value: unknown, path = ""): Promise<{ value: unknown; secrets: string[] }> {
  if (pulumi.Output.isInstance(value)) {
    const secret = await pulumi.isSecret(value);
    const plain = await new Promise<unknown>((resolve) => void value.apply(resolve));
    return { value: plain, secrets: secret ? [path] : [] };
  }
  if (typeof value !== "object" || value === null) return { value, secrets: [] };
  const below = (key: string) => (path ? `${path}.${key}` : key);
  const parts = await Promise.all(
    Object.entries(value).map(async ([key, part]) => [key, await settle(part, below(key))] as const),
  );
  const values = Object.fromEntries(parts.map(([key, part]) => [key, part.value]));
  return {
    value: Array.isArray(value) ? Object.values(values) : values,
    secrets: parts.flatMap(([, part]) => part.secrets),
  };
}

async function run(config: Record<string, string> = {}) {
  const host = await fakeHostEngine();
  const restore = configure({ hostEngine: host.endpoint, ...config });
  try {
    const { result } = await record(program);
    const { value, secrets } = await settle(result);
    return { outputs: value as Outputs, secrets };
  } finally {
    restore();
    await host.close();
  }
}

const token = (name: string) => `<orchestrator-token-${name} result>`;
/** A client's entry, with the token of a name. */
const entry = (server: string, name: string) => ({
  type: "http" as const,
  url: `http://127.0.0.1:18080/servers/${server}/mcp`,
  headers: { Authorization: `Bearer ${token(name)}` },
});

/** Paths of all that is no mapping. */
function leaves(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, [...path, key]));
}

/** A copy with another value at a path. */
function withValue(value: unknown, [key, ...rest]: string[], wrong: unknown): unknown {
  if (key === undefined) return wrong;
  const mapping = value as Record<string, unknown>;
  return { ...mapping, [key]: withValue(mapping[key], rest, wrong) };
}

describe("outputs", () => {
  it("are the contract's, every key of it, from the real catalog", async () => {
    const { outputs } = await run({ engineName: "e", volumePrefix: "v-", dockerTlsPort: "4000", networkName: "n" });
    const { servers, ...rest } = outputs;
    const expected: Omit<Outputs, "servers"> = {
      version: OUTPUTS_VERSION,
      endpoints: {
        dockerTls: "tcp://127.0.0.1:4000",
        api: "http://127.0.0.1:18080",
        mcp: "http://127.0.0.1:18080/mcp",
        page: "http://127.0.0.1:18081",
        metrics: "http://127.0.0.1:19090/metrics",
        docker: "tcp://127.0.0.1:12375",
      },
      clientConfig: {
        mcpServers: { files: entry("files", "mcp"), http: entry("http", "mcp"), postgres: entry("postgres", "mcp") },
      },
      tokens: { mcp: token("mcp"), read: token("read"), admin: token("admin") },
      tls: {
        ca: "<tls-ca-cert certPem>",
        clientCert: "<tls-client-cert certPem>",
        clientKey: "<tls-client-key privateKeyPem>",
        validUntil: { server: "<tls-server-cert validityEndTime>", client: "<tls-client-cert validityEndTime>" },
      },
      engine: { containerName: "e", containerId: "<engine id>", imageId: "<engine-image imageId>" },
      network: { name: "n", cidr: "172.30.0.0/16", api: "http://e:18080", mcp: "http://e:18080/mcp" },
      volumes: {
        engine: "v-mcp-engine",
        certs: "v-mcp-certs",
        workspace: "v-mcp-workspace",
        postgres: "v-mcp-postgres",
        orchestrator: "v-mcp-orchestrator",
        logs: "v-mcp-logs",
      },
    };
    assert.deepEqual(rest, expected);
    assert.deepEqual(Object.keys(servers).sort(), ["files", "http", "postgres"]);
    assert.deepEqual(servers.files, {
      container: "mcp-files",
      url: "http://127.0.0.1:18080/servers/files/mcp",
      transport: "stdio",
      image: "<files-image imageId>",
      description: "Reads, writes, edits and searches files in the workspace",
    });
  });

  it("hold three secrets: tokens, the client config that names one, the client's key; all else is plain", async () => {
    assert.deepEqual((await run()).secrets, ["clientConfig", "tokens", "tls.clientKey"]);
    assert.deepEqual(secretPaths(), ["clientConfig", "tokens", "tls.clientKey", "consul.token"]);
  });

  it("have the embedded Consul's address and its token, a fourth secret", async () => {
    const { outputs, secrets } = await run({ consul: "embedded", consulPort: "8600" });
    assertFits(outputs);
    assert.equal(outputs.consul?.address, "http://127.0.0.1:8600");
    assert.deepEqual(secrets, ["clientConfig", "tokens", "tls.clientKey", "consul.token"]);
  });

  it("fit their JSON Schema, which describes every one of them; with less of the settings, too", async () => {
    assertFits((await run()).outputs);
    assertFits((await run({ dockerApi: "off", tokens: "[]", servers: '["files"]' })).outputs);
    const { outputs, secrets } = await run({ publicUrl: "https://mcp.example.com" });
    assert.ok(outputs.kong);
    assertFits(outputs);
    assert.deepEqual(secrets, ["clientConfig", "tokens", "tls.clientKey"], "nothing of it is secret");
  });

  it("have a JSON Schema that lets a reader live with new outputs, and not with an old version or a missing one", async () => {
    const { outputs } = await run();
    assert.deepEqual(misfits({ ...outputs, new: 1, network: { ...outputs.network, new: 1 } }), []);
    assert.match(misfits({ ...outputs, version: 1 }).join(), /\/version must be equal to constant {"allowedValue":2}/);
    const { tls: _, ...rest } = outputs;
    assert.match(misfits(rest).join(), /must have required property 'tls'/);
    assert.match(misfits({ ...rest, tls: "[secret]" }).join(), /\/tls must be object/);
  });

  it("have a JSON Schema that refuses every one of them empty, or of another kind", async () => {
    const { outputs } = await run();
    const passing = leaves(outputs).flatMap((path) =>
      ["", 5, null, {}]
        .filter((wrong) => misfits(withValue(outputs, path, wrong)).length === 0)
        .map(() => path.join(".")),
    );
    assert.deepEqual(passing, []);
    for (const path of ["endpoints.api", "endpoints.dockerTls", "network.mcp", "network.cidr"]) {
      assert.notDeepEqual(misfits(withValue(outputs, path.split("."), "ftp://x")), [], path);
    }
  });

  it("have a JSON Schema with a description of every field", () => {
    const silent = fields().filter(([, { description }]) => !description);
    assert.deepEqual(silent, []);
  });

  it("offer a client servers of every transport, over HTTP", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
    try {
      mkdirSync(join(folder, "listens"));
      writeFileSync(join(folder, "listens/server.yaml"), JSON.stringify(document({ name: "listens", ...HTTP })));
      const { outputs } = await run({ catalog: JSON.stringify([folder]) });
      assert.equal(outputs.servers.listens?.transport, "streamable-http");
      assert.equal(outputs.servers.listens?.url, "http://127.0.0.1:18080/servers/listens/mcp");
      assert.deepEqual(outputs.clientConfig, { mcpServers: { listens: entry("listens", "mcp") } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("give a client the first token that may use the server; none where there is none", async () => {
    const tokens = [
      { name: "watch", scopes: ["read"] },
      { name: "some", scopes: ["mcp"], servers: ["files", "http"] },
      { name: "rest", scopes: ["mcp"], servers: ["http"] },
    ];
    const { outputs } = await run({ tokens: JSON.stringify(tokens) });
    const { headers: _, ...bare } = entry("postgres", "");
    assert.deepEqual(outputs.clientConfig.mcpServers, {
      files: entry("files", "some"),
      http: entry("http", "some"),
      postgres: bare,
    });
    assert.deepEqual(Object.keys(outputs.tokens), ["watch", "some", "rest"]);
    assert.deepEqual((await run({ tokens: "[]" })).outputs.tokens, {});
  });

  it("name the public URL where there is one", async () => {
    const { endpoints, servers } = (await run({ publicUrl: "https://mcp.example", dockerApi: "off" })).outputs;
    assert.equal(endpoints.mcp, "https://mcp.example/mcp");
    assert.equal(servers.files?.url, "https://mcp.example/servers/files/mcp");
    assert.ok(!("docker" in endpoints));
  });

  it("name the selected servers alone", async () => {
    const { outputs } = await run({ servers: '["files"]' });
    assert.deepEqual(Object.keys(outputs.servers), ["files"]);
    assert.deepEqual(Object.keys(outputs.clientConfig.mcpServers), ["files"]);
  });
});
