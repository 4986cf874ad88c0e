import { dockerAt } from "../../../lib/docker-client";
import { version as cliVersion } from "../../../package.json";
import { type LastBackup, lastBackup } from "../../backup/last-backup";
import { engineState } from "../../engine/host";
import { type InnerContainer, innerContainers } from "../../engine/inner";
import { type EngineStatus, engineStatus } from "../../engine/status";
import { fullStackName } from "../../project";
import { stackSettings } from "../settings";
import type { Difference } from "../validate/compare";
import { validate } from "../validate/validate";
import { stackOutputs, workspace } from "../workspace";
import { type ApiStatus, apiStatus } from "./api";
import { type CertificateStatus, certificates } from "./certificates";
import { type Isolation, isolation } from "./isolation";

/** Everything an operator looks at first. */
export interface StackStatus {
  stack: string;
  /** All is healthy and as declared. */
  ok: boolean;
  engine: EngineStatus;
  /** Absent when the engine does not answer. */
  containers?: InnerContainer[];
  api: ApiStatus;
  endpoints: Record<string, string>;
  certificates: CertificateStatus[];
  /** Null: never; absent when that could not be found out. */
  lastBackup?: LastBackup | null;
  /** What is not as declared; absent when that could not be found out. */
  drift?: Difference[];
  /** Why it could not. */
  driftUnknown?: string;
  versions: Record<string, string>;
  /** Absent when there is no engine container. */
  isolation?: Isolation;
}

/** States in which a declared container is of no use. */
const UNWELL = ["unhealthy", "restarting", "dead"];

/** Looks at the whole stack. Reports what does not answer; only an absent stack is an error. */
export async function stackStatus(): Promise<StackStatus> {
  const [settings, outputs, { pulumiVersion }] = await Promise.all([stackSettings(), stackOutputs(), workspace()]);
  const docker = dockerAt(settings.hostEngine);
  const engine = await engineStatus(settings, outputs);
  const [container, info, hostVersion, api] = await Promise.all([
    engineState(docker, settings.engineName),
    docker.info(),
    docker.version(),
    apiStatus(settings, outputs),
  ]);
  const answers = engine.docker !== undefined;
  const saved = answers ? await lastBackup(docker, settings.engineName, Date.now()) : undefined;
  const containers = answers ? await innerContainers(outputs) : undefined;
  const drift: Pick<StackStatus, "drift" | "driftUnknown"> = answers
    ? await validate(settings, outputs).then(
        ({ differences }) => ({ drift: differences }),
        (error: Error) => ({ driftUnknown: error.message }),
      )
    : { driftUnknown: "the engine does not answer" };
  return {
    stack: fullStackName(),
    ok:
      engine.state === "healthy" &&
      api.state === "ready" &&
      api.consul?.state !== "failing" &&
      drift.drift?.length === 0 &&
      !containers?.some(({ state }) => UNWELL.includes(state)),
    engine,
    containers,
    api,
    endpoints: { ...outputs.endpoints },
    certificates: certificates(outputs.tls.validUntil, Date.now()),
    ...(saved === undefined ? {} : { lastBackup: saved }),
    ...drift,
    versions: {
      "dind-mcp": cliVersion,
      outputs: String(outputs.version),
      pulumi: pulumiVersion,
      node: process.versions.node,
      "host engine": hostVersion.Version,
      ...(engine.docker ? { engine: engine.docker.version } : {}),
      ...(api.version ? { orchestrator: api.version } : {}),
    },
    ...(container ? { isolation: isolation(info, container.HostConfig) } : {}),
  };
}
