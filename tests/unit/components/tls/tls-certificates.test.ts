import assert from "node:assert/strict";
import { TlsCertificates } from "../../../../components/tls/tls-certificates";
import { record, reveal } from "../../../support/components/mocks";
import { children, only } from "../../../support/components/queries";

const make = () => record(() => new TlsCertificates("tls", { names: ["localhost", "127.0.0.1", "engine"] }));

describe("TlsCertificates", () => {
  it("is an authority, a server's and a client's certificate, nothing else", async () => {
    const { resources } = await make();
    assert.deepEqual(children(resources, "dind-mcp:index:TlsCertificates tls"), [
      "tls:index/certRequest:CertRequest tls-client-request",
      "tls:index/certRequest:CertRequest tls-server-request",
      "tls:index/locallySignedCert:LocallySignedCert tls-client-cert",
      "tls:index/locallySignedCert:LocallySignedCert tls-server-cert",
      "tls:index/privateKey:PrivateKey tls-ca-key",
      "tls:index/privateKey:PrivateKey tls-client-key",
      "tls:index/privateKey:PrivateKey tls-server-key",
      "tls:index/selfSignedCert:SelfSignedCert tls-ca-cert",
    ]);
    assert.equal(resources.length, 9);
  });

  it("has three keys of its own, all on the curve P-256", async () => {
    const { resources } = await make();
    for (const name of ["tls-ca-key", "tls-client-key", "tls-server-key"])
      assert.deepEqual(only(resources, name).inputs, { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const keyOf = (name: string, input: string) => only(resources, name).inputs[input];
    assert.equal(keyOf("tls-ca-cert", "privateKeyPem"), "<tls-ca-key privateKeyPem>");
    assert.equal(keyOf("tls-server-request", "privateKeyPem"), "<tls-server-key privateKeyPem>");
    assert.equal(keyOf("tls-client-request", "privateKeyPem"), "<tls-client-key privateKeyPem>");
  });

  it("gives each leaf one purpose, the authority's signature and an end a third of its life after its renewal", async () => {
    const { resources } = await make();
    for (const [leaf, purpose] of Object.entries({ server: "server_auth", client: "client_auth" })) {
      const { inputs } = only(resources, `tls-${leaf}-cert`);
      assert.deepEqual(inputs.allowedUses, ["digital_signature", purpose]);
      assert.equal(inputs.isCaCertificate, undefined);
      assert.equal(inputs.caPrivateKeyPem, "<tls-ca-key privateKeyPem>");
      assert.equal(inputs.caCertPem, "<tls-ca-cert certPem>");
      assert.equal(inputs.certRequestPem, `<tls-${leaf}-request certRequestPem>`);
      const [life, renewal] = [Number(inputs.validityPeriodHours), Number(inputs.earlyRenewalHours)];
      assert.equal(life, 365 * 24);
      assert.ok(renewal >= life / 3 && renewal < life / 2, `renewed ${renewal} of ${life} hours before the end`);
    }
  });

  it("lets the authority sign certificates and nothing else", async () => {
    const { inputs } = only((await make()).resources, "tls-ca-cert");
    assert.equal(inputs.isCaCertificate, true);
    assert.deepEqual(inputs.allowedUses, ["cert_signing", "crl_signing"]);
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
    ]);
    assert.deepEqual(await reveal(result.server.keyPem), { value: "<tls-server-key privateKeyPem>", secret: true });
    assert.deepEqual(await reveal(result.client.keyPem), { value: "<tls-client-key privateKeyPem>", secret: true });
    assert.deepEqual(await reveal(result.caPem), { value: "<tls-ca-cert certPem>", secret: false });
    assert.equal((await reveal(result.client.validUntil)).value, "<tls-client-cert validityEndTime>");
    assert.equal((await reveal(result.server.validUntil)).value, "<tls-server-cert validityEndTime>");
  });
});
