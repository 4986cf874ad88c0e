import { stringify } from "yaml";
import { IDLE_SECONDS, KEPT_SECONDS } from "../../../config/fleet/limits";
import type { Backend, Host, Site } from "../../../config/fleet/site";
import { type Listener, listenersOf } from "../listeners";

const TYPES = "type.googleapis.com/envoy.extensions";
/** Requests and connections at a time: a session has a stream and calls. Envoy's own limit is 1,024. */
const AT_ONCE = 8_192;

/** A whole static configuration for Envoy 1.28 or newer. */
export function envoyFile(site: Site): string {
  return stringify(
    { static_resources: { listeners: listenersOf(site).map(listener), clusters: site.backends.map(cluster) } },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function listener({ port, isTls, hosts, certificates }: Listener): object {
  return {
    name: `dind-mcp-${port}`,
    address: { socket_address: { address: "0.0.0.0", port_value: port } },
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: {
              "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: "dind_mcp",
              use_remote_address: true,
              preserve_external_request_id: true,
              always_set_request_id_in_response: false,
              stream_idle_timeout: `${IDLE_SECONDS}s`,
              route_config: { virtual_hosts: hosts.map(virtualHost) },
              http_filters: [
                {
                  name: "envoy.filters.http.router",
                  typed_config: { "@type": `${TYPES}.filters.http.router.v3.Router` },
                },
              ],
            },
          },
        ],
        ...(isTls ? { transport_socket: transport(certificates) } : {}),
      },
    ],
  };
}

function virtualHost({ name, routes }: Host): object {
  return {
    name,
    domains: [name, `${name}:*`],
    routes: routes.flatMap(({ paths, backend }) =>
      paths.map((path) => ({
        match: path === "/" ? { prefix: "/" } : { path_separated_prefix: path },
        // 0: a stream may last; the idle time-outs end what is dead.
        route: { cluster: backend, timeout: "0s", idle_timeout: `${IDLE_SECONDS}s` },
      })),
    ),
  };
}

function transport(certificates: Listener["certificates"]): object {
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": `${TYPES}.transport_sockets.tls.v3.DownstreamTlsContext`,
      common_tls_context: {
        alpn_protocols: ["h2", "http/1.1"],
        // Of several, Envoy takes the one that names the host.
        tls_certificates: certificates.map(({ certificate, key }) => ({
          certificate_chain: { filename: certificate },
          private_key: { filename: key },
        })),
      },
    },
  };
}

function cluster({ name, upstream }: Backend): object {
  const [address, port] = upstream.split(":") as [string, string];
  return {
    name,
    type: "STRICT_DNS",
    connect_timeout: "5s",
    circuit_breakers: {
      thresholds: [{ max_connections: AT_ONCE, max_requests: AT_ONCE, max_pending_requests: AT_ONCE }],
    },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": `${TYPES}.upstreams.http.v3.HttpProtocolOptions`,
        common_http_protocol_options: { idle_timeout: `${KEPT_SECONDS}s` },
        explicit_http_config: { http_protocol_options: {} },
      },
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: [{ endpoint: { address: { socket_address: { address, port_value: Number(port) } } } }],
        },
      ],
    },
  };
}
