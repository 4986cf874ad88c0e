import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type Labels, labelList } from "./labels";

/** The stack's volumes and what each holds. */
export const VOLUMES = {
  engine: "mcp-engine", // /var/lib/docker of the engine: images, containers, inner volumes
  certs: "mcp-certs", // the engine's server certificate and key
  workspace: "mcp-workspace", // files that servers share
  postgres: "mcp-postgres", // the embedded database
  orchestrator: "mcp-orchestrator", // the management layer's own: audit log, approved tools; beside it what servers keep
  logs: "mcp-logs", // nothing so far: the engine's own log is `docker logs`
} as const;

export type VolumeKey = keyof typeof VOLUMES;

export interface PersistentVolumesArgs {
  /** Put in front of every name. @default "" */
  prefix?: string;
  /** Keep the volumes when the stack is destroyed. @default false */
  retain?: boolean;
  /** Refuse to delete the volumes. @default false */
  protect?: boolean;
  labels: Labels;
}

/** The six named volumes on the host engine: all that outlives a container. */
export class PersistentVolumes extends pulumi.ComponentResource {
  /** Volume names by what they hold. */
  public readonly names: Record<VolumeKey, pulumi.Output<string>>;
  /** The engine's data volume: everything inside the engine lives and dies with it. */
  public readonly engineData: docker.Volume;

  constructor(name: string, args: PersistentVolumesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:PersistentVolumes", name, args, opts);
    const volume = (key: VolumeKey) =>
      new docker.Volume(
        `${name}-${key}`,
        { name: `${args.prefix ?? ""}${VOLUMES[key]}`, driver: "local", labels: labelList(args.labels) },
        { parent: this, retainOnDelete: args.retain, protect: args.protect },
      );
    this.engineData = volume("engine");
    this.names = {
      engine: this.engineData.name,
      certs: volume("certs").name,
      workspace: volume("workspace").name,
      postgres: volume("postgres").name,
      orchestrator: volume("orchestrator").name,
      logs: volume("logs").name,
    };
    this.registerOutputs({ names: this.names });
  }
}
