import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

// selftest.sh raises this above the validity, which must replace the client's certificate.
const earlyRenewalHours = new pulumi.Config().getNumber("earlyRenewalHours") ?? 1;

const caKey = new tls.PrivateKey("ca", { algorithm: "ECDSA", ecdsaCurve: "P384" });
const authority = new tls.SelfSignedCert("ca", {
  privateKeyPem: caKey.privateKeyPem,
  subject: { commonName: "selftest CA", organization: "dind-mcp" },
  validityPeriodHours: 48,
  isCaCertificate: true,
  setSubjectKeyId: true,
  setAuthorityKeyId: true,
  allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
});

function leaf(name: string, key: tls.PrivateKeyArgs, use: string, early?: number) {
  const { privateKeyPem } = new tls.PrivateKey(name, key);
  const request = new tls.CertRequest(name, {
    privateKeyPem,
    subject: { commonName: name },
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1", "::1"],
    uris: [`urn:dind-mcp:${name}`],
  });
  const signed = new tls.LocallySignedCert(name, {
    certRequestPem: request.certRequestPem,
    caCertPem: authority.certPem,
    caPrivateKeyPem: caKey.privateKeyPem,
    validityPeriodHours: 24,
    earlyRenewalHours: early,
    setSubjectKeyId: true,
    allowedUses: ["digital_signature", use],
  });
  return { cert: signed.certPem, key: privateKeyPem };
}

const provider = new docker.Provider("host", { host: "unix:///var/run/docker.sock" });
const password = new random.RandomPassword("password", { length: 40, minSpecial: 4, keepers: { round: "1" } });
const id = new random.RandomId("id", { byteLength: 4, prefix: "dind-mcp-selftest-" });
const port = new random.RandomInteger("port", { min: 20000, max: 20010 });
const uuid = new random.RandomUuid("uuid");
const bytes = new random.RandomBytes("bytes", { length: 32 });
const text = new random.RandomString("text", { length: 12, special: false, upper: false });

export const network = new docker.Network(
  "network",
  {
    name: id.hex,
    internal: true,
    ipamConfigs: [{ subnet: "10.214.255.240/28", gateway: "10.214.255.241" }],
    labels: [{ label: "dind-mcp.selftest", value: uuid.result }],
  },
  { provider },
).name;
export const volume = new docker.Volume(
  "volume",
  { name: id.hex, driverOpts: { type: "tmpfs", device: "tmpfs" } },
  { provider },
).name;

export const secrets = { password: password.result, hash: password.bcryptHash, bytes: bytes.base64 };
export const plain = { port: port.result, text: text.result };
export const ca = authority.certPem;
export const server = leaf("server", { algorithm: "ECDSA", ecdsaCurve: "P256" }, "server_auth");
export const client = leaf("client", { algorithm: "ED25519" }, "client_auth", earlyRenewalHours);
export const rsa = leaf("rsa", { algorithm: "RSA", rsaBits: 2048 }, "server_auth");
