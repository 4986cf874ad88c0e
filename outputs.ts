import * as pulumi from "@pulumi/pulumi";
import type { EngineHost } from "./components/engine/engine-host";
import type { Fleet } from "./components/inner/fleet";
import type { InternalNetwork } from "./components/internal-network";
import type { PersistentVolumes } from "./components/persistent-volumes";
import type { TlsCertificates } from "./components/tls/tls-certificates";
import { type Endpoints, endpoints, serverUrl } from "./endpoints";
import type { CatalogServer } from "./mcp/catalog";
import { containerName } from "./mcp/container-spec";
import type { TransportType } from "./mcp/types";
import { Scope } from "./orchestrator/config";
import type { TokenSettings } from "./orchestrator-settings";
import type { Settings } from "./settings";

/** The contract's version: raised when an output changes its meaning or goes away. */
export const OUTPUTS_VERSION = 2;

/** How a client reaches a server: an entry of its `mcp.json`. */
export interface ClientServer {
  type: "http";
  url: string;
  /** Authorization, with a token; without one where no token of the stack may use the server. */
  headers?: Record<string, string>;
}

/** What one server offers. */
export interface ServerOutput {
  /** Name of its container inside the engine. */
  container: string;
  /** MCP over Streamable HTTP, for this server alone. */
  url: string;
  /** How the server itself speaks, behind the gateway. */
  transport: TransportType;
  /** Image id, sha256:... */
  image: string;
  /** What the manifest says it does. */
  description: string;
}

/** The stack's outputs: what other stacks and tools build on. */
export interface Outputs {
  version: number;
  endpoints: Endpoints & {
    /** Docker API of the engine, mutual TLS: tcp://ADDRESS:PORT. */
    dockerTls: string;
  };
  /** By server name. */
  servers: Record<string, ServerOutput>;
  /** Secret: a ready `mcp.json`, with the first token that may use each server. */
  clientConfig: { mcpServers: Record<string, ClientServer> };
  /** Secret: the bearer tokens, by name. */
  tokens: Record<string, string>;
  tls: {
    /** Certificate of the engine's authority, PEM. */
    ca: string;
    /** PEM. */
    clientCert: string;
    /** Secret, PEM. */
    clientKey: string;
    /** RFC 3339; the first `up` in the last third of their life renews both certificates. */
    validUntil: { server: string; client: string };
  };
  engine: { containerName: string; containerId: string; imageId: string };
  network: { name: string; cidr: string };
  /** Volume names on the host engine, by what they hold. */
  volumes: Record<string, string>;
}

/** An entry of a client's `mcp.json`. @param token may be absent */
function clientServer(url: string, token: string | undefined): ClientServer {
  return { type: "http", url, ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}) };
}

/** Name of the first token that may use a server. */
function tokenFor(server: string, tokens: TokenSettings[]): string | undefined {
  const allowed = ({ scopes, servers }: TokenSettings) =>
    scopes.includes(Scope.Mcp) && (servers?.includes(server) ?? true);
  return tokens.find(allowed)?.name;
}

/** A value some of whose parts are known only after the resources they come from. */
type Deferred<T> = pulumi.Input<T> | (T extends object ? { [Key in keyof T]: Deferred<T[Key]> } : never);

export interface Parts {
  settings: Settings;
  network: InternalNetwork;
  volumes: PersistentVolumes;
  certificates: TlsCertificates;
  engine: EngineHost;
  fleet: Fleet;
  servers: CatalogServer[];
}

/** The stack's outputs from its components; what is secret stays secret. */
export function makeOutputs(parts: Parts): Deferred<Outputs> {
  const { settings, network, volumes, certificates, engine, fleet, servers } = parts;
  const urls = endpoints(settings);
  const { tokens } = fleet.orchestrator;
  return {
    version: OUTPUTS_VERSION,
    endpoints: { ...urls, dockerTls: engine.endpoint },
    servers: Object.fromEntries(
      servers.map(({ manifest: { name, transport, description } }) => [
        name,
        {
          container: fleet.servers[name]?.containerName ?? containerName(name),
          url: serverUrl(urls.api, name),
          transport: transport.type,
          image: fleet.servers[name]?.imageId ?? "",
          description,
        },
      ]),
    ),
    clientConfig: pulumi.secret(
      pulumi.all(tokens).apply((values) => ({
        mcpServers: Object.fromEntries(
          servers.map(({ manifest: { name } }) => {
            const token = tokenFor(name, settings.tokens);
            return [name, clientServer(serverUrl(urls.api, name), token && values[token])];
          }),
        ),
      })),
    ),
    tokens: pulumi.secret(pulumi.all(tokens)),
    tls: {
      ca: certificates.caPem,
      clientCert: certificates.client.certPem,
      clientKey: pulumi.secret(certificates.client.keyPem),
      validUntil: { server: certificates.server.validUntil, client: certificates.client.validUntil },
    },
    engine: { containerName: engine.containerName, containerId: engine.containerId, imageId: engine.imageId },
    network: { name: network.networkName, cidr: network.cidr },
    volumes: volumes.names,
  };
}
