import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  type ConsulSecrets,
  type OrchestratorConfigInput,
  PATHS,
  type SealingKey,
  type StoredToken,
} from "../../config/orchestrator-config";
import type { TokenSettings } from "../../config/settings";
import { DOCKER_API_FOLDER, DOCKER_API_GROUP, SESSIONS_GROUP } from "../../manifest/container/container-spec";
import { GATEWAY_ADDRESS } from "../../manifest/container/gateway";
import { Label, Role } from "../../manifest/container/labels";
import { ORCHESTRATOR } from "../../manifest/container/names";
import { builtImage } from "../built-image";
import { containerLabelList, type Labels, labelList } from "../labels";
import { REPLACED } from "../replaced";
import { VolumeFiles } from "../volume-files";
import { hardened, healthcheck, SYSTEM_UIDS } from "./hardened";
import { bundleOrchestrator, ORCHESTRATOR_CONTEXT } from "./orchestrator-bundle";

/** 256 bits, of letters and digits: of a token, and of the key for what is kept encrypted. */
const TOKEN_LENGTH = 43;

export interface OrchestratorArgs {
  /** Its configuration. It holds no secret, because it is in the container's environment. */
  config: pulumi.Input<OrchestratorConfigInput>;
  /**
   * How much of the Docker API it passes on. `config` says it too; a label repeats it for previews, which do not know
   * `config` yet.
   */
  dockerApi: "read-only" | "full" | "off";
  /** The bearer tokens to make. */
  tokens: TokenSettings[];
  /** Secret: its token and certificates for Consul. @default none */
  consulSecrets?: pulumi.Input<ConsulSecrets>;
  /** Its ports that the engine's clients may reach. */
  ports: number[];
  /** Processors of the machine; Docker refuses to give more. */
  processors: number;
  /** Name of the network it listens in. */
  network: pulumi.Input<string>;
  /** Image of the container that carries the secret files. */
  carrierImage: pulumi.Input<string>;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/** The management layer: MCP gateway, REST API and metrics, in one container beside the servers. It finds them by itself. */
export class Orchestrator extends pulumi.ComponentResource {
  /** Secret: the bearer tokens, by name. */
  public readonly tokens: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: OrchestratorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:Orchestrator", name, {}, opts);
    bundleOrchestrator();
    const image = builtImage(
      `${name}-image`,
      { repository: "mcp-orchestrator", context: ORCHESTRATOR_CONTEXT, keep: args.keepImage },
      { parent: this },
    );
    this.tokens = Object.fromEntries(
      args.tokens.map((token) => [
        token.name,
        new random.RandomPassword(
          `${name}-token-${token.name}`,
          { length: TOKEN_LENGTH, special: false },
          { parent: this },
        ).result,
      ]),
    );
    const sealing = new random.RandomPassword(
      `${name}-sealing-key`,
      { length: TOKEN_LENGTH, special: false },
      { parent: this },
    );
    const volume = new docker.Volume(
      `${name}-secrets`,
      { name: "mcp-orchestrator-secrets", labels: labelList(args.labels) },
      { parent: this },
    );
    const secrets = new VolumeFiles(
      `${name}-secret-files`,
      {
        containerName: "mcp-orchestrator-secret-files",
        image: args.carrierImage,
        volumeName: volume.name,
        files: {
          "tokens.json": pulumi.all(this.tokens).apply((values) => tokensFile(args.tokens, values)),
          "consul.json": pulumi.output(args.consulSecrets ?? {}).apply((secrets) => JSON.stringify(secrets)),
          "sealing-keys.json": sealing.result.apply(sealingKeys),
        },
        uid: SYSTEM_UIDS.orchestrator,
        labels: args.labels,
      },
      { parent: this },
    );
    new docker.Container(
      name,
      {
        ...hardened({
          uid: SYSTEM_UIDS.orchestrator,
          memoryMiB: 384,
          cpus: `${Math.min(2, args.processors)}.0`,
          processes: 64,
        }),
        name: ORCHESTRATOR,
        image: image.imageId,
        // For the servers' session folders, and for the engine's API.
        groupAdds: [String(SESSIONS_GROUP), String(DOCKER_API_GROUP)],
        envs: [pulumi.jsonStringify(args.config).apply((config) => `ORCHESTRATOR_CONFIG=${config}`)],
        tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,mode=1777,size=16m" },
        networksAdvanced: [{ name: args.network, ipv4Address: GATEWAY_ADDRESS }],
        ports: args.ports.map((port) => ({ internal: port, external: port, ip: "0.0.0.0", protocol: "tcp" })),
        volumes: [
          { hostPath: DOCKER_API_FOLDER, containerPath: "/run/engine", readOnly: true },
          { hostPath: "/srv/mcp/orchestrator", containerPath: PATHS.state },
          { volumeName: volume.name, containerPath: "/run/secrets", readOnly: true },
        ],
        mounts: [
          {
            type: "bind",
            source: "/var/lib/docker/volumes",
            target: PATHS.volumes,
            readOnly: true,
            // Shows session volumes that are mounted later, when their servers start.
            bindOptions: { propagation: "rslave" },
          },
        ],
        healthcheck: healthcheck("30s", GATEWAY_ADDRESS),
        wait: true,
        waitTimeout: 60,
        stopTimeout: 10,
        destroyGraceSeconds: 10,
        labels: containerLabelList({
          ...args.labels,
          [Label.Role]: Role.Orchestrator,
          [Label.DockerApi]: args.dockerApi,
          [Label.SecretsRevision]: rightsRevision(args.tokens),
        }),
      },
      { parent: this, dependsOn: secrets, ...REPLACED },
    );
    this.registerOutputs({ tokens: this.tokens });
  }
}

/**
 * Changes with the tokens' names and rights. Then the orchestrator is replaced, because sessions keep the rights they
 * began with. New values of the same tokens it reads by itself, and its sessions go on.
 */
function rightsRevision(tokens: TokenSettings[]): string {
  return createHash("sha256").update(JSON.stringify(tokens)).digest("hex").slice(0, 12);
}

/** The keys for what the orchestrator keeps encrypted; records name theirs by its id. */
function sealingKeys(key: string): string {
  const keys: SealingKey[] = [{ id: createHash("sha256").update(key).digest("hex").slice(0, 12), key }];
  return JSON.stringify(keys);
}

/** What the orchestrator knows about the tokens: their names, their rights and their hashes. */
function tokensFile(tokens: TokenSettings[], values: Record<string, string>): string {
  const stored: StoredToken[] = tokens.map((token) => ({
    ...token,
    sha256: createHash("sha256")
      .update(values[token.name] ?? "")
      .digest("hex"),
  }));
  return JSON.stringify(stored);
}
