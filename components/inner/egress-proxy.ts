import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Label, Role } from "../../manifest/container/labels";
import { EGRESS_PROXY } from "../../manifest/container/names";
import { PROXY } from "../../manifest/egress-hosts";
import type { EgressRule } from "../../manifest/proxy/egress-lines";
import { keyHosts } from "../../manifest/proxy/key-lines";
import { type RelayedServer, relayTable, unrelayed } from "../../manifest/proxy/relay-table";
import { keysConf, squidConf } from "../../manifest/proxy/squid-conf";
import { containerLabelList, type Labels } from "../labels";
import { REPLACED } from "../replaced";
import { egressImage } from "./egress-image";
import { hardened, healthcheck, SYSTEM_UIDS } from "./hardened";
import { ProxyKeys } from "./proxy-keys";

/** A server that has a way out. */
export interface EgressServer extends EgressRule, RelayedServer {
  /** The server's network. */
  network: pulumi.Input<string>;
}

export interface EgressProxyArgs {
  /** The servers that may reach something, and what. */
  servers: EgressServer[];
  /** The proxy's own way out of the engine. */
  outboundNetwork: pulumi.Input<string>;
  /**
   * Its fixed address there. It sends from this address only, so nobody can use it as a way into a server's network.
   */
  outboundAddress: string;
  /** The engine's own network, where nobody gets. */
  engineNetwork: string;
  /** Files with the keys that it puts into requests (manifest/proxy/key-lines.ts); none when no server has such. Secret. */
  keyFiles: Record<string, string>;
  /** Image of the container that carries that file. */
  carrierImage: pulumi.Input<string>;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/** Memory with keys: a second squid, and about 10 MiB for a server that has 60 connections in it (measured with squid 6.13). */
const KEYS_MIB = 256;

/** One squid for all servers that may reach something outside, with an allow-list for each of them. */
export class EgressProxy extends pulumi.ComponentResource {
  constructor(name: string, args: EgressProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:EgressProxy", name, {}, opts);
    const image = egressImage(`${name}-image`, "mcp-egress", args.keepImage, this);
    const relayed = relayTable(args.servers);
    const refused = unrelayed(args.servers);
    const options = { outgoingAddress: args.outboundAddress, engineNetwork: args.engineNetwork };
    const hosts = keyHosts(args.servers);
    const keys = hosts.length > 0 ? this.keys(name, args) : undefined;
    new docker.Container(
      name,
      {
        ...hardened({ uid: SYSTEM_UIDS.egress, memoryMiB: keys ? KEYS_MIB : 128, cpus: "0.5", processes: 64 }),
        name: EGRESS_PROXY,
        image: image.imageId,
        envs: [
          `SQUID_CONF=${squidConf(args.servers, options)}`,
          ...(relayed ? [`RELAYED=${relayed}`] : []),
          ...(relayed && refused ? [`REFUSED=${refused}`] : []),
          ...(keys ? [`KEYS_CONF=${keysConf(args.servers, options)}`, `KEY_HOSTS=${hosts.join(" ")}`] : []),
        ],
        tmpfs: { "/tmp": "size=16m,mode=1777" },
        ...(keys ? { volumes: keys.volumes } : {}),
        networksAdvanced: [
          { name: args.outboundNetwork, ipv4Address: args.outboundAddress },
          ...args.servers.map(({ network, address }) => ({
            name: network,
            aliases: [PROXY.host],
            ipv4Address: address,
          })),
        ],
        healthcheck: healthcheck("30s"),
        wait: true,
        waitTimeout: 60,
        destroyGraceSeconds: 10,
        labels: containerLabelList({
          ...args.labels,
          [Label.Role]: Role.Egress,
          ...keys?.labels,
        }),
      },
      { parent: this, ...REPLACED },
    );
    this.registerOutputs({});
  }

  private keys(name: string, { keyFiles: files, carrierImage, labels }: EgressProxyArgs): ProxyKeys {
    return new ProxyKeys(`${name}-keys`, { files, carrierImage, labels }, { parent: this });
  }
}
