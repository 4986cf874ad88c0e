import assert from "node:assert/strict";
import { Label } from "../../../manifest/container/labels";
import type { Registered } from "./mocks";
import { pick } from "./queries";

/**
 * What the rules (docs/security.md) say of every container inside the engine: a user of its own, no capability, no way to
 * gain one, a root file system it cannot write, limits on memory without swap, processors, processes and logs.
 */
const WALLS = {
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  readOnly: true,
  logDriver: "json-file",
  logOpts: { "max-size": "5m", "max-file": "2" },
  restart: "unless-stopped",
  wait: true,
};

/** Everything else that may be said of such a container; a key that is not here could open a way through the walls. */
const HARMLESS = [
  ...["command", "entrypoints", "envs", "groupAdds", "healthcheck", "hostname", "image", "init", "labels", "name"],
  ...["networkMode", "networksAdvanced", "stopSignal", "stopTimeout", "destroyGraceSeconds", "tmpfs", "ulimits"],
  ...["cpus", "memory", "memorySwap", "user", "volumes", "waitTimeout", "workingDir"],
];

export interface Limits {
  uid: number;
  memoryMiB: number;
  cpus: string;
  processes: number;
  /** Bytes that a file may have. @default no limit of its own */
  fsize?: number;
}

/**
 * Checks a container inside the engine against the rules, and against limits of its own.
 * @param more keys that may be said of this one alone; its own test looks at their values
 * @param wait false for one that must not keep the others from being made
 */
export function assertHardened(
  container: Registered,
  { uid, memoryMiB, cpus, processes, fsize }: Limits,
  more: string[] = [],
  wait = true,
): void {
  assert.deepEqual(pick(container, Object.keys(WALLS)), { ...WALLS, wait });
  assert.deepEqual(pick(container, ["user", "memory", "memorySwap", "cpus"]), {
    user: `${uid}:${uid}`,
    memory: memoryMiB,
    memorySwap: memoryMiB,
    cpus,
  });
  const ulimits = container.inputs.ulimits as { name: string; soft: number; hard: number }[];
  assert.deepEqual(ulimits, [
    { name: "core", soft: 0, hard: 0 },
    ...(fsize === undefined ? [] : [{ name: "fsize", soft: fsize, hard: fsize }]),
    { name: "nofile", soft: 8_192, hard: 8_192 },
    { name: "nproc", soft: processes, hard: processes },
  ]);
  // Else its image could say them.
  const labels = container.inputs.labels as { label: string }[];
  assert.deepEqual(labels.map(({ label }) => label).sort(), Object.values(Label).sort());
  const allowed = [...Object.keys(WALLS), ...HARMLESS, ...more];
  assert.deepEqual(
    Object.keys(container.inputs).filter((key) => !allowed.includes(key)),
    [],
  );
  const { tests } = container.inputs.healthcheck as { tests: string[] };
  assert.equal(tests[0], "CMD", "a health check without a shell");
}

/** Folders of the engine, and volumes, that a container sees: `from -> to`, and `rw` when it may write. */
export function mounts({ inputs }: Registered): string[] {
  const volumes = inputs.volumes as {
    hostPath?: string;
    volumeName?: string;
    containerPath: string;
    readOnly?: boolean;
  }[];
  return volumes.map(
    ({ hostPath, volumeName, containerPath, readOnly }) =>
      `${hostPath ?? volumeName} -> ${containerPath}${readOnly ? "" : " rw"}`,
  );
}

/** Options that make a container that never became healthy a replacement, the old one going first. */
export function assertReplacedWhenUnwell(container: Registered): void {
  const { replaceOnChanges, deleteBeforeReplace } = container;
  assert.deepEqual({ replaceOnChanges, deleteBeforeReplace }, { replaceOnChanges: ["*"], deleteBeforeReplace: true });
}
