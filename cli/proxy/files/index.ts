import type { Site } from "../../../config/fleet/site";
import { caddyFile } from "./caddy";
import { envoyFile } from "./envoy";
import { haproxyFile } from "./haproxy";
import { nginxFile } from "./nginx";
import { traefikFile } from "./traefik";

/** A proxy that a file can be made for. */
export interface ProxyProgram {
  /** Its name, as it writes it itself. */
  title: string;
  /** Where the file usually goes. */
  place: string;
  /** Whether it gets certificates by ACME itself. */
  acme: boolean;
  file(site: Site): string;
}

/** Every proxy that a file can be made for, by the name of its command. */
export const PROXIES = {
  nginx: { title: "nginx", place: "/etc/nginx/conf.d/dind-mcp.conf", acme: false, file: nginxFile },
  caddy: { title: "Caddy", place: "/etc/caddy/Caddyfile", acme: true, file: caddyFile },
  haproxy: { title: "HAProxy", place: "/etc/haproxy/haproxy.cfg", acme: false, file: haproxyFile },
  traefik: { title: "Traefik", place: "a file of its file provider", acme: true, file: traefikFile },
  envoy: { title: "Envoy", place: "/etc/envoy/envoy.yaml", acme: false, file: envoyFile },
} satisfies Record<string, ProxyProgram>;
