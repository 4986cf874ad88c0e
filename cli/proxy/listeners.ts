import type { Certificate, Host, Site } from "../../config/fleet/site";

/** The certificate's files, for a proxy that gets none itself. */
export function certificateFiles({ name, tls }: Host): Required<Certificate> {
  const certificate = tls?.certificate ?? `/etc/letsencrypt/live/${name}/fullchain.pem`;
  return { certificate, key: tls?.key ?? `/etc/letsencrypt/live/${name}/privkey.pem` };
}

/** A port that the proxy listens on, with the hosts that it serves there. All of them are TLS, or none. */
export interface Listener {
  port: number;
  isTls: boolean;
  hosts: Host[];
  /** The certificates of its hosts, each once. */
  certificates: Required<Certificate>[];
}

/** The ports on which a proxy listens, for proxies that have one listener a port. */
export function listenersOf({ hosts }: Site): Listener[] {
  return [...new Set(hosts.map(({ port }) => port))].map((port) => {
    const here = hosts.filter((host) => host.port === port);
    const files = here.filter(({ tls }) => tls).map(certificateFiles);
    const certificates = files.filter(
      (one, at) => files.findIndex(({ certificate }) => certificate === one.certificate) === at,
    );
    return { port, isTls: files.length > 0, hosts: here, certificates };
  });
}
