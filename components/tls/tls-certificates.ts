import * as pulumi from "@pulumi/pulumi";
import { authority, type CertificateAuthority } from "./authority";
import { type KeyPair, leafCertificate } from "./leaf-certificate";
import { splitNames } from "./names";

export interface TlsCertificatesArgs {
  /** DNS names and IP addresses under which the engine is reached. */
  names: string[];
  /**
   * Numbers of the authorities: one; or, while clients move, the old one and the new one. Another number is another
   * authority. The first signs the server's certificate, the last the client's. @default [1]
   */
  authorities?: number[];
}

/**
 * The engine's own authorities and the two certificates of its mutual TLS. The authorities' keys stay in the state.
 *
 * Servers and clients have an authority each, so that a new one for clients refuses every earlier client's certificate
 * while the server's goes on: dockerd knows no list of revoked ones.
 */
export class TlsCertificates extends pulumi.ComponentResource {
  /** What clients trust: one authority, or two while clients move. */
  public readonly caPem: pulumi.Output<string>;
  /** What the engine trusts clients by, likewise. */
  public readonly clientCaPem: pulumi.Output<string>;
  public readonly server: KeyPair;
  public readonly client: KeyPair;

  constructor(name: string, args: TlsCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:TlsCertificates", name, args, opts);
    const numbers = args.authorities ?? [1];
    const named = (kind: string, commonName: string) =>
      numbers.map((number) => authority(...numbered(number, `${name}-${kind}`, commonName), this));
    const servers = named("ca", "dind-mcp engine CA");
    const clients = named("client-ca", "dind-mcp client CA");
    const { dnsNames, ipAddresses } = splitNames(args.names);
    this.caPem = bundle(servers);
    this.clientCaPem = bundle(clients);
    this.server = leafCertificate(
      `${name}-server`,
      { commonName: "dind-mcp engine", usage: "server_auth", dnsNames, ipAddresses },
      servers[0] as CertificateAuthority,
      this,
    );
    this.client = leafCertificate(
      `${name}-client`,
      { commonName: "dind-mcp client", usage: "client_auth" },
      clients.at(-1) as CertificateAuthority,
      this,
    );
    this.registerOutputs({ caPem: this.caPem, server: this.server, client: this.client });
  }
}

/** The names of an authority: its resources', and its subject's. The first has no number, as before there could be others. */
function numbered(number: number, name: string, commonName: string): [string, string] {
  return number === 1 ? [name, commonName] : [`${name}-${number}`, `${commonName} ${number}`];
}

/** The certificates one after the other, as PEM files have them. */
function bundle(authorities: CertificateAuthority[]): pulumi.Output<string> {
  return pulumi.all(authorities.map(({ certPem }) => certPem)).apply((pems) => pems.join(""));
}
