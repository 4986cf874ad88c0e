import { BODY_MIB, IDLE_SECONDS, KEPT_SECONDS, REQUEST_ID } from "../../../config/fleet/limits";
import type { Backend, Host, Site } from "../../../config/fleet/site";
import { certificateFiles } from "../listeners";

/** A file for nginx, 1.18 or newer, to be included inside `http`. */
export function nginxFile({ hosts, backends }: Site): string {
  return `${backends.map(upstreamBlock).join("\n")}
# A request keeps the id that it came with.
map $http_x_request_id $dind_mcp_request_id {
    default $http_x_request_id;
    ""      $request_id;
}
${hosts.map(serverBlock).join("")}`;
}

function upstreamBlock({ name, upstream }: Backend): string {
  return `upstream ${name} {
    server ${upstream};
    keepalive 64;
    keepalive_timeout ${KEPT_SECONDS}s;
}
`;
}

function serverBlock(host: Host): string {
  const listen = host.tls ? `${host.port} ssl` : String(host.port);
  const locations = host.routes.flatMap(({ paths, backend }) => paths.map((path) => location(path, backend)));
  return `
server {
    listen ${listen};
    # listen [::]:${listen};
    server_name ${host.name};
${host.tls ? certificate(host) : ""}
    client_max_body_size ${BODY_MIB}m;
${locations.join("")}}
`;
}

function certificate(host: Host): string {
  const { certificate, key } = certificateFiles(host);
  return `
    ssl_certificate     ${certificate};
    ssl_certificate_key ${key};
    ssl_protocols       TLSv1.2 TLSv1.3;
`;
}

function location(path: string, backend: Backend["name"]): string {
  return `
    location ${path} {
        proxy_pass http://${backend};
        proxy_http_version 1.1;
        proxy_set_header Connection        "";
        proxy_set_header Host              $http_host;
        proxy_set_header X-Forwarded-For   $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header ${REQUEST_ID}      $dind_mcp_request_id;
        # Streams: each event at once, and silence is no end.
        proxy_buffering         off;
        proxy_request_buffering off;
        proxy_read_timeout      ${IDLE_SECONDS}s;
        proxy_send_timeout      ${IDLE_SECONDS}s;
    }
`;
}
