import { mcpPath } from "../api/paths";
import { isEmbeddedConsul } from "./keys/consul";
import { PORTS } from "./ports";
import type { Settings } from "./settings";

type Published = Pick<Settings, "apiPort" | "pagePort" | "metricsPort" | "dockerPort" | "dockerApi">;
type Reached = Published & Pick<Settings, "bindAddress" | "publicUrl" | "pageUrl">;

/** Where the management layer is reached from outside. */
export interface Endpoints {
  /** REST API and its description: http://ADDRESS:PORT. */
  api: string;
  /** MCP, all servers behind one URL. */
  mcp: string;
  /** The web page. Absent when it is off. */
  page?: string;
  /** Prometheus metrics. */
  metrics: string;
  /** Docker API of the engine without TLS, `read-only` or `full`: tcp://ADDRESS:PORT. Absent when it is off. */
  docker?: string;
}

/** A published port: the same number in its container and in the engine, and the host's. */
export interface Port {
  /** Config key of the host's port. */
  key: "apiPort" | "pagePort" | "metricsPort" | "dockerPort" | "consulPort";
  internal: number;
  external: number;
}

/** The orchestrator's ports on the host. */
export function orchestratorPorts({ apiPort, pagePort, metricsPort, dockerPort, dockerApi }: Published): Port[] {
  const docker: Port[] = [{ key: "dockerPort", internal: PORTS.docker, external: dockerPort }];
  return [
    ...(dockerApi === "off" ? [] : docker),
    { key: "apiPort", internal: PORTS.api, external: apiPort },
    ...(pagePort === "off" ? [] : [{ key: "pagePort", internal: PORTS.page, external: pagePort } as const]),
    { key: "metricsPort", internal: PORTS.metrics, external: metricsPort },
  ];
}

/** The embedded Consul's ports on the host; none without one. */
export function consulPorts({ consul, consulPort }: Pick<Settings, "consul" | "consulPort">): Port[] {
  return isEmbeddedConsul(consul) ? [{ key: "consulPort", internal: PORTS.consul, external: consulPort }] : [];
}

/** An address to connect to, for an address to listen on. */
export function reachable(bindAddress: string): string {
  return bindAddress === "0.0.0.0" ? "127.0.0.1" : bindAddress;
}

/** URLs of what the orchestrator offers. */
export function endpoints(settings: Reached): Endpoints {
  const { bindAddress, publicUrl, pageUrl, apiPort, pagePort, metricsPort, dockerPort, dockerApi } = settings;
  const address = reachable(bindAddress);
  const api = publicUrl || `http://${address}:${apiPort}`;
  return {
    api,
    mcp: api + mcpPath(),
    ...(pagePort === "off" ? {} : { page: pageUrl || `http://${address}:${pagePort}` }),
    metrics: `http://${address}:${metricsPort}/metrics`,
    ...(dockerApi === "off" ? {} : { docker: `tcp://${address}:${dockerPort}` }),
  };
}

/** The same for containers that join the engine's network: by the engine's name, at the engine's own port. */
export function networkEndpoints({ engineName }: Pick<Settings, "engineName">): Pick<Endpoints, "api" | "mcp"> {
  const api = `http://${engineName}:${PORTS.api}`;
  return { api, mcp: api + mcpPath() };
}

/** MCP of one server alone. @param api base URL */
export function serverUrl(api: string, server: string): string {
  return api + mcpPath(server);
}
