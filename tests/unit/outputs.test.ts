import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

import program = require("../../index");

import { clientServer, OUTPUTS_VERSION, type Outputs } from "../../outputs";
import { configure } from "./components/support/config";
import { fakeHostEngine } from "./components/support/host-engine";
import { record } from "./components/support/mocks";
import { HTTP } from "./components/support/parts";
import { document } from "./support/manifests";

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
  return {
    value: Object.fromEntries(parts.map(([key, part]) => [key, part.value])),
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

const exec = (engine: string, server: string) => [
  ...["exec", "-i", engine, "docker", "exec", "-i", `mcp-${server}`],
  ...["/.mcp/init", "connect", "--socket", "/run/mcp/session.sock"],
];

describe("outputs", () => {
  it("are the contract's, every key of it, from the real catalog", async () => {
    const { outputs } = await run({ engineName: "e", volumePrefix: "v-", dockerTlsPort: "4000", networkName: "n" });
    const { servers, ...rest } = outputs;
    const expected: Omit<Outputs, "servers"> = {
      version: OUTPUTS_VERSION,
      endpoints: { dockerTls: "tcp://127.0.0.1:4000" },
      clientConfig: {
        mcpServers: {
          files: { command: "docker", args: exec("e", "files") },
          http: { command: "docker", args: exec("e", "http") },
          postgres: { command: "docker", args: exec("e", "postgres") },
        },
      },
      tls: {
        ca: "<tls-ca-cert certPem>",
        clientCert: "<tls-client-cert certPem>",
        clientKey: "<tls-client-key privateKeyPem>",
        validUntil: { server: "<tls-server-cert validityEndTime>", client: "<tls-client-cert validityEndTime>" },
      },
      engine: { containerName: "e", containerId: "<engine id>", imageId: "<engine-image imageId>" },
      network: { name: "n", cidr: "172.30.0.0/16" },
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
      transport: "stdio",
      image: "<files-image imageId>",
      description: "Reads, writes, edits and searches files in the workspace",
    });
  });

  it("hold one secret, the client's key; all else can be read without --show-secrets", async () => {
    assert.deepEqual((await run()).secrets, ["tls.clientKey"]);
  });

  it("offer a client the servers that it can start on its stdin and stdout, not those that listen", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
    try {
      mkdirSync(join(folder, "listens"));
      writeFileSync(join(folder, "listens/server.yaml"), JSON.stringify(document({ name: "listens", ...HTTP })));
      const { outputs } = await run({ catalog: JSON.stringify([folder]) });
      assert.equal(outputs.servers.listens?.transport, "streamable-http");
      assert.deepEqual(outputs.clientConfig, { mcpServers: {} });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("name the selected servers alone", async () => {
    const { outputs } = await run({ servers: '["files"]' });
    assert.deepEqual(Object.keys(outputs.servers), ["files"]);
    assert.deepEqual(Object.keys(outputs.clientConfig.mcpServers), ["files"]);
  });
});

describe("a client's way to a server", () => {
  it("is exec into the engine, and from there into the server, to its socket", () => {
    assert.deepEqual(clientServer("engine", "mcp-files"), { command: "docker", args: exec("engine", "files") });
  });
});
