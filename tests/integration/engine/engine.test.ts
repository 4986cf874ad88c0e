import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { must, run } from "../../support/fleet/command";
import { docker, type Fleet, theFleet } from "../../support/fleet/fleet";
import { mustPulumi } from "../../support/fleet/stack";

interface Identity {
  cert?: string;
  key?: string;
  ca?: string;
  maxVersion?: "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
}

/** Asks the engine's API for its version over TLS; the HTTP answer, or the reason of the refusal. */
function ping(fleet: Fleet, { cert, key, ca = fleet.outputs.tls.ca, maxVersion }: Identity): Promise<string> {
  return new Promise((resolve) => {
    const socket = tlsConnect({
      host: "127.0.0.1",
      port: fleet.stack.port,
      ca,
      cert,
      key,
      maxVersion,
      minVersion: maxVersion,
    });
    let text = "";
    socket.setTimeout(10_000, () => socket.destroy(new Error("time-out")));
    socket.on("secureConnect", () => socket.write("GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n"));
    socket.on("data", (data) => (text += data));
    socket.on("error", (error) => resolve(`refused: ${error.message}`));
    socket.on("close", () => resolve(text || "refused: closed"));
  });
}

/** A client certificate made with openssl, signed by the given authority or by one of its own. */
async function makeCertificate(
  folder: string,
  name: string,
  days: number,
  ca?: { cert: string; key: string },
): Promise<Identity> {
  const file = (kind: string) => join(folder, `${name}.${kind}`);
  await must("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file("key")]);
  const subject = ["-subj", "/CN=test", "-addext", "extendedKeyUsage=clientAuth"];
  if (!ca) {
    await must("openssl", [
      "req",
      "-x509",
      "-new",
      "-key",
      file("key"),
      "-days",
      String(days),
      ...subject,
      "-out",
      file("pem"),
    ]);
  } else {
    await writeFile(file("ca"), ca.cert);
    await writeFile(file("cakey"), ca.key, { mode: 0o600 });
    await must("openssl", ["req", "-new", "-key", file("key"), ...subject, "-out", file("csr")]);
    const sign = ["x509", "-req", "-in", file("csr"), "-CA", file("ca"), "-CAkey", file("cakey"), "-CAcreateserial"];
    await must("openssl", [...sign, "-copy_extensions", "copy", "-days", String(days), "-out", file("pem")]);
  }
  return { cert: await must("cat", [file("pem")]), key: await must("cat", [file("key")]) };
}

/** A secret output of a resource in the state, found by the resource's name. */
async function stateOutput(fleet: Fleet, resource: string, output: string): Promise<string> {
  const state = JSON.parse(await mustPulumi(fleet.stack, "stack", "export", "--show-secrets")) as {
    deployment: { resources: { urn: string; outputs?: Record<string, unknown> }[] };
  };
  const found = state.deployment.resources.find(({ urn }) => urn.endsWith(`::${resource}`));
  const value = found?.outputs?.[output];
  const plain = typeof value === "object" && value ? JSON.parse((value as { plaintext: string }).plaintext) : value;
  assert.equal(typeof plain, "string", `${resource}.${output}`);
  return plain as string;
}

describe("the engine", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  let client: Identity;
  let folder: string;

  before(async () => {
    fleet = await theFleet();
    client = { cert: fleet.outputs.tls.clientCert, key: fleet.outputs.tls.clientKey };
    folder = await mkdtemp(join(tmpdir(), "dind-mcp-certs-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("is healthy, under its name", async () => {
    const state = await must("docker", [
      "inspect",
      fleet.outputs.engine.containerName,
      "-f",
      "{{.State.Health.Status}}",
    ]);
    assert.equal(state, "healthy");
    assert.equal(fleet.outputs.engine.containerName, fleet.stack.engineName);
  });

  it("answers the stack's client certificate", async () => {
    assert.match(await docker(fleet, "version", "--format", "{{.Server.Version}}"), /^\d+\.\d+\.\d+/);
    assert.match(await ping(fleet, client), /200 OK[\s\S]*OK$/);
  });

  it("refuses no certificate", async () => assert.match(await ping(fleet, {}), /^refused: .*certificate/));

  it("refuses a certificate of another authority", async () => {
    assert.match(await ping(fleet, await makeCertificate(folder, "other", 1)), /^refused: /);
  });

  it("refuses its own server certificate as a client's", async () => {
    const key = await stateOutput(fleet, "tls-server-key", "privateKeyPem");
    const cert = await stateOutput(fleet, "tls-server-cert", "certPem");
    assert.match(await ping(fleet, { cert, key }), /^refused: /);
  });

  it("takes a certificate its authority has just signed, and refuses an expired one", async () => {
    const ca = {
      cert: await stateOutput(fleet, "tls-client-ca-cert", "certPem"),
      key: await stateOutput(fleet, "tls-client-ca-key", "privateKeyPem"),
    };
    assert.match(await ping(fleet, await makeCertificate(folder, "fresh", 1, ca)), /200 OK/);
    assert.match(await ping(fleet, await makeCertificate(folder, "expired", -1, ca)), /^refused: /);
  });

  it("refuses a client's certificate of the authority that signs the server's", async () => {
    const ca = { cert: fleet.outputs.tls.ca, key: await stateOutput(fleet, "tls-ca-key", "privateKeyPem") };
    assert.match(await ping(fleet, await makeCertificate(folder, "servers", 1, ca)), /^refused: /);
  });

  it("refuses TLS 1.1", async () =>
    assert.match(await ping(fleet, { ...client, maxVersion: "TLSv1.1" }), /^refused: /));

  it("refuses plain HTTP", async () => {
    const status = await new Promise<number | string>((resolve) => {
      const req = request({ host: "127.0.0.1", port: fleet.stack.port, path: "/version" }, (res) => {
        res.resume();
        resolve(res.statusCode ?? 0);
      });
      req.on("error", (error) => resolve(error.message));
      req.end();
    });
    assert.equal(status, 400);
  });

  it("is verified by its clients: another authority's engine would be refused", async () => {
    const other = await makeCertificate(folder, "ca2", 1);
    assert.match(await ping(fleet, { ...client, ca: other.cert }), /^refused: .*(verify|self.signed|issuer)/);
  });

  it("has six volumes, its network, and ports on loopback only", async () => {
    const inspected = JSON.parse(await must("docker", ["inspect", fleet.stack.engineName]))[0];
    const mounted = inspected.Mounts.map((m: { Name: string; Destination: string }) => [m.Name, m.Destination]).sort();
    const volume = (name: string) => `${fleet.stack.volumePrefix}${name}`;
    assert.deepEqual(mounted, [
      [volume("mcp-certs"), "/certs"],
      [volume("mcp-engine"), "/var/lib/docker"],
      [volume("mcp-logs"), "/var/log/mcp"],
      [volume("mcp-orchestrator"), "/srv/mcp/orchestrator"],
      [volume("mcp-postgres"), "/srv/mcp/postgres"],
      [volume("mcp-workspace"), "/srv/mcp/workspace"],
    ]);
    assert.deepEqual(Object.keys(inspected.NetworkSettings.Networks), [fleet.stack.networkName]);
    const { port, apiPort, pagePort, metricsPort, dockerPort } = fleet.stack;
    const bound = (host: number) => [{ HostIp: "127.0.0.1", HostPort: String(host) }];
    assert.deepEqual(inspected.HostConfig.PortBindings, {
      "2376/tcp": bound(port),
      "12375/tcp": bound(dockerPort),
      "18080/tcp": bound(apiPort),
      "18081/tcp": bound(pagePort),
      "19090/tcp": bound(metricsPort),
    });
    assert.equal(inspected.HostConfig.Privileged, false);
    assert.equal(inspected.HostConfig.ReadonlyRootfs, true);
    const subnet = await must("docker", [
      "network",
      "inspect",
      fleet.stack.networkName,
      "-f",
      "{{(index .IPAM.Config 0).Subnet}}",
    ]);
    assert.equal(subnet, fleet.stack.networkCidr);
  });

  it("keeps keys and passwords out of inspect, logs and plain state", async () => {
    const canaries = [
      fleet.outputs.tls.clientKey,
      await stateOutput(fleet, "tls-ca-key", "privateKeyPem"),
      await stateOutput(fleet, "tls-client-ca-key", "privateKeyPem"),
      await stateOutput(fleet, "tls-server-key", "privateKeyPem"),
      await stateOutput(fleet, "database-reader-password", "result"),
    ].map((secret) => secret.split("\n")[1] ?? secret);
    assert.ok(canaries.every((canary) => canary.length >= 16));
    const names = (await docker(fleet, "ps", "-aq")).split("\n");
    const places = {
      "host inspect": await must("docker", ["inspect", fleet.stack.engineName, `${fleet.stack.engineName}-certs`]),
      "inner inspect": await docker(fleet, "inspect", ...names),
      "engine log": Object.values(await run("docker", ["logs", fleet.stack.engineName])).join(),
      "plain state": await mustPulumi(fleet.stack, "stack", "export"),
    };
    for (const [place, text] of Object.entries(places)) {
      for (const canary of canaries) assert.ok(!text.includes(canary), `a secret shows up in: ${place}`);
    }
  });
});
