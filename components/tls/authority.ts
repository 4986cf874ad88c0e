import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** EC P-256 everywhere: RSA keys take seconds to make and have no advantage here. */
export const KEY_ALGORITHM = { algorithm: "ECDSA", ecdsaCurve: "P256" };

/** Ten years, in hours. No `up` renews it in passing, because clients would have to be told: `rotate ca` does. */
const LIFETIME_HOURS = 10 * 365 * 24;

/** Signs certificates. Its key stays in the state. */
export interface CertificateAuthority {
  certPem: pulumi.Output<string>;
  privateKeyPem: pulumi.Output<string>;
}

/** An authority with a key of its own, signed by itself. */
export function authority(name: string, commonName: string, parent: pulumi.Resource): CertificateAuthority {
  const key = new tls.PrivateKey(`${name}-key`, KEY_ALGORITHM, { parent });
  const certificate = new tls.SelfSignedCert(
    `${name}-cert`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName, organization: "dind-mcp" },
      isCaCertificate: true,
      setSubjectKeyId: true,
      setAuthorityKeyId: true,
      allowedUses: ["cert_signing", "crl_signing"],
      validityPeriodHours: LIFETIME_HOURS,
    },
    { parent },
  );
  return { certPem: certificate.certPem, privateKeyPem: key.privateKeyPem };
}
