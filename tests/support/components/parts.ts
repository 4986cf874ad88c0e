import { join } from "node:path";
import * as docker from "@pulumi/docker";
import { EngineHost, type EngineHostArgs } from "../../../components/engine/engine-host";
import { InternalNetwork } from "../../../components/internal-network";
import { PersistentVolumes } from "../../../components/persistent-volumes";
import { TlsCertificates } from "../../../components/tls/tls-certificates";
import type { CatalogServer } from "../../../manifest/catalog";
import { Label } from "../../../manifest/container/labels";
import { manifest } from "../manifest/documents";

export const ROOT = join(__dirname, "../../..");
export const LABELS = { [Label.Stack]: "dind-mcp/unit" };
/** LABELS as the docker provider takes them. */
export const LABEL_LIST = [{ label: Label.Stack, value: "dind-mcp/unit" }];

/** Component options with a docker provider of the given name. */
export function withProvider(name: string) {
  return { providers: { docker: new docker.Provider(name, { host: `unix:///${name}` }) } };
}

/** The outer layer with an engine, all on the provider `host`. */
export function engineHost(more: Partial<EngineHostArgs> = {}): EngineHost {
  const host = withProvider("host");
  return new EngineHost(
    "engine",
    {
      containerName: "Unit-Engine",
      network: new InternalNetwork(
        "network",
        { networkName: "unit-net", cidr: "172.30.0.0/16", gateway: "172.30.0.1", labels: LABELS },
        host,
      ),
      volumes: new PersistentVolumes("volumes", { prefix: "u-", labels: LABELS }, host),
      certificates: new TlsCertificates("tls", { names: ["localhost"] }),
      bindAddress: "127.0.0.1",
      dockerTlsPort: 12376,
      published: [{ internal: 18080, external: 28080, address: "10.214.0.18" }],
      registryMirrors: [],
      dnsFor: ["10.214.0.32/28"],
      inboundOnly: [],
      privateEgressFrom: [],
      stopGrace: 60,
      labels: LABELS,
      ...more,
    },
    host,
  );
}

/** A server of a catalog; like the unit tests' least manifest, but for what is given. */
export function server(more: Record<string, unknown> = {}): CatalogServer {
  const checked = manifest(more);
  return { manifest: checked, folder: join(ROOT, "mcp/files"), file: `mcp/${checked.name}/server.yaml`, uses: [] };
}

/** Manifest keys of a server that is built, instead of using an image. */
export const BUILT = { image: undefined, build: { context: "." } };
/** Manifest keys of a server that listens. */
export const HTTP = { transport: { type: "streamable-http", port: 8000, path: "/mcp" } };
