import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { KongDocument } from "../../config/fleet/kong/document";
import type { CatalogServer } from "../../manifest/catalog";
import { type UsedService, usedServices } from "../../manifest/catalog-services";
import { containerName, serverNetwork } from "../../manifest/container/container-spec";
import { GATEWAY } from "../../manifest/container/gateway";
import { sharedSpec, sharedStoring, withoutEgress } from "../../manifest/container/service-spec";
import { proxyAddress, serverSubnet } from "../../manifest/container/subnets";
import { keyFiles, proxyKeys } from "../../manifest/proxy/key-lines";
import { OUTBOUND, PROXY_ADDRESS, RELAY_ADDRESS } from "../../manifest/proxy/outbound";
import { isRemote } from "../../manifest/remote";
import { DATABASE_SECRET } from "../../manifest/secret-rules";
import type { Manifest } from "../../manifest/types";
import { builtImage } from "../built-image";
import type { Labels } from "../labels";
import { Companion } from "./companion";
import { Consul } from "./consul";
import { Database } from "./database";
import { DatabaseRelay } from "./database-relay";
import { EgressProxy } from "./egress-proxy";
import { Kong } from "./kong";
import { McpServer } from "./mcp-server";
import { InnerNetworks } from "./networks";
import { Orchestrator, type OrchestratorArgs } from "./orchestrator";
import { RemoteServer } from "./remote-server";
import { type SecretValues, secretsOf } from "./secrets-of";

export interface FleetArgs {
  servers: CatalogServer[];
  /** Values of the servers' secrets, by server and name. */
  secrets: SecretValues;
  /** External PostgreSQL; empty = the embedded one. Secret. */
  databaseDsn: string;
  orchestrator: Pick<OrchestratorArgs, "config" | "dockerApi" | "tokens" | "consulSecrets" | "ports" | "processors">;
  /** An agent of Consul's inside the engine, at which the orchestrator registers. @default false */
  embeddedConsul?: boolean;
  /** What the Kong inside the engine does, before the API. @default there is none */
  embeddedKong?: KongDocument;
  /** Hosts of private networks, by server: each is in its manifest's egress too. */
  privateHosts: Record<string, string[]>;
  /** Subnet of the engine's own network on the host. */
  engineNetwork: string;
  /** "project/stack". */
  stack: string;
  /** Keep built images when the stack is destroyed. */
  keepImages: boolean;
  labels: Labels;
}

/** What every part of the fleet gets. */
interface Common {
  carrierImage: pulumi.Output<string>;
  keepImage: boolean;
  labels: Labels;
}

function networksOf(manifests: Manifest[], networks: InnerNetworks): pulumi.Output<string>[] {
  return manifests.map(({ name }) => networks.named(containerName(name)));
}

/** All that is inside the engine: networks, database, egress proxy, servers, and the orchestrator that clients talk to. */
export class Fleet extends pulumi.ComponentResource {
  public readonly orchestrator: Orchestrator;
  /** Secret: the token of the embedded Consul; undefined without one. */
  public readonly consulToken?: pulumi.Output<string>;
  /** Those that run here. */
  public readonly servers: Record<string, McpServer>;

