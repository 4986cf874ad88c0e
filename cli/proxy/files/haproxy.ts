import { IDLE_SECONDS, KEPT_SECONDS, REQUEST_ID } from "../../../config/fleet/limits";
import type { Backend, Host, Site } from "../../../config/fleet/site";
import { type Listener, listenersOf } from "../listeners";

/** A file for HAProxy 2.4 or newer, whole. */
export function haproxyFile(site: Site): string {
  const listeners = listenersOf(site);
  const isTls = listeners.some((listener) => listener.isTls);
  return `${isTls ? "# HAProxy wants certificate and key in one file, or the key beside it as FILE.key.\n" : ""}defaults
    mode http
    timeout connect 5s
    timeout http-request 30s
    timeout http-keep-alive ${KEPT_SECONDS}s
    # Streams: silence is no end.
    timeout client ${IDLE_SECONDS}s
    timeout server ${IDLE_SECONDS}s
    unique-id-format %[uuid()]
${listeners.map(frontend).join("")}${site.backends.map(backend).join("")}
backend nothing
    http-request return status 404
`;
}

function frontend({ port, isTls, hosts, certificates }: Listener): string {
  const files = certificates.map(({ certificate }) => `crt ${certificate}`).join(" ");
  const bind = isTls ? `:${port} ssl ${files} alpn h2,http/1.1 ssl-min-ver TLSv1.2` : `:${port}`;
  return `
frontend dind-mcp-${port}
    bind ${bind}
    option forwardfor
    http-request set-header X-Forwarded-Proto ${isTls ? "https" : "http"}
    http-request set-header ${REQUEST_ID} %[unique-id] unless { req.hdr(${REQUEST_ID}) -m found }
${hosts.flatMap(rules).join("\n")}
    default_backend nothing
`;
}

function rules({ name, routes }: Host): string[] {
  const isHost = `{ req.hdr(host),field(1,:) -m str -i ${name} }`;
  return routes.map(({ paths, backend }) => {
    const isPath = paths.includes("/") ? "" : ` { path_beg ${paths.join(" ")} }`;
    return `    use_backend ${backend} if ${isHost}${isPath}`;
  });
}

function backend({ name, upstream, health, host }: Backend): string {
  return `
backend ${name}
    http-reuse safe
    server fleet ${upstream} pool-purge-delay ${KEPT_SECONDS}s check inter 10s
    option httpchk GET ${health}
    http-check send hdr Host ${host}
`;
}
