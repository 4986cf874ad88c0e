import { stringify } from "yaml";
import { IDLE_SECONDS, KEPT_SECONDS } from "../../../config/fleet/limits";
import type { Backend, Host, Route, Site } from "../../../config/fleet/site";

/** A dynamic configuration for Traefik 3, for its file provider. */
export function traefikFile({ hosts, backends }: Site): string {
  const files = filesOf(hosts);
  const isTls = hosts.some(({ tls }) => tls);
  const head = `# The entry points are the static configuration's: here \`${isTls ? "websecure" : "web"}\`${isTls && !files ? ", and the certificate resolver `acme`" : ""}.
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
