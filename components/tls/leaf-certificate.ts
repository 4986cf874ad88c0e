import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { type CertificateAuthority, KEY_ALGORITHM } from "./authority";
import { LEAF_LIFETIME_HOURS, LEAF_RENEWAL_HOURS } from "./lifetimes";

export interface Leaf {
  /** Subject common name. */
  commonName: string;
  /** The one extended key usage: a server's certificate must not serve as a client's. */
  usage: "server_auth" | "client_auth";
  dnsNames?: string[];
  ipAddresses?: string[];
}

/** A certificate with its private key, PEM. */
export interface KeyPair {
  certPem: pulumi.Output<string>;
  /** Secret. */
  keyPem: pulumi.Output<string>;
  /** RFC 3339 time. */
  validUntil: pulumi.Output<string>;
}

/** A key and a certificate signed by the authority. */
export function leafCertificate(name: string, leaf: Leaf, ca: CertificateAuthority, parent: pulumi.Resource): KeyPair {
  const key = new tls.PrivateKey(`${name}-key`, KEY_ALGORITHM, { parent });
  const request = new tls.CertRequest(
    `${name}-request`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: leaf.commonName, organization: "dind-mcp" },
      dnsNames: leaf.dnsNames,
      ipAddresses: leaf.ipAddresses,
    },
    { parent },
  );
  const certificate = new tls.LocallySignedCert(
    `${name}-cert`,
    {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: ca.privateKeyPem,
      caCertPem: ca.certPem,
      allowedUses: ["digital_signature", leaf.usage],
      setSubjectKeyId: true,
      validityPeriodHours: LEAF_LIFETIME_HOURS,
      earlyRenewalHours: LEAF_RENEWAL_HOURS,
    },
    { parent },
  );
  return { certPem: certificate.certPem, keyPem: key.privateKeyPem, validUntil: certificate.validityEndTime };
}
