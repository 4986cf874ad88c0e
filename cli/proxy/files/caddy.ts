import { BODY_MIB, IDLE_SECONDS, KEPT_SECONDS } from "../../../config/fleet/limits";
import type { Host, Route, Site } from "../../../config/fleet/site";

/** A Caddyfile for Caddy 2. With https and no files of its own, Caddy gets the certificates by ACME. */
export function caddyFile({ hosts, backends }: Site): string {
  const upstreams = Object.fromEntries(backends.map(({ name, upstream }) => [name, upstream]));
  return hosts.map((host) => block(host, upstreams)).join("\n");
}

function block({ origin, tls, routes }: Host, upstreams: Record<string, string>): string {
  const own = tls?.certificate && tls.key ? `\ttls ${tls.certificate} ${tls.key}\n` : "";
  return `${origin} {
${own}\trequest_body {
\t\tmax_size ${BODY_MIB}MiB
\t}
${routes.map((route) => reverseProxy(route, upstreams[route.backend] as string)).join("")}}
`;
}

function reverseProxy({ paths, backend }: Route, upstream: string): string {
  const matched = paths.flatMap((path) => (path === "/" ? [] : [path, `${path}/*`]));
  const matcher = matched.length > 0 ? `\t@${backend} path ${matched.join(" ")}\n` : "";
  return `${matcher}\treverse_proxy ${matcher ? `@${backend} ` : ""}${upstream} {
\t\t# Streams: each event at once.
\t\tflush_interval -1
\t\ttransport http {
\t\t\tkeepalive ${KEPT_SECONDS}s
\t\t\tresponse_header_timeout ${IDLE_SECONDS}s
\t\t}
\t}
`;
}
