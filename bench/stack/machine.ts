import { cpus, loadavg, totalmem } from "node:os";
import { must } from "../../tests/support/fleet/command";

/** What the figures were taken on; they say little without it. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGiB: number;
  docker: string;
  node: string;
  pulumi: string;
  /** Of the last 1, 5 and 15 minutes. */
  load: number[];
}

export async function machine(): Promise<Machine> {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    docker: await must("docker", ["version", "--format", "{{.Server.Version}}"]),
    node: process.version,
    pulumi: await must("pulumi", ["version"]),
    load: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}
