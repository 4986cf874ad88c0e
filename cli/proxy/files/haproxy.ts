import { certificateFiles, IDLE_SECONDS, KEPT_SECONDS, REQUEST_ID, type Site } from "../site";

/** A file for HAProxy 2.4 or newer, whole. */
export function haproxyFile(site: Site): string {
  const { host, port, paths, upstream, tls } = site;
  const { certificate } = certificateFiles(site);
  const bind = tls ? `:${port} ssl crt ${certificate} alpn h2,http/1.1 ssl-min-ver TLSv1.2` : `:${port}`;
  const ours = paths.includes("/")
    ? ""
    : `\n    acl ours path_beg ${paths.join(" ")}\n    http-request return status 404 unless ours`;
  return `${tls ? "# HAProxy wants certificate and key in one file, or the key beside it as FILE.key.\n" : ""}defaults
    mode http
    timeout connect 5s
    timeout http-request 30s
    timeout http-keep-alive ${KEPT_SECONDS}s
    # Streams: silence is no end.
    timeout client ${IDLE_SECONDS}s
    timeout server ${IDLE_SECONDS}s
    unique-id-format %[uuid()]

frontend dind-mcp
    bind ${bind}
    http-request return status 404 unless { req.hdr(host),field(1,:) -m str -i ${host} }${ours}
    option forwardfor
    http-request set-header X-Forwarded-Proto ${tls ? "https" : "http"}
    http-request set-header ${REQUEST_ID} %[unique-id] unless { req.hdr(${REQUEST_ID}) -m found }
    default_backend dind-mcp

backend dind-mcp
    http-reuse safe
    server fleet ${upstream} pool-purge-delay ${KEPT_SECONDS}s check inter 10s
    option httpchk GET /healthz
    http-check send hdr Host ${host}
`;
}
