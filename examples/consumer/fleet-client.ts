import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { clientImage } from "./client-image";
import { tokenFile } from "./token-file";

/** User of the client's process on the host; of no other container. */
const UID = 10950;
/** Node.js with one HTTP client in it takes 60. */
const MEMORY_MIB = 128;
/** Processes and threads; Node.js has a dozen. */
const PROCESSES = 64;

export interface FleetClientArgs {
  /** In front of the names on the host engine. */
  prefix: string;
  /** Name of the fleet's network. */
  network: pulumi.Input<string>;
  /** The gateway's MCP, as it is reached in that network. */
  url: pulumi.Input<string>;
  /** Names of the servers to wait for. */
  servers: pulumi.Input<string[]>;
  /** Secret. */
  token: pulumi.Input<string>;
  /** The tool to call, SERVER__TOOL. */
  tool: string;
  /** Of that tool. They are in the container's environment: no secrets. */
  arguments: Record<string, unknown>;
  /** Id of the engine container: a new engine lets the client run again. */
  engineId: pulumi.Input<string>;
}

/** What the client found: it prints this as JSON (client/main.ts). */
export interface Found {
  /** Names of the tools it may use. */
  tools: string[];
  /** Text of the tool's answer. */
  answer: string;
}

/**
 * An MCP client in a container on the host engine: it runs once, to its end.
 *
 * It joins the fleet's network and calls the engine there. The gateway's port is published on the host's loopback address,
 * which no other bridge network reaches, and `--network host` would give the client every service of the machine that
 * trusts loopback. In that network there are the engine and, as in any, the way out to the world.
 */
export class FleetClient extends pulumi.ComponentResource {
  public readonly found: pulumi.Output<Found>;

  constructor(name: string, args: FleetClientArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp-consumer:index:FleetClient", name, {}, opts);
    const labels = [{ label: "dind-mcp-consumer.stack", value: args.prefix }];
    const image = clientImage(`${name}-image`, `${args.prefix}-client`.toLowerCase(), { parent: this });
    const token = tokenFile(
      `${name}-token`,
      { name: `${args.prefix}-token`, image: image.imageId, token: args.token, uid: UID, labels },
      { parent: this },
    );
    const container = new docker.Container(
      name,
      {
        name: `${args.prefix}-client`,
        image: image.imageId,
        networkMode: args.network,
        envs: [
          pulumi.interpolate`MCP_URL=${args.url}`,
          pulumi.jsonStringify(args.servers).apply((servers) => `MCP_SERVERS=${servers}`),
          `MCP_TOOL=${args.tool}`,
          `MCP_ARGUMENTS=${JSON.stringify(args.arguments)}`,
        ],
        volumes: [{ volumeName: token.volume, containerPath: "/run/secrets", readOnly: true }],
        user: `${UID}:${UID}`,
        readOnly: true,
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        memory: MEMORY_MIB,
        memorySwap: MEMORY_MIB, // equal: no swap
        cpus: "1.0",
        ulimits: [
          { name: "core", soft: 0, hard: 0 }, // a core dump would hold the token
          { name: "nofile", soft: 1_024, hard: 1_024 },
          { name: "nproc", soft: PROCESSES, hard: PROCESSES },
        ],
        logDriver: "json-file",
        logOpts: { "max-size": "1m", "max-file": "1" },
        restart: "no",
        mustRun: false,
        attach: true, // until it ends; it gives up by itself after a minute
        logs: true,
        labels: [
          ...labels,
          { label: "dind-mcp-consumer.engine", value: short(args.engineId) },
          { label: "dind-mcp-consumer.token-revision", value: short(token.revision) },
        ],
      },
      { parent: this, deleteBeforeReplace: true, replaceOnChanges: ["*"] },
    );
    this.found = pulumi
      .all([container.exitCode, container.containerLogs, container.urn])
      .apply(([code, log, urn]) => readLog(code, log, urn));
    this.registerOutputs({ found: this.found });
  }
}

/** As Docker shortens ids. */
function short(id: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(id).apply((text) => text.slice(0, 12));
}

/** What the client printed. @throws RunError with its own words when it failed */
export function readLog(code: number, log: string, urn: string): Found {
  if (code === 0) return JSON.parse(log) as Found;
  const again = `It runs again when its settings or the fleet's engine change, or with: pulumi up --replace '${urn}'`;
  throw new pulumi.RunError(`the client failed (exit ${code}): ${log.trim()}\n${again}`);
}
