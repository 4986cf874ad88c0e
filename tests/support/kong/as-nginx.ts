import { parse } from "yaml";
import { certificateFiles } from "../../../cli/proxy/listeners";
import type { Site } from "../../../config/fleet/site";

interface Plugin {
  name: string;
  config: Record<string, unknown>;
}
interface KongRoute {
  hosts: string[];
  paths: string[];
  protocols: string[];
  strip_path: boolean;
  preserve_host: boolean;
  request_buffering: boolean;
  response_buffering: boolean;
}
interface KongService {
  host: string;
  connect_timeout: number;
  read_timeout: number;
  write_timeout: number;
  routes: KongRoute[];
  plugins: Plugin[];
}
interface Configuration {
  services: KongService[];
  upstreams: { name: string; targets: { target: string }[] }[];
}

/**
 * Kong's declarative configuration as nginx would do it, by what Kong's documentation says of each field: Kong proxies with
 * nginx. It knows the fields that we make and what they mean, nothing of our own files for nginx.
 * The listener and its certificate are the site's: in Kong they are no part of the configuration.
 */
export function kongAsNginx(yaml: string, site: Site): string {
  const [host] = site.hosts;
  if (!host) throw new Error("got a site without a host");
  const { certificate, key } = certificateFiles(host);
  const { services, upstreams } = parse(yaml) as Configuration;
  const names = new Set(services.flatMap(({ routes }) => routes.flatMap((route) => route.hosts)));
  const servers = [...names].map((name) => {
    const locations = services.flatMap((service) =>
      service.routes
        .filter((route) => route.hosts.includes(name))
        .flatMap((route) => route.paths.map((path) => location(path, route, service))),
    );
    return `server { listen ${host.port} ssl; server_name ${name}; ssl_certificate ${certificate}; ssl_certificate_key ${key};
${locations.join("\n")}
}`;
  });
  const pools = upstreams.map(({ name, targets }) => {
    return `upstream ${name} { ${targets.map(({ target }) => `server ${target};`).join(" ")} keepalive 60; }`;
  });
  return `${pools.join("\n")}
map $http_x_request_id $correlation_id { default $http_x_request_id; "" $request_id; }
${servers.join("\n")}
`;
}

/** A path is a prefix, the longest wins: as nginx's own locations. */
function location(path: string, route: KongRoute, service: KongService): string {
  if (route.strip_path) throw new Error("strip_path: got true, which this does not know");
  const onOff = (value: boolean): string => (value ? "on" : "off");
  const lines = [
    `proxy_pass http://${service.host};`,
    "proxy_http_version 1.1;",
    'proxy_set_header Connection "";',
    `proxy_set_header Host ${route.preserve_host ? "$http_host" : service.host};`,
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
    "proxy_set_header X-Forwarded-Host $host;",
    `proxy_buffering ${onOff(route.response_buffering)};`,
    `proxy_request_buffering ${onOff(route.request_buffering)};`,
    `proxy_connect_timeout ${service.connect_timeout}ms;`,
    `proxy_read_timeout ${service.read_timeout}ms;`,
    `proxy_send_timeout ${service.write_timeout}ms;`,
    ...service.plugins.map(directive),
  ];
  return `  location ${path} {\n    ${lines.join("\n    ")}\n  }`;
}

function directive({ name, config }: Plugin): string {
  if (name === "correlation-id") return `proxy_set_header ${config.header_name} $correlation_id;`;
  if (name === "request-size-limiting") return `client_max_body_size ${config.allowed_payload_size}m;`;
  throw new Error(`${name}: got a plugin that this does not know`);
}
