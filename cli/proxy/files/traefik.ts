import { stringify } from "yaml";
import { IDLE_SECONDS, KEPT_SECONDS } from "../../../config/fleet/limits";
import type { Backend, Host, Route, Site } from "../../../config/fleet/site";

/** A dynamic configuration for Traefik 3, for its file provider. */
export function traefikFile({ hosts, backends }: Site): string {
  const files = filesOf(hosts);
  const isTls = hosts.some(({ tls }) => tls);
  const head = `${staticPart(hosts, isTls && !files)}
# No middleware that buffers or retries belongs in front of the fleet: it would hold streams back, or call a tool twice.
`;
  const routers = hosts.flatMap((host) => host.routes.map((route) => [route.backend, router(host, route)] as const));
  const services = backends.map((backend) => [backend.name, service(backend)] as const);
  const dynamic = {
    http: {
      routers: Object.fromEntries(routers),
      services: Object.fromEntries(services),
      serversTransports: {
        "dind-mcp": {
          forwardingTimeouts: {
            dialTimeout: "5s",
            responseHeaderTimeout: `${IDLE_SECONDS}s`,
            idleConnTimeout: `${KEPT_SECONDS}s`,
          },
        },
      },
    },
    ...(files ? { tls: { certificates: [files] } } : {}),
  };
  return head + stringify(dynamic, { lineWidth: 0 });
}

/** What the static configuration needs, as a comment: our file is the dynamic one. */
function staticPart(hosts: Host[], byAcme: boolean): string {
  const [host] = hosts;
  const entry = host?.tls ? "websecure" : "web";
  const acme = { storage: "/etc/traefik/acme.json", tlsChallenge: {} };
  const needed = {
    entryPoints: { [entry]: { address: `:${host?.port}` } },
    ...(byAcme ? { certificatesResolvers: { acme: { acme } } } : {}),
  };
  const lines = stringify(needed, { lineWidth: 0 }).trimEnd().split("\n");
  const why = byAcme ? ", and where certificates come from: Let's Encrypt, by port 443" : "";
  return [`# The static configuration has the entry point${why}:`, ...lines.map((line) => `#   ${line}`)].join("\n");
}

/** The certificate's files, which are the same for all hosts; undefined where Traefik gets certificates by ACME. */
function filesOf(hosts: Host[]): { certFile: string; keyFile: string } | undefined {
  const { certificate, key } = hosts.find(({ tls }) => tls)?.tls ?? {};
  return certificate && key ? { certFile: certificate, keyFile: key } : undefined;
}

function router({ name, tls }: Host, { paths, backend }: Route): object {
  const under = paths.map((path) => `PathPrefix(\`${path}\`)`).join(" || ");
  return {
    rule: `Host(\`${name}\`) && (${under})`,
    entryPoints: [tls ? "websecure" : "web"],
    service: backend,
    ...(tls ? { tls: tls.certificate ? {} : { certResolver: "acme" } } : {}),
  };
}

function service({ upstream, health }: Backend): object {
  return {
    loadBalancer: {
      servers: [{ url: `http://${upstream}` }],
      passHostHeader: true,
      serversTransport: "dind-mcp",
      responseForwarding: { flushInterval: "1ms" },
      healthCheck: { path: health, interval: "10s" },
    },
  };
}
