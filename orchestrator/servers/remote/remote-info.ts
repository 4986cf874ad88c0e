import { createHash } from "node:crypto";
import { join } from "node:path";
import { ServerStatus } from "../../../api/server-status";
import { parseJson } from "../../../lib/json";
import { formatProblem } from "../../../lib/problems";
import { Label, Owner } from "../../../manifest/container/labels";
import { remoteVolume } from "../../../manifest/container/remote-volume";
import { proxyAddress } from "../../../manifest/container/subnets";
import { PROXY } from "../../../manifest/egress-hosts";
import { parseManifest } from "../../../manifest/manifest";
import { isRemote } from "../../../manifest/remote";
import { RemoteProtocol } from "../../../manifest/remote-types";
import type { Manifest } from "../../../manifest/types";
import type { ServerInfo } from "../server-info";

/** A volume, as Docker lists it. */
export interface Declaration {
  Name: string;
  Labels: Record<string, string> | null;
  CreatedAt?: string;
}

/** Returns the manifest in a volume's label, or why it declares no remote server. */
export function declaredManifest({ Name, Labels }: Declaration): Manifest | string {
  const document = parseJson(Labels?.[Label.Manifest] ?? "");
  if (document === undefined) return `the label ${Label.Manifest} is no JSON`;
  const { manifest, problems } = parseManifest(document, `label ${Label.Manifest}`);
  if (!manifest) return problems.map(formatProblem).join("; ");
  if (!isRemote(manifest)) return "its server is not remote, and would have a container";
  const expected = remoteVolume(manifest.name);
  return Name === expected ? manifest : `the volume is called ${Name}, expected ${expected}`;
}

/** A remote server that nobody has asked yet. @param volumesFolder the engine's volumes, as this process sees them */
export function remoteInfo(manifest: Manifest, declaration: Declaration, volumesFolder: string): ServerInfo {
  const { name, transport, user } = manifest;
  const said = `${declaration.Labels?.[Label.Manifest]} ${declaration.CreatedAt}`;
  return {
    name,
    manifest,
    managedBy: Owner.Pulumi,
    status: ServerStatus.Starting,
    generation: createHash("sha256").update(said).digest("hex").slice(0, 12),
    address: {
      type: "remote",
      protocol: transport.protocol ?? RemoteProtocol.StreamableHttp,
      url: transport.url ?? "",
      proxy: { host: proxyAddress(user), port: PROXY.port },
      secrets: join(volumesFolder, declaration.Name, "_data"),
    },
    runtime: { kind: "remote", restarts: 0, oomKills: 0 },
  };
}