  constructor(name: string, args: FleetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:Fleet", name, {}, opts);
    const manifests = args.servers.map(({ manifest }) => manifest);
    const networks = new InnerNetworks(
      "networks",
      {
        networks: [OUTBOUND, GATEWAY, ...manifests.flatMap((manifest) => serverNetwork(manifest) ?? [])],
        labels: args.labels,
      },
      { parent: this },
    );
    const carrier = builtImage(
      "carrier-image",
      { repository: "mcp-carrier", context: join(__dirname, "../../images/carrier"), keep: args.keepImages },
      { parent: this },
    );
    const common: Common = { carrierImage: carrier.imageId, keepImage: args.keepImages, labels: args.labels };
    const gateway = networks.named(GATEWAY.name);
    const consul = args.embeddedConsul
      ? new Consul("consul", { ...common, network: gateway }, { parent: this })
      : undefined;
    this.consulToken = consul?.token;
    // It waits for no server: it finds those that exist already, and those that come later.
    this.orchestrator = new Orchestrator(
      "orchestrator",
      {
        ...common,
        ...args.orchestrator,
        ...(consul ? { consulSecrets: consul.token.apply((token) => ({ token })) } : {}),
        network: gateway,
      },
      { parent: this },
    );
    if (args.embeddedKong)
      new Kong("kong", { ...common, document: args.embeddedKong, network: gateway }, { parent: this });
    const readers = manifests.filter(({ database }) => database);
    const database = readers.length > 0 ? this.database(readers, args.databaseDsn, common, networks) : undefined;
    const leaving = manifests.filter(({ egress }) => egress.length > 0);
    const egress = leaving.length > 0 ? this.egress(leaving, args, common, networks) : undefined;
    const shared = new Map(
      usedServices(args.servers).map((used) => [used.service.name, this.shared(used, args, common, networks)]),
    );

    for (const { manifest } of args.servers.filter((one) => isRemote(one.manifest)))
      new RemoteServer(
        manifest.name,
        {
          ...common,
          manifest,
          network: networks.named(containerName(manifest.name)),
          startAfter: egress ? [egress] : [],
          stack: args.stack,
          secrets: args.secrets[manifest.name] ?? {},
        },
        { parent: this },
      );
    const local = args.servers.filter((one) => !isRemote(one.manifest));
    this.servers = Object.fromEntries(
      local.map((server) => {
        const { manifest } = server;
        const dsn = manifest.database && database && { [DATABASE_SECRET]: database.readerDsn };
        const startAfter = [manifest.database && database, manifest.egress.length > 0 && egress].filter((one) => !!one);
        const component = new McpServer(
          manifest.name,
          {
            ...common,
            server,
            networks,
            uses: manifest.uses.flatMap((one) => shared.get(one) ?? []),
            startAfter,
            stack: args.stack,
            secrets: { ...secretsOf(manifest, args.secrets, this), ...dsn },
          },
          { parent: this },
        );
        return [manifest.name, component];
      }),
    );
    this.registerOutputs({});
  }

  /** Makes the embedded database, or the way to an external one. */
  private database(
    readers: Manifest[],
    dsn: string,
    common: Common,
    networks: InnerNetworks,
  ): Database | DatabaseRelay {
    const joined = { ...common, networks: networksOf(readers, networks) };
    if (!dsn) return new Database("database", joined, { parent: this });
    const outbound = { outboundNetwork: networks.named(OUTBOUND.name), outboundAddress: RELAY_ADDRESS };
    return new DatabaseRelay("database-relay", { ...joined, ...outbound, dsn }, { parent: this });
  }

  /** Makes a shared service, in the networks of those that use it. */
  private shared(
    { service, folder, users }: UsedService,
    { secrets, stack }: FleetArgs,
    common: Common,
    networks: InnerNetworks,
  ): Companion {
    const spec = sharedSpec(service, users, { image: service.image ?? "", stack });
    const own = { service, spec, storing: sharedStoring(service), folder, secrets: secrets[service.name] ?? {} };
    return new Companion({ ...common, ...own, networks, stack }, { parent: this });
  }

  /** Makes the way out, for servers that have one. */
  private egress(
    leaving: Manifest[],
    { privateHosts, engineNetwork, secrets }: FleetArgs,
    common: Common,
    networks: InnerNetworks,
  ): EgressProxy {
    const servers = leaving.map((manifest) => {
      const { name, user, egress, transparentEgress } = manifest;
      return {
        server: name,
        subnet: serverSubnet(user).subnet,
        without: withoutEgress(manifest),
        egress,
        transparentEgress,
        keys: proxyKeys(manifest),
        privateHosts: privateHosts[name] ?? [],
        network: networks.named(containerName(name)),
        address: proxyAddress(user),
      };
    });
    return new EgressProxy(
      "egress",
      {
        ...common,
        servers,
        keyFiles: keyFiles(servers, secrets),
        outboundNetwork: networks.named(OUTBOUND.name),
        outboundAddress: PROXY_ADDRESS,
        engineNetwork,
      },
      { parent: this },
    );
  }
}
