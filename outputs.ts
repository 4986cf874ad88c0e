import * as pulumi from "@pulumi/pulumi";
import type { EngineHost } from "./components/engine/engine-host";
import type { Fleet } from "./components/inner/fleet";
import type { InternalNetwork } from "./components/internal-network";
import type { PersistentVolumes } from "./components/persistent-volumes";
import type { TlsCertificates } from "./components/tls/tls-certificates";
import type { CatalogServer } from "./mcp/catalog";
import { CONNECT, containerName } from "./mcp/container-spec";
import { TransportType } from "./mcp/types";

/** The contract's version: raised when an output changes its meaning or goes away. */
export const OUTPUTS_VERSION = 1;

/** How a program starts a server's session on its stdin and stdout: an entry of a client's `mcp.json`. */
export interface ClientServer {
  command: string;
  args: string[];
}

/** What one server offers. */
export interface ServerOutput {
  /** Name of its container inside the engine. */
  container: string;
  transport: TransportType;
  /** Image id, sha256:... */
  image: string;
  /** What the manifest says it does. */
  description: string;
}

/** The stack's outputs: what other stacks and tools build on. */
export interface Outputs {
  version: number;
  endpoints: {
    /** Docker API of the engine, mutual TLS: tcp://ADDRESS:PORT. */
    dockerTls: string;
  };
  /** By server name. */
  servers: Record<string, ServerOutput>;
  /** Ready `mcp.json` for a client on this machine: sessions through the host's docker command. */
  clientConfig: { mcpServers: Record<string, ClientServer> };
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

/** A session with a stdio server from the host: exec into the engine, and from there into the server. */
export function clientServer(engine: string, container: string): ClientServer {
  return { command: "docker", args: ["exec", "-i", engine, "docker", "exec", "-i", container, ...CONNECT] };
}

/** A value some of whose parts are known only after the resources they come from. */
type Deferred<T> = pulumi.Input<T> | (T extends object ? { [Key in keyof T]: Deferred<T[Key]> } : never);

export interface Parts {
  network: InternalNetwork;
  volumes: PersistentVolumes;
  certificates: TlsCertificates;
  engine: EngineHost;
  fleet: Fleet;
  servers: CatalogServer[];
}

/** The stack's outputs from its components; what is secret stays secret. */
export function makeOutputs({ network, volumes, certificates, engine, fleet, servers }: Parts): Deferred<Outputs> {
  const stdio = servers.filter(({ manifest }) => manifest.transport.type === TransportType.Stdio);
  return {
    version: OUTPUTS_VERSION,
    endpoints: { dockerTls: engine.endpoint },
    servers: Object.fromEntries(
      servers.map(({ manifest: { name, transport, description } }) => [
        name,
        {
          container: fleet.servers[name]?.containerName ?? containerName(name),
          transport: transport.type,
          image: fleet.servers[name]?.imageId ?? "",
          description,
        },
      ]),
    ),
    clientConfig: engine.containerName.apply((container) => ({
      mcpServers: Object.fromEntries(
        stdio.map(({ manifest: { name } }) => [name, clientServer(container, containerName(name))]),
      ),
    })),
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
