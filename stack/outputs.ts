import * as pulumi from "@pulumi/pulumi";
import { Scope } from "../api/scopes";
import type { EngineHost } from "../components/engine/engine-host";
import type { Fleet } from "../components/inner/fleet";
import type { InternalNetwork } from "../components/internal-network";
import type { PersistentVolumes } from "../components/persistent-volumes";
import type { TlsCertificates } from "../components/tls/tls-certificates";
import { type Endpoints, endpoints, networkEndpoints, reachable, serverUrl } from "../config/endpoints";
import type { KongDocument } from "../config/fleet/kong/document";
import type { Settings, TokenSettings } from "../config/settings";
import type { CatalogServer } from "../manifest/catalog";
import type { TransportType } from "../manifest/types";
import { kongOutput } from "./kong-output";

/** The contract's version: raised when an output changes its meaning or goes away. */
export const OUTPUTS_VERSION = 2 as const;

/** How a client reaches a server: an entry of its `mcp.json`. */
export interface ClientServer {
  /** MCP over Streamable HTTP. */
  type: "http";
  /** As `servers.NAME.url`. */
  url: string;
  /** Authorization, with a token; absent where no token of the stack may use the server. */
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

/** The stack's outputs: what other stacks and tools build on. outputs-schema.ts makes their JSON Schema of this. */
export interface Outputs {
  /** Raised when an output changes its meaning or goes away; not when one is added. */
  version: typeof OUTPUTS_VERSION;
  /** Where the engine and the management layer are reached, from the host. */
  endpoints: Endpoints & {
    /** Docker API of the engine, mutual TLS: tcp://ADDRESS:PORT. */
    dockerTls: string;
  };
  /** The MCP servers, by name. */
  servers: Record<string, ServerOutput>;
  /** Secret: a ready `mcp.json`, with the first token that may use each server. */
  clientConfig: {
    /** By server name. */
    mcpServers: Record<string, ClientServer>;
  };
  /** Secret: the bearer tokens, by name. */
  tokens: Record<string, string>;
  /** What a client of the engine's Docker API needs. */
  tls: {
    /** Certificate of the engine's authority, PEM; two of them between `rotate ca` and its `--finish`. */
    ca: string;
    /** The client certificate, PEM. */
    clientCert: string;
    /** Secret: its key, PEM. Whoever has it commands the engine. */
    clientKey: string;
    /** Ends of the certificates; the first `up` in the last third of their life renews both. */
    validUntil: {
      /** RFC 3339. */
      server: string;
      /** RFC 3339. */
      client: string;
    };
  };
  /** The engine container, on the host engine. */
  engine: {
    /** Its name. */
    containerName: string;
    /** Its id: another one after each replacement. */
    containerId: string;
    /** Image id, sha256:... */
    imageId: string;
  };
  /** The engine's network, on the host engine. */
  network: {
    /** Its name: a container that joins it reaches the engine, whatever address the ports are published on. */
    name: string;
    /** Its IPv4 subnet. */
    cidr: string;
    /** REST API for containers in the network: http://ENGINE:PORT. */
    api: string;
    /** MCP for containers in the network, all servers behind one URL. */
    mcp: string;
  };
  /** Volume names on the host engine, by what they hold. */
  volumes: Record<string, string>;
  /** The embedded Consul. Absent without one. */
  consul?: {
    /** Its HTTP API, from the host: http://ADDRESS:PORT. */
    address: string;
    /** Secret: the token that may do everything there. */
    token: string;
  };
  /** The catalog's servers for Kong Gateway: a declarative configuration, DB-less or for decK. Absent without publicUrl. */
  kong?: KongDocument;
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
  const kong = kongOutput(settings, servers, pulumi.getStack());
  return {
    version: OUTPUTS_VERSION,
    endpoints: { ...urls, dockerTls: engine.endpoint },
    servers: Object.fromEntries(
      servers.map(({ manifest: { name, transport, description } }) => [
        name,
        {
          container: fleet.servers[name]?.containerName ?? "",
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
    network: { name: network.networkName, cidr: network.cidr, ...networkEndpoints(settings) },
    volumes: volumes.names,
    ...(fleet.consulToken
      ? {
          consul: {
            address: `http://${reachable(settings.bindAddress)}:${settings.consulPort}`,
            token: pulumi.secret(fleet.consulToken),
          },
        }
      : {}),
    ...(kong ? { kong } : {}),
  };
}
