import { canonicalJson } from "../../lib/canonical-json";
import type { Manifest } from "../types";
import { Label, Owner } from "./labels";
import { containerName } from "./names";

/**
 * The volume by which the stack declares a remote server: its labels are the manifest, as a container's are, and its files
 * the secrets. The orchestrator alone reads them.
 */
export function remoteVolume(server: string): string {
  return `${containerName(server)}-remote`;
}

/** Its labels. A manifest holds no secret's value: parseManifest refuses what looks like one. @param stack "project/stack" */
export function remoteLabels(manifest: Manifest, stack: string): Record<string, string> {
  return {
    [Label.ManagedBy]: Owner.Pulumi,
    [Label.Manifest]: canonicalJson(manifest),
    [Label.Server]: manifest.name,
    [Label.Stack]: stack,
    [Label.Transport]: manifest.transport.type,
  };
}
