import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { KEY_ALGORITHM, type KeyPair, leafCertificate } from "./leaf-certificate";
import { splitNames } from "./names";

/** Ten years, in hours. No `up` renews it in passing, because a new authority means a new engine container. */
const CA_LIFETIME_HOURS = 10 * 365 * 24;

export interface TlsCertificatesArgs {
  /** DNS names and IP addresses under which the engine is reached. */
  names: string[];
}

/** The engine's own authority and the two certificates of its mutual TLS. The authority's key stays in the state. */
export class TlsCertificates extends pulumi.ComponentResource {
  public readonly caPem: pulumi.Output<string>;
  public readonly server: KeyPair;
  public readonly client: KeyPair;

  constructor(name: string, args: TlsCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:TlsCertificates", name, args, opts);
    const caKey = new tls.PrivateKey(`${name}-ca-key`, KEY_ALGORITHM, { parent: this });
    const ca = new tls.SelfSignedCert(
      `${name}-ca-cert`,
      {
        privateKeyPem: caKey.privateKeyPem,
        subject: { commonName: "dind-mcp engine CA", organization: "dind-mcp" },
        isCaCertificate: true,
        setSubjectKeyId: true,
        setAuthorityKeyId: true,
        allowedUses: ["cert_signing", "crl_signing"],
        validityPeriodHours: CA_LIFETIME_HOURS,
      },
      { parent: this },
    );
    const authority = { certPem: ca.certPem, privateKeyPem: caKey.privateKeyPem };
    const { dnsNames, ipAddresses } = splitNames(args.names);
    this.caPem = ca.certPem;
    this.server = leafCertificate(
      `${name}-server`,
      { commonName: "dind-mcp engine", usage: "server_auth", dnsNames, ipAddresses },
      authority,
      this,
    );
    this.client = leafCertificate(
      `${name}-client`,
      { commonName: "dind-mcp client", usage: "client_auth" },
      authority,
      this,
    );
    this.registerOutputs({ caPem: this.caPem, server: this.server, client: this.client });
  }
}
