import { BODY_MIB, IDLE_SECONDS, KEPT_SECONDS, type Site } from "../site";

/** A Caddyfile for Caddy 2. With https and no files of its own, Caddy gets the certificate by ACME. */
export function caddyFile({ url, paths, upstream, tls }: Site): string {
  const { protocol, host } = new URL(url);
  const matched = paths.flatMap((path) => (path === "/" ? [] : [path, `${path}/*`]));
  const own = tls?.certificate && tls.key ? `\ttls ${tls.certificate} ${tls.key}\n` : "";
  return `${protocol}//${host} {
${own}${matched.length > 0 ? `\t@fleet path ${matched.join(" ")}\n` : ""}\trequest_body {
\t\tmax_size ${BODY_MIB}MiB
\t}
\treverse_proxy ${matched.length > 0 ? "@fleet " : ""}${upstream} {
\t\t# Streams: each event at once.
\t\tflush_interval -1
\t\ttransport http {
\t\t\tkeepalive ${KEPT_SECONDS}s
\t\t\tresponse_header_timeout ${IDLE_SECONDS}s
\t\t}
\t}
}
`;
}
