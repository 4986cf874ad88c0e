import type { ContainerInspectInfo } from "dockerode";
import { containerSpec } from "../../../../../manifest/container/container-spec";
import { manifest } from "../../../manifest/documents";

export const STACK = "p/test";

export type State = Partial<ContainerInspectInfo["State"]>;

/** As Docker inspects a server's container; only what the orchestrator reads. */
export function inspected(id: string, more: Record<string, unknown> = {}, state: State = {}): ContainerInspectInfo {
  const spec = containerSpec(manifest(more), { image: "i", stack: STACK });
  const running = {
    ...{ Status: "running", Running: true, Paused: false, Restarting: false, OOMKilled: false, Dead: false, Pid: 1 },
    ...{ ExitCode: 0, Error: "", StartedAt: "2026-01-01T00:00:00.1Z", FinishedAt: "0001-01-01T00:00:00Z" },
  };
  return {
    Id: id,
    Name: `/${spec.name}`,
    Image: "sha256:image",
    RestartCount: 0,
    State: { ...running, ...state },
    Config: { Labels: spec.labels },
    NetworkSettings: { Networks: spec.network ? { [spec.network.name]: { IPAddress: "10.214.6.66" } } : {} },
  } as unknown as ContainerInspectInfo;
}

export function health(Status: string, ExitCode: number, Output: string): State {
  return { Health: { Status, FailingStreak: 1, Log: [{ Start: "", End: "", ExitCode, Output }] } };
}
