import type * as docker from "@pulumi/docker";
import { ORCHESTRATOR_UID } from "../../manifest/container/gateway";
import { PROXY_UID } from "../../manifest/proxy/outbound";

/** Users of the stack's own containers inside the engine; servers have 11000 and above, one each. */
export const SYSTEM_UIDS = {
  database: 10900,
  orchestrator: ORCHESTRATOR_UID,
  egress: PROXY_UID,
  relay: 10903,
  consul: 10904,
  kong: 10905,
} as const;

export interface SystemLimits {
  uid: number;
  memoryMiB: number;
  /** Processors, with one decimal place at least: "1.0". */
  cpus: `${number}.${number}`;
  /** Processes and threads of that user. */
  processes: number;
}

/**
 * The hardening that all of the stack's own containers inside the engine share. Servers get the same
 * (manifest/container/container-spec.ts).
 */
export function hardened({ uid, memoryMiB, cpus, processes }: SystemLimits) {
  return {
    user: `${uid}:${uid}`,
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memory: memoryMiB,
    memorySwap: memoryMiB, // equal: no swap
    cpus,
    ulimits: [
      { name: "core", soft: 0, hard: 0 },
      { name: "nofile", soft: 8_192, hard: 8_192 },
      { name: "nproc", soft: processes, hard: processes },
    ],
    logDriver: "json-file",
    logOpts: { "max-size": "5m", "max-file": "2" },
    restart: "unless-stopped",
    // Never one of the container's own networks: Docker would ignore the address that the container asks for there.
    networkMode: "bridge",
  } satisfies Partial<docker.ContainerArgs>;
}

/**
 * The image's own `healthcheck`, with arguments. It runs often at first, so that a container counts as ready soon after
 * it is.
 */
export function healthcheck(startPeriod: string, ...args: string[]) {
  return {
    tests: ["CMD", "healthcheck", ...args],
    interval: "30s",
    timeout: "5s",
    retries: 3,
    startPeriod,
    startInterval: "500ms",
  };
}
