import assert from "node:assert/strict";
import { TlsCertificates } from "../../../../components/tls/tls-certificates";
import { record, reveal } from "../../../support/components/mocks";
import { children, only } from "../../../support/components/queries";

const make = (authorities?: number[]) =>
  record(() => new TlsCertificates("tls", { names: ["localhost", "127.0.0.1", "engine"], authorities }));

/** What signs each leaf, and what each end trusts. */
async function trust(authorities?: number[]) {
  const { result, resources } = await make(authorities);
  const signer = (leaf: string) => [
    only(resources, `tls-${leaf}-cert`).inputs.caPrivateKeyPem,
    only(resources, `tls-${leaf}-cert`).inputs.caCertPem,
  ];
  return {
    server: signer("server"),
    client: signer("client"),
    byClients: (await reveal(result.caPem)).value,
    byServer: (await reveal(result.clientCaPem)).value,
  };
}

describe("TlsCertificates", () => {
  it("is an authority for servers and one for clients, a server's and a client's certificate, nothing else", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:TlsCertificates tls"), [
      "tls:index/certRequest:CertRequest tls-client-request",
      "tls:index/certRequest:CertRequest tls-server-request",
      "tls:index/locallySignedCert:LocallySignedCert tls-client-cert",
      "tls:index/locallySignedCert:LocallySignedCert tls-server-cert",
      "tls:index/privateKey:PrivateKey tls-ca-key",
      "tls:index/privateKey:PrivateKey tls-client-ca-key",
      "tls:index/privateKey:PrivateKey tls-client-key",
      "tls:index/privateKey:PrivateKey tls-server-key",
      "tls:index/selfSignedCert:SelfSignedCert tls-ca-cert",
      "tls:index/selfSignedCert:SelfSignedCert tls-client-ca-cert",
    ]);
    assert.equal(resources.length, 11);
  });

  it("has four keys of its own, all on the curve P-256", async () => {
    const { resources } = await make();
    for (const name of ["tls-ca-key", "tls-client-ca-key", "tls-client-key", "tls-server-key"])
      assert.deepEqual(only(resources, name).inputs, { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const keyOf = (name: string, input: string) => only(resources, name).inputs[input];
    assert.equal(keyOf("tls-ca-cert", "privateKeyPem"), "<tls-ca-key privateKeyPem>");
    assert.equal(keyOf("tls-client-ca-cert", "privateKeyPem"), "<tls-client-ca-key privateKeyPem>");
    assert.equal(keyOf("tls-server-request", "privateKeyPem"), "<tls-server-key privateKeyPem>");
    assert.equal(keyOf("tls-client-request", "privateKeyPem"), "<tls-client-key privateKeyPem>");
  });

  it("gives each leaf one purpose, its request's names, and an end a third of its life after its renewal", async () => {
    const { resources } = await make();
    for (const [leaf, purpose] of Object.entries({ server: "server_auth", client: "client_auth" })) {
      const { inputs } = only(resources, `tls-${leaf}-cert`);
      assert.deepEqual(inputs.allowedUses, ["digital_signature", purpose]);
      assert.equal(inputs.isCaCertificate, undefined);
      assert.equal(inputs.certRequestPem, `<tls-${leaf}-request certRequestPem>`);
      const [life, renewal] = [Number(inputs.validityPeriodHours), Number(inputs.earlyRenewalHours)];
      assert.equal(life, 365 * 24);
      assert.ok(renewal >= life / 3 && renewal < life / 2, `renewed ${renewal} of ${life} hours before the end`);
    }
  });

  it("signs each leaf by the authority of its kind, which the other end trusts, and no other", async () => {
    assert.deepEqual(await trust(), {
      server: ["<tls-ca-key privateKeyPem>", "<tls-ca-cert certPem>"],
      client: ["<tls-client-ca-key privateKeyPem>", "<tls-client-ca-cert certPem>"],
      byClients: "<tls-ca-cert certPem>",
      byServer: "<tls-client-ca-cert certPem>",
    });
  });

  it("with two authorities trusts both; the server keeps the old one's certificate, the client has the new one's", async () => {
    assert.deepEqual(await trust([1, 2]), {
      server: ["<tls-ca-key privateKeyPem>", "<tls-ca-cert certPem>"],
      client: ["<tls-client-ca-2-key privateKeyPem>", "<tls-client-ca-2-cert certPem>"],
      byClients: "<tls-ca-cert certPem><tls-ca-2-cert certPem>",
      byServer: "<tls-client-ca-cert certPem><tls-client-ca-2-cert certPem>",
    });
    assert.deepEqual(await trust([2]), {
      server: ["<tls-ca-2-key privateKeyPem>", "<tls-ca-2-cert certPem>"],
      client: ["<tls-client-ca-2-key privateKeyPem>", "<tls-client-ca-2-cert certPem>"],
      byClients: "<tls-ca-2-cert certPem>",
      byServer: "<tls-client-ca-2-cert certPem>",
    });
  });

  it("lets the authorities sign certificates and nothing else; each has a name of its own", async () => {
    const { resources } = await make([1, 2]);
    const names = ["tls-ca-cert", "tls-ca-2-cert", "tls-client-ca-cert", "tls-client-ca-2-cert"].map((name) => {
      const { inputs } = only(resources, name);
      assert.equal(inputs.isCaCertificate, true);
      assert.deepEqual(inputs.allowedUses, ["cert_signing", "crl_signing"]);
      return (inputs.subject as { commonName: string }).commonName;
    });
    assert.deepEqual(names, [
      "dind-mcp engine CA",
      "dind-mcp engine CA 2",
      "dind-mcp client CA",
      "dind-mcp client CA 2",
    ]);
  });

  it("names the server by all its names, the client by none", async () => {
    const { resources } = await make();
    const names = ({ inputs: { dnsNames, ipAddresses } }: ReturnType<typeof only>) => [dnsNames, ipAddresses];
    assert.deepEqual(names(only(resources, "tls-server-request")), [["localhost", "engine"], ["127.0.0.1"]]);
    assert.deepEqual(names(only(resources, "tls-client-request")), [undefined, undefined]);
  });

  it("keeps every private key secret, as input and as output", async () => {
    const { result, resources } = await make();
    const secret = resources.flatMap(({ name, secrets }) => secrets.map((path) => `${name} ${path}`));
    assert.deepEqual(secret, [
      "tls-client-request privateKeyPem",
      "tls-server-request privateKeyPem",
      "tls-client-cert caPrivateKeyPem",
      "tls-server-cert caPrivateKeyPem",
      "tls-ca-cert privateKeyPem",
      "tls-client-ca-cert privateKeyPem",
    ]);
    assert.deepEqual(await reveal(result.server.keyPem), { value: "<tls-server-key privateKeyPem>", secret: true });
    assert.deepEqual(await reveal(result.client.keyPem), { value: "<tls-client-key privateKeyPem>", secret: true });
    assert.deepEqual(await reveal(result.caPem), { value: "<tls-ca-cert certPem>", secret: false });
    assert.equal((await reveal(result.client.validUntil)).value, "<tls-client-cert validityEndTime>");
    assert.equal((await reveal(result.server.validUntil)).value, "<tls-server-cert validityEndTime>");
  });
});
