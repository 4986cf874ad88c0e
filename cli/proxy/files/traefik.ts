import { stringify } from "yaml";
import { IDLE_SECONDS, KEPT_SECONDS, type Site } from "../site";

/** A dynamic configuration for Traefik 3, for its file provider. */
export function traefikFile({ host, paths, upstream, tls }: Site): string {
  const under = paths.map((path) => `PathPrefix(\`${path}\`)`).join(" || ");
  const files = tls?.certificate && tls.key ? [{ certFile: tls.certificate, keyFile: tls.key }] : undefined;
  const head = `# The entry points are the static configuration's: here \`${tls ? "websecure" : "web"}\`${tls && !files ? ", and the certificate resolver `acme`" : ""}.
# No middleware that buffers or retries belongs in front of the fleet: it would hold streams back, or call a tool twice.
`;
  return (
    head +
    stringify(
      {
        http: {
          routers: {
            "dind-mcp": {
              rule: `Host(\`${host}\`) && (${under})`,
              entryPoints: [tls ? "websecure" : "web"],
              service: "dind-mcp",
              ...(tls ? { tls: files ? {} : { certResolver: "acme" } } : {}),
            },
          },
          services: {
            "dind-mcp": {
              loadBalancer: {
                servers: [{ url: `http://${upstream}` }],
                passHostHeader: true,
                serversTransport: "dind-mcp",
                responseForwarding: { flushInterval: "1ms" },
                healthCheck: { path: "/healthz", interval: "10s" },
              },
            },
          },
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
        ...(files ? { tls: { certificates: files } } : {}),
      },
      { lineWidth: 0 },
    )
  );
}
